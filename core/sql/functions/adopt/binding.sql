-- Bind the shared register function: which it is, and which of its named parameters gets what. For administrators,
-- not for operators. `p_binding` maps each parameter to {{"value": …}} or {{"constant": …}}. What was planned before is
-- stale then.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_bind(p_signature text, p_binding jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_function pg_proc;
    v_before jsonb;
    v_unfit text[];
BEGIN
    SELECT * INTO v_function FROM pg_proc WHERE oid::regprocedure::text = p_signature;
    IF v_function.oid IS NULL OR v_function.prokind <> 'f' OR v_function.proretset OR v_function.provolatile <> 'v' THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable',
            format('%s cannot register rows: it is not a volatile function that returns one value', p_signature),
            jsonb_build_object(
                'function', p_signature,
                'kind', v_function.prokind,
                'returns_set', v_function.proretset,
                'volatility', v_function.provolatile),
            'Name the function that the gateway calls for each row.');
    END IF;
    SELECT jsonb_build_object(
        'function', (SELECT signature FROM {S}.birth_gateway_function),
        'binding', (
            SELECT jsonb_object_agg(parameter, coalesce(constant, '$' || value))
            FROM {S}.birth_gateway_binding))
    INTO v_before;
    UPDATE {S}.birth_gateway_function SET signature = p_signature, function_name = v_function.proname,
        schema_name = (SELECT nspname FROM pg_namespace WHERE oid = v_function.pronamespace),
        was = {S}._birth_function_was(v_function.oid);
    DELETE FROM {S}.birth_gateway_binding;
    INSERT INTO {S}.birth_gateway_binding (parameter, value, constant)
    SELECT key, coalesce(value ->> 'value', 'constant'), value ->> 'constant' FROM jsonb_each(p_binding);
    -- All rows of a batch come in arrays, or each by itself; what is one for all of them is never an array.
    SELECT array_agg(p.name || ' ' || format_type(p.type, NULL) ORDER BY p.name) INTO v_unfit
    FROM {S}.birth_gateway_binding AS b
    JOIN {S}.birth_register_parameters() AS p ON p.name = b.parameter
    JOIN pg_type AS y ON y.oid = p.type
    WHERE (y.typcategory = 'A') <> CASE WHEN b.value IN ('code', 'source_key', 'born_at')
            THEN {S}.birth_register_is_set_based() ELSE false END
      AND b.value <> 'constant';
    IF v_unfit IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable',
            format('%s takes rows one by one, or all in arrays: unfit is %s',
                p_signature, array_to_string(v_unfit, ', ')),
            jsonb_build_object('function', p_signature, 'parameters', v_unfit),
            'Bind $code, $source_key and $born_at to arrays, or none of them.');
    END IF;
    -- The server itself says whether names and types fit, without calling it.
    IF has_function_privilege('birth_caller', v_function.oid, 'EXECUTE')
       AND has_schema_privilege('birth_caller', v_function.pronamespace, 'USAGE') THEN
        BEGIN
            PERFORM {S}._birth_as_caller(
                format('SELECT count(%s) FROM (SELECT NULL::text AS code, NULL::text AS source_key, NULL::timestamptz'
                    ' AS born_at) AS row WHERE false', {S}._birth_register_call('collection', 'origin')),
                NULL, NULL, NULL, NULL);
        EXCEPTION WHEN undefined_function OR undefined_object OR undefined_table OR data_exception OR cannot_coerce THEN
            PERFORM {S}.birth_refuse('BR003', 'not_bindable',
                format('%s cannot be called as it is bound: %s', p_signature, SQLERRM),
                jsonb_build_object('function', p_signature, 'binding', p_binding, 'sqlstate', SQLSTATE),
                'Bind its parameters to values that their types take.');
        END;
    END IF;
    PERFORM {S}.birth_ledger_append('gateway_bound', jsonb_build_object(
        'function', p_signature,
        'binding', (
            SELECT jsonb_object_agg(parameter, coalesce(constant, '$' || value))
            FROM {S}.birth_gateway_binding),
        'before', v_before,
        'was', (SELECT was FROM {S}.birth_gateway_function),
        'gateway_full', {S}.birth_gateway_fingerprint() ->> 'full_sha256'));
END
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_bind(text, jsonb) IS
    'Binds the register function and its parameters. Plans made before are stale. For administrators. Raises BR003 '
    'not_bindable.';
