-- Call the register function for an invented code, as an apply does. For administrators, inside a transaction
-- that is rolled back: what birth_caller lacks is refused here, and not in the first batch of a run.
CREATE OR REPLACE FUNCTION {S}._birth_rehearse(p_collection text, p_code text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    -- What takes the key says of which type it is: the parameter, or the registry's column.
    v_type text := (
        SELECT format_type(t.oid, NULL) FROM (
            SELECT p.type FROM {S}.birth_register_parameters() AS p
            JOIN {S}.birth_gateway_binding AS b ON b.parameter = p.name AND b.value = 'source_key'
            UNION ALL
            SELECT a.atttypid FROM {S}.birth_register_column AS r
            JOIN pg_attribute AS a ON a.attrelid = {S}.birth_bound_table('registry')
                AND a.attname::text = r.column_name AND a.attnum > 0
            WHERE r.source @> '{{"value": "source_key"}}') AS taking(type)
        JOIN pg_type AS t ON t.oid = taking.type AND t.typcategory <> 'S' LIMIT 1);
BEGIN
    PERFORM {S}._birth_caller_ready();
    RETURN {S}._birth_as_caller(
        format('SELECT count(%s) FROM (SELECT ($1)[1] AS code, ($2)[1] AS source_key, ($3)[1] AS born_at) AS row',
            {S}._birth_register_call(p_collection, 'birth-rehearsal')),
        ARRAY[p_code], ARRAY[CASE
            WHEN v_type LIKE 'uuid%' THEN gen_random_uuid()::text
            WHEN v_type LIKE 'date%' OR v_type LIKE 'timestamp%' THEN clock_timestamp()::text
            ELSE '32767' END], ARRAY[clock_timestamp()], ARRAY[]::text[]);
END
$body$;
COMMENT ON FUNCTION {S}._birth_rehearse(text, text) IS
    'Calls the register function for a code that does not exist, to find missing privileges. The caller rolls back. '
    'Private.';
