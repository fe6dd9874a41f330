-- name: acceptance
SELECT gate, passed, evidence FROM {S}.birth_acceptance(%(run)s)

-- name: evidence_digest
SELECT {S}.birth_evidence_digest({S}.birth_run_evidence(%(run)s)) AS digest

-- name: certify
SELECT chain_seq, chain_hash, synchronous FROM {S}.birth_backfill_certify(%(run)s, %(digest)s, %(note)s)

-- name: acknowledge
SELECT {S}.birth_alert_acknowledge(%(run)s, %(alert)s, %(reason)s) AS done

-- name: certificate
SELECT c.run_id AS run, c.certified_by, c.certified_person AS person, c.certified_at, c.note,
    c.evidence_digest AS certificate, c.chain_seq + 1 AS chain_seq, encode(e.hash, 'hex') AS chain_head
FROM {S}.birth_backfill_certificate AS c
LEFT JOIN {S}.birth_ledger_event AS e ON e.seq = c.chain_seq + 1
WHERE c.run_id = %(run)s

-- name: standbys
SELECT names, needed, streaming, reached, wal::text AS wal FROM {S}.birth_standbys_read(%(wal)s::text::pg_lsn)
