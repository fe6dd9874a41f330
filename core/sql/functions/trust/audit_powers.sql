-- needs: trust/audit_roles, trust/audit_objects, trust/audit_code, trust/audit_settings
-- All that any role but a superuser could do to the console, by whatever path: one row each, with the check that it
-- belongs to, a verdict (failed, warning, or named: told, and no fault), and the SQL that ends it. Of a role that could
-- have anything just that is said, as of superusers, unless it is one of the console's logins.
CREATE OR REPLACE FUNCTION {S}._birth_powers(p_acting oid[], p_tables oid[], p_functions oid[])
RETURNS TABLE (id text, verdict text, words text, statements text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM {S}._birth_role_powers(p_acting) AS r);
    v_masters oid[];
BEGIN
    SELECT coalesce(array_agg(f.role) FILTER (WHERE f.masters AND f.role <> ALL (p_acting)), ARRAY[]::oid[])
    INTO v_masters FROM jsonb_to_recordset(v_found) AS f(role oid, masters boolean);
    RETURN QUERY SELECT f.id, f.verdict, f.words, f.statements
        FROM jsonb_to_recordset(v_found) AS f(id text, verdict text, words text, statements text[], role oid)
        WHERE f.role <> ALL (v_masters) OR f.id NOT IN ('predefined_roles', 'people_mapped', 'replication');
    RETURN QUERY SELECT * FROM {S}._birth_object_powers(p_acting, v_masters, p_tables, p_functions);
    RETURN QUERY SELECT * FROM {S}._birth_code_powers(p_acting, v_masters, p_functions);
    RETURN QUERY SELECT * FROM {S}._birth_setting_powers(p_acting, v_masters, p_tables);
END
$body$;
COMMENT ON FUNCTION {S}._birth_powers(oid[], oid[], oid[]) IS
    'What roles could do to the console, by any path, with a verdict and the SQL that ends it. Private.';

-- What the audit looks at: the console's tables and functions, and the company's that the gates rest on. The schema may
-- hold more that is none of our business.
CREATE OR REPLACE FUNCTION {S}._birth_audit_tables() RETURNS oid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT array_agg(t.oid)
    FROM pg_class AS t
    WHERE t.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s})
      AND t.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND (t.relname ~ '^(v_)?birth_' OR t.relname IN ('collection_registry', 'trigger_guard_alerts'))
$body$;
COMMENT ON FUNCTION {S}._birth_audit_tables() IS 'The tables, views and sequences that the audit covers. Private.';

CREATE OR REPLACE FUNCTION {S}._birth_audit_functions() RETURNS oid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT array_agg(p.oid)
    FROM pg_proc AS p
    WHERE p.pronamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s})
            AND p.proname ~ '^(_?birth_|fn_birth_|fn_trigger_guard)'
       OR p.oid IN (SELECT function FROM {S}.birth_gateway_functions())
$body$;
COMMENT ON FUNCTION {S}._birth_audit_functions() IS 'The functions that the audit covers. Private.';
