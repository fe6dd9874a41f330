-- What the tables of identities hold.

COMMENT ON TABLE {S}.birth_identity IS
    'The current identity of each classified collection: the columns that give its rows their codes.';
COMMENT ON COLUMN {S}.birth_identity.strategy IS
    'column: the code is the value of one column. synthetic: collection and several values, joined.';
COMMENT ON COLUMN {S}.birth_identity.columns IS 'The identity''s columns, in the order in which they are joined.';
COMMENT ON COLUMN {S}.birth_identity.version IS
    'Counts every decision about the collection; the latest row of its history has the same.';

COMMENT ON TABLE {S}.birth_identity_history IS
    'Every version of every identity: the decision, who made it, and the evidence. Append-only.';
COMMENT ON COLUMN {S}.birth_identity_history.action IS 'imported, classified, unclassified, undone or retired.';
COMMENT ON COLUMN {S}.birth_identity_history.columns IS 'The identity''s columns; NULL if the decision removed it.';
COMMENT ON COLUMN {S}.birth_identity_history.actor IS 'The session''s login.';
COMMENT ON COLUMN {S}.birth_identity_history.evidence IS
    'The basis of the decision: counts by the database, samples and suggestion by the console.';
COMMENT ON COLUMN {S}.birth_identity_history.evidence_digest IS 'sha256 of the evidence.';
