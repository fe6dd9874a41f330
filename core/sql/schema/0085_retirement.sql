-- Since 0.2.0: an identity under which rows are registered can be retired. Rows that have their codes under it keep
-- them and are known by their keys; the next identity counts for the others.
ALTER TABLE {S}.birth_identity_history DROP CONSTRAINT IF EXISTS birth_identity_history_action_check;
ALTER TABLE {S}.birth_identity_history ADD CONSTRAINT birth_identity_history_action_check
    CHECK (action IN ('imported', 'classified', 'unclassified', 'undone', 'retired'));

CREATE TABLE {S}.birth_identity_retirement (
    collection_name text NOT NULL,
    version integer NOT NULL,
    strategy text NOT NULL,
    columns text[] NOT NULL,
    pins jsonb,
    key_columns text[] NOT NULL,
    every_row boolean NOT NULL,
    rows bigint NOT NULL,
    registered bigint NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (collection_name, version)
);
COMMENT ON TABLE {S}.birth_identity_retirement IS
    'Identities that were retired, and how many rows keep the codes that they gave.';
COMMENT ON COLUMN {S}.birth_identity_retirement.version IS 'The version of the decision that retired it.';
COMMENT ON COLUMN {S}.birth_identity_retirement.strategy IS 'column or synthetic, of the retired identity.';
COMMENT ON COLUMN {S}.birth_identity_retirement.columns IS 'The columns of the retired identity.';
COMMENT ON COLUMN {S}.birth_identity_retirement.pins IS 'What these columns were, by birth_identity_pins.';
COMMENT ON COLUMN {S}.birth_identity_retirement.key_columns IS
    'The columns whose values stand in birth_retired_row; empty if the table was gone.';
COMMENT ON COLUMN {S}.birth_identity_retirement.every_row IS
    'True if the codes could not be computed any more: then every row of that moment counts as registered.';
COMMENT ON COLUMN {S}.birth_identity_retirement.rows IS 'Rows of the source that keep their codes.';
COMMENT ON COLUMN {S}.birth_identity_retirement.registered IS
    'Rows that the registry held for the collection: codes of this identity and of those before it.';
COMMENT ON COLUMN {S}.birth_identity_retirement.digest IS 'sha256 over the sha256 of each key, in order.';

CREATE TABLE {S}.birth_retired_row (
    collection_name text NOT NULL,
    version integer NOT NULL,
    seq bigint NOT NULL,
    source_key text[] NOT NULL,
    PRIMARY KEY (collection_name, version, seq)
);
COMMENT ON TABLE {S}.birth_retired_row IS
    'Source rows that have their codes under a retired identity. No later identity counts for them.';
COMMENT ON COLUMN {S}.birth_retired_row.source_key IS 'Values of the key columns of the retirement, as text.';
GRANT SELECT ON {S}.birth_identity_retirement, {S}.birth_retired_row TO birth_reader;
