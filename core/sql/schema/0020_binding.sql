-- Which tables of the company stand behind the names that we use, and what they were when they were bound. Without
-- another binding they are the stand-ins of this schema.
CREATE TABLE {S}.birth_binding (
    part text PRIMARY KEY CHECK (part IN ('registry', 'collections', 'policy', 'alerts')),
    schema_name text NOT NULL,
    table_name text NOT NULL,
    columns jsonb NOT NULL DEFAULT '{{}}' CHECK (jsonb_typeof(columns) = 'object'),  -- our name: the company's
    was jsonb,                                                                       -- NULL: a stand-in
    bound_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    bound_by text NOT NULL DEFAULT session_user
);
INSERT INTO {S}.birth_binding (part, schema_name, table_name)
VALUES ('registry', {s}, 'birth_registry'),
    ('collections', {s}, 'collection_registry'),
    ('policy', {s}, 'birth_policy'),
    ('alerts', {s}, 'trigger_guard_alerts');

-- The gateway's trigger on each collection's table: its function, which takes no arguments but those of the trigger,
-- and its name, where `*` is the table's.
CREATE TABLE {S}.birth_gateway_trigger (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    schema_name text NOT NULL,
    function_name text NOT NULL,
    pattern text NOT NULL
);
INSERT INTO {S}.birth_gateway_trigger (schema_name, function_name, pattern)
VALUES ({s}, 'fn_birth_gateway', 'trg_birth_gateway');
GRANT SELECT ON {S}.birth_binding, {S}.birth_gateway_trigger TO birth_reader;
