-- The ledger of events is a hash chain:
--   h = sha256('birth-ledger-v1' || prev || F(seq) || F(at_us) || F(actor) || F(kind) || F(payload))
-- where F(NULL) = 00, else 01 || int4send(byte length) || UTF-8 bytes, numbers as decimal text, prev as 32 raw bytes.
CREATE TABLE {S}.birth_ledger_event (
    seq bigint PRIMARY KEY,
    at_us bigint NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    payload text,
    prev bytea NOT NULL UNIQUE CHECK (octet_length(prev) = 32),
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32)
);
-- One row that every append updates: its lock is what keeps the chain from forking.
CREATE TABLE {S}.birth_ledger_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    seq bigint NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO {S}.birth_ledger_head (seq, hash) VALUES (-1, decode(repeat('00', 32), 'hex'));
