-- Call the register function for a code that nobody has, as an apply does. For whoever installs, inside a transaction
-- that is rolled back: what birth_caller lacks is refused here, and not in the first batch of a run.
CREATE OR REPLACE FUNCTION {S}._birth_rehearse(p_collection text, p_code text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
BEGIN
    PERFORM {S}._birth_caller_ready();
    RETURN {S}._birth_as_caller(
        format('SELECT count(%s) FROM (SELECT ($1)[1] AS code, ($2)[1] AS source_key, ($3)[1] AS born_at) AS row',
            {S}._birth_register_call(p_collection, 'birth-rehearsal')),
        ARRAY[p_code], ARRAY['1'], ARRAY[clock_timestamp()], ARRAY[]::text[]);
END
$body$;
COMMENT ON FUNCTION {S}._birth_rehearse(text, text) IS
    'Calls the register function for a code that does not exist, to find missing privileges. The caller rolls back. '
    'Private.';
