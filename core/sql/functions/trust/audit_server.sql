-- Which roles were granted a parameter that is a superuser's otherwise, and that the gates rest on. PostgreSQL 15 and
-- newer.
CREATE OR REPLACE FUNCTION {S}._birth_audit_parameters(p_roles oid[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found jsonb;
BEGIN
    IF current_setting('server_version_num')::integer >= 150000 THEN
        SELECT jsonb_agg(DISTINCT r::regrole::text || ' on ' || name)
        INTO v_found
        FROM unnest(p_roles) AS r,
            unnest(ARRAY['session_replication_role', 'track_counts', 'allow_system_table_mods',
                'session_preload_libraries', 'dynamic_library_path']) AS name
        WHERE NOT (SELECT rolsuper FROM pg_roles WHERE oid = r) AND has_parameter_privilege(r, name, 'SET');
    END IF;
    RETURN v_found;
END
$body$;
COMMENT ON FUNCTION {S}._birth_audit_parameters(oid[]) IS
    'Roles that may set parameters that the gates rely on; NULL if there are none. Private.';

-- Whether the server lets anybody in without asking. On the embedded demo that is a warning: nothing there is worth
-- more.
CREATE OR REPLACE FUNCTION {S}._birth_audit_trust(p_embedded boolean)
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_lines jsonb;
    v_attested text := (SELECT value[1] FROM {S}.birth_setting WHERE name = 'authentication_attested');
BEGIN
    BEGIN
        SELECT jsonb_agg(jsonb_build_object('line', line_number, 'type', type, 'user', user_name)) INTO v_lines
        FROM pg_hba_file_rules WHERE auth_method = 'trust';
    EXCEPTION WHEN insufficient_privilege THEN
        -- Where nobody can read it, on a managed server, whoever installs may say what its provider says.
        RETURN QUERY SELECT 'trust', 'the server authenticates every login',
            CASE WHEN v_attested IS NULL THEN 'unknown' ELSE 'warning' END,
            CASE WHEN v_attested IS NULL THEN '"pg_hba_file_rules cannot be read"'::jsonb
                ELSE jsonb_build_object('attested', v_attested) END,
            'GRANT SELECT ON pg_hba_file_rules, EXECUTE ON FUNCTION pg_hba_file_rules() TO birth_owner.';
        RETURN;
    END;
    RETURN QUERY SELECT 'trust', 'the server authenticates every login',
        CASE WHEN v_lines IS NULL THEN 'passed' WHEN p_embedded THEN 'warning' ELSE 'failed' END,
        coalesce(v_lines, '[]'::jsonb),
        'Replace trust in pg_hba.conf by scram-sha-256, peer or cert.';
END
$body$;
COMMENT ON FUNCTION {S}._birth_audit_trust(boolean) IS
    'Whether the server authenticates every login, from pg_hba or from what an administrator attested. Private.';

-- Whether changes of triggers are noticed when they happen. Where a server allows no event triggers, whoever installs
-- may say what stands in for them; one that is there and disabled is not excused by any words. Batches compare triggers
-- anyway.
CREATE OR REPLACE FUNCTION {S}._birth_audit_trigger_guard()
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH wanted AS (
        SELECT 'evt_trigger_guard_ddl' AS name
        UNION
        SELECT evtname::text FROM pg_event_trigger WHERE evtname LIKE 'evt\_trigger\_guard%'
    ), broken AS (
        SELECT w.name, EXISTS (SELECT FROM pg_event_trigger AS e WHERE e.evtname = w.name) AS is_there
        FROM wanted AS w
        WHERE NOT EXISTS (SELECT FROM pg_event_trigger AS e WHERE e.evtname = w.name AND e.evtenabled IN ('O', 'A'))
    ), said AS (
        SELECT (SELECT value[1] FROM {S}.birth_setting WHERE name = 'trigger_guard_attested') AS words,
            (SELECT jsonb_agg(name) FROM broken) AS names,
            (SELECT coalesce(bool_or(is_there), false) FROM broken) AS is_disabled
    )
    SELECT 'event_trigger', 'the trigger guard is enabled',
        CASE WHEN names IS NULL THEN 'passed' WHEN words IS NULL OR is_disabled THEN 'failed' ELSE 'warning' END,
        CASE WHEN names IS NULL OR words IS NULL OR is_disabled THEN coalesce(names, '[]'::jsonb)
            ELSE jsonb_build_object('attested', words, 'missing', names) END,
        'Ask a superuser to create or enable it. '
        'If the server allows no event triggers: `birth-console init --attest-trigger-guard T`.'
    FROM said
$body$;
COMMENT ON FUNCTION {S}._birth_audit_trigger_guard() IS
    'Whether event triggers notice changes of triggers, or an administrator attested what does instead. Private.';
