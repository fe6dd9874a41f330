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
INSERT INTO {S}.birth_binding (part, schema_name, table_name) VALUES ('registry', {s}, 'birth_registry'),
    ('collections', {s}, 'collection_registry'), ('policy', {s}, 'birth_policy'), ('alerts', {s}, 'trigger_guard_alerts');
GRANT SELECT ON {S}.birth_binding TO birth_reader;
