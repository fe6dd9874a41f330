-- Figures that documents state, to be held against live evidence.
CREATE TABLE {S}.birth_evidence_claim (
    claim text PRIMARY KEY,
    source text NOT NULL,
    stated text NOT NULL
);
