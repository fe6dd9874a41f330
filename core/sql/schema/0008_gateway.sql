-- The shared register function, by its schema, name and parameters' types as regprocedure shows them; unless it is bound
-- otherwise, the one of this schema.
CREATE TABLE {S}.birth_gateway_function (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    schema_name text NOT NULL,
    function_name text NOT NULL,
    signature text NOT NULL
);
INSERT INTO {S}.birth_gateway_function (schema_name, function_name, signature)
VALUES ({s}, 'fn_birth_register', format('%I.fn_birth_register(text,text,timestamp with time zone,text,boolean)', {s}));

-- How our values reach its named parameters: each value once, or text that is always the same.
CREATE TABLE {S}.birth_gateway_binding (
    parameter text PRIMARY KEY,
    value text NOT NULL CHECK (value IN ('collection', 'code', 'source_key', 'born_at', 'origin', 'dry_run', 'constant')),
    constant text,
    CHECK ((value = 'constant') = (constant IS NOT NULL))
);
CREATE UNIQUE INDEX ON {S}.birth_gateway_binding (value) WHERE value <> 'constant';
INSERT INTO {S}.birth_gateway_binding (parameter, value) VALUES ('p_collection_name', 'collection'), ('p_entity_code', 'code'),
    ('p_born_at', 'born_at'), ('p_dot_origin', 'origin'), ('p_dry_run', 'dry_run');
