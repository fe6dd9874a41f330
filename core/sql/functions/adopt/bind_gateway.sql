-- Bind the company's gateway: the function of its triggers, and how they are called. For administrators.
CREATE OR REPLACE FUNCTION {S}.birth_bind_gateway(p_schema text, p_function text, p_pattern text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = p_schema AND p.proname = p_function AND p.prorettype = 'trigger'::regtype) THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable',
            format('%I.%I is not a trigger function', p_schema, p_function),
            jsonb_build_object('schema', p_schema, 'function', p_function),
            'Name the function that the gateway''s triggers call.');
    END IF;
    UPDATE {S}.birth_gateway_trigger SET schema_name = p_schema, function_name = p_function, pattern = p_pattern;
    UPDATE {S}.birth_gateway_trigger
    SET was = {S}._birth_function_was({S}.birth_gateway_trigger_function());
    PERFORM {S}.birth_ledger_append('gateway_trigger_bound', jsonb_build_object(
        'schema', p_schema, 'function', p_function, 'pattern', p_pattern,
        'was', (SELECT was FROM {S}.birth_gateway_trigger),
        'gateway_full', {S}.birth_gateway_fingerprint() ->> 'full_sha256'));
END
$body$;
COMMENT ON FUNCTION {S}.birth_bind_gateway(text, text, text) IS
    'Binds the company''s gateway: the function of its triggers, and the pattern of their names. For '
    'administrators. Raises BR003 not_bindable.';
