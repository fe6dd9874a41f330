-- The gateway's trigger: ours, or one of the company's that is bound. Its function, or NULL where it is gone.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_trigger_function() RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p.oid FROM {S}.birth_gateway_trigger AS g
    JOIN pg_namespace AS n ON n.nspname = g.schema_name::name
    JOIN pg_proc AS p ON p.pronamespace = n.oid AND p.proname = g.function_name::name
        AND p.pronargs = 0 AND p.prokind = 'f'
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_trigger_function() IS
    'The trigger function of the gateway, ours or the company''s; NULL if it is missing. For birth_reader.';

-- Whether the gateway is the company's.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_is_theirs() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (schema_name, function_name) <> ({s}, 'fn_birth_gateway') FROM {S}.birth_gateway_trigger
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_is_theirs() IS
    'True if the gateway is the company''s, false if it is the stand-in of this schema. For birth_reader.';

-- What the trigger is called on a table.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_trigger_name(p_table name) RETURNS name
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT replace(pattern, '*', p_table)::name FROM {S}.birth_gateway_trigger
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_trigger_name(name) IS
    'The name of the gateway''s trigger on a table of this name. For birth_reader.';

-- The column from which the company's gateway takes the code of a table's rows, as its trigger was told; NULL where it
-- was told no column of the table, or the gateway is ours.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_code(p_relid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT nullif(told.name, '')
    FROM pg_class AS c
    JOIN pg_trigger AS g ON g.tgrelid = c.oid AND g.tgname = {S}.birth_gateway_trigger_name(c.relname)
    CROSS JOIN LATERAL (SELECT convert_from(
        substring(g.tgargs FROM 1 FOR greatest(position(decode('00', 'hex') IN g.tgargs) - 1, 0)),
        getdatabaseencoding())) AS told(name)
    WHERE c.oid = p_relid AND g.tgfoid = {S}.birth_gateway_trigger_function() AND NOT g.tgisinternal
      AND g.tgnargs > 0
      AND {S}.birth_gateway_is_theirs()
      AND EXISTS (SELECT FROM pg_attribute AS a
          WHERE a.attrelid = p_relid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname::text = told.name)
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_code(oid) IS
    'The column whose value the company''s gateway takes as code, from the trigger''s argument; NULL if it names '
    'none. For birth_reader.';

-- Whether rows that the gateway registers get the code that an identity gives: else old rows and new ones would have
-- codes of two kinds.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_agrees(p_relid oid, p_strategy text, p_columns text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT told.name IS NULL OR p_strategy IS NOT DISTINCT FROM 'column' AND p_columns = ARRAY[told.name]
    FROM {S}.birth_gateway_code(p_relid) AS told(name)
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_agrees(oid, text, text[]) IS
    'True if the gateway gives new rows of a table the same code as this identity does. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_gateway_trigger_function(), {S}.birth_gateway_is_theirs(),
    {S}.birth_gateway_trigger_name(name), {S}.birth_gateway_code(oid),
    {S}.birth_gateway_agrees(oid, text, text[]) TO birth_reader;
