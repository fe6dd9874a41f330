-- needs: trust/audit_hba
-- Whether the server lets clients in without asking. On the embedded demo that is a warning: nothing there is worth
-- more.
CREATE OR REPLACE FUNCTION {S}._birth_audit_trust(p_embedded boolean)
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_rules jsonb := {S}._birth_hba_rules();
    v_attested text := (SELECT value[1] FROM {S}.birth_setting WHERE name = 'authentication_attested');
BEGIN
    IF v_rules IS NULL THEN
        -- Where no login can read it, on a managed server, the administrator may say what its provider says.
        RETURN QUERY SELECT 'trust', 'the server authenticates every login',
            CASE WHEN v_attested IS NULL THEN 'unknown' ELSE 'warning' END,
            CASE WHEN v_attested IS NULL THEN '"pg_hba_file_rules cannot be read"'::jsonb
                ELSE jsonb_build_object('attested', v_attested) END,
            'GRANT SELECT ON pg_hba_file_rules, EXECUTE ON FUNCTION pg_hba_file_rules() TO birth_owner.';
        RETURN;
    END IF;
    RETURN QUERY SELECT 'trust', 'the server authenticates every login',
        CASE WHEN bool_or(f.verdict = 'failed') THEN CASE WHEN p_embedded THEN 'warning' ELSE 'failed' END
            WHEN bool_or(f.verdict = 'warning') THEN 'warning' ELSE 'passed' END,
        coalesce(jsonb_agg(f.evidence ORDER BY f.line), '[]'::jsonb),
        'Replace trust and ident in pg_hba.conf by scram-sha-256, peer or cert.'
    FROM {S}._birth_hba_findings(v_rules) AS f WHERE f.id = 'trust';
END
$body$;
COMMENT ON FUNCTION {S}._birth_audit_trust(boolean) IS
    'Whether the server authenticates every login, from pg_hba or from what an administrator attested. Private.';

-- Whether changes of triggers are noticed when they happen. Where a server allows no event triggers, an administrator
-- may say what stands in for them; one that is there and disabled is not excused by any words. Batches compare triggers
-- anyway.
CREATE OR REPLACE FUNCTION {S}._birth_audit_trigger_guard()
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH found AS (
        -- The packet's name, or whatever fills the company's table of alerts.
        SELECT e.evtname::text AS name, e.evtname = 'evt_trigger_guard_ddl' OR c.oid IS NOT NULL AS watches
        FROM pg_event_trigger AS e JOIN pg_proc AS p ON p.oid = e.evtfoid
        LEFT JOIN pg_class AS c ON c.oid = {S}.birth_bound_table('alerts') AND {S}.birth_is_bound('alerts')
            AND e.evtevent = 'ddl_command_end' AND position(c.relname::text IN p.prosrc) > 0
        WHERE e.evtname LIKE 'evt\_trigger\_guard%' OR c.oid IS NOT NULL
    ), wanted AS (
        SELECT name FROM found
        UNION
        SELECT 'evt_trigger_guard_ddl' WHERE NOT EXISTS (SELECT FROM found WHERE watches)
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
