-- What the stand-in for the register function fills in besides: columns of the registry that the gateway fills.
CREATE TABLE {S}.birth_register_column (
    column_name text PRIMARY KEY,
    source jsonb NOT NULL CHECK (jsonb_typeof(source) = 'object'),
    bound_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    bound_by text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE {S}.birth_register_column IS
    'Columns of the registry, by the company''s names, and where their values come from when a row is registered.';
COMMENT ON COLUMN {S}.birth_register_column.source IS
    'constant, value, nothing, or a look-up: schema, table, column, and by: equalities of its columns.';
GRANT SELECT ON {S}.birth_register_column TO birth_reader;
