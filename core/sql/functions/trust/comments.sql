-- What the tables of certificates and claims hold.

COMMENT ON TABLE {S}.birth_backfill_certificate IS
    'Certificates: a reviewer who took no part in a run stands for its evidence.';
COMMENT ON COLUMN {S}.birth_backfill_certificate.evidence IS 'birth_run_evidence() when it was certified.';
COMMENT ON COLUMN {S}.birth_backfill_certificate.evidence_digest IS
    'sha256 of the evidence, as the reviewer named it.';
COMMENT ON COLUMN {S}.birth_backfill_certificate.chain_seq IS
    'The last event of the chain when the evidence was read.';
COMMENT ON COLUMN {S}.birth_backfill_certificate.chain_hash IS 'The hash of that event.';

COMMENT ON TABLE {S}.birth_evidence_claim IS 'Figures that documents state, to be compared with live evidence.';
COMMENT ON COLUMN {S}.birth_evidence_claim.claim IS 'The claim''s name, as readiness knows it.';
COMMENT ON COLUMN {S}.birth_evidence_claim.source IS 'The document that states it.';
