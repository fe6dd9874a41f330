-- needs: trust/audit_powers
-- What an administrator with the rights runs so that a failed audit passes. It changes what belongs to the company,
-- hence it is only ever said, never done. Rights that the gateway itself needs are given before PUBLIC loses its own.
CREATE OR REPLACE FUNCTION {S}.birth_remedies() RETURNS TABLE (id text, statement text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = 'off' AS $body$
DECLARE
    v_home oid := (SELECT oid FROM pg_namespace WHERE nspname = {s});
    v_owner oid := 'birth_owner'::regrole;
    v_caller oid := to_regrole('birth_caller');
    v_roles oid[] := {S}.birth_audit_roles();
    v_functions oid[] := {S}._birth_audit_functions();
    v_register oid := {S}.birth_register_function();
BEGIN
    -- The register function is called as birth_caller; by a gateway of the company's, as that one's owner.
    RETURN QUERY SELECT 'binding', format('GRANT USAGE ON SCHEMA %I TO birth_caller;', n.nspname)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.oid = v_register AND NOT has_schema_privilege(v_caller, n.oid, 'USAGE');
    RETURN QUERY SELECT
            CASE WHEN has_function_privilege(v_caller, p.oid, 'EXECUTE') THEN 'public_execute' ELSE 'binding' END,
            format('GRANT EXECUTE ON FUNCTION %s TO %s;',
                p.oid::regprocedure, string_agg(DISTINCT caller::regrole::text, ', '))
        FROM pg_proc AS p, LATERAL (
            SELECT v_caller AS caller
            UNION
            SELECT g.proowner
            FROM pg_proc AS g
            JOIN {S}.birth_gateway_functions() AS f ON f.function = g.oid AND f.is_gateway AND g.prosecdef
            WHERE g.proowner <> v_owner
        ) AS who
        WHERE p.oid = v_register AND p.proowner <> caller AND (NOT has_function_privilege(caller, p.oid, 'EXECUTE')
            OR has_function_privilege('public', p.oid, 'EXECUTE') AND {S}.birth_audit_lends(p)
                AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = caller))
        GROUP BY p.oid, has_function_privilege(v_caller, p.oid, 'EXECUTE');
    RETURN QUERY SELECT 'public_execute', format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC;', p.oid::regprocedure)
        FROM pg_proc AS p
        WHERE (p.pronamespace = v_home AND p.proname ~ '^(_?birth_|fn_birth_|fn_trigger_guard)'
              OR p.oid IN (SELECT function FROM {S}.birth_gateway_functions()))
          AND has_function_privilege('public', p.oid, 'EXECUTE') AND {S}.birth_audit_lends(p)
          -- A gateway of the company's that runs with the rights of the inserting login could not call it any more.
          AND NOT (p.proowner <> v_owner AND p.prorettype <> 'trigger'::regtype AND EXISTS (
              SELECT FROM {S}.birth_gateway_functions() AS f JOIN pg_proc AS g ON g.oid = f.function
              WHERE f.is_gateway AND NOT g.prosecdef))
        ORDER BY 2;
    RETURN QUERY SELECT 'search_path',
            format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp;', p.oid::regprocedure, n.nspname)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE (p.pronamespace = v_home AND p.proname ~ '^fn_(birth_|trigger_guard)'
              OR p.oid IN (SELECT function FROM {S}.birth_gateway_functions()))
          AND p.prosecdef AND p.proowner <> v_owner
          AND (p.pronamespace = v_home OR EXISTS (SELECT FROM unnest(v_roles) AS r
              WHERE has_function_privilege(r, p.oid, 'EXECUTE')))
          AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting
              WHERE setting LIKE 'search\_path=%' AND position('$user' IN setting) = 0)
        ORDER BY 2;
    RETURN QUERY SELECT 'create',
            format('REVOKE CREATE ON SCHEMA %I FROM %s;', n.nspname,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
        WHERE n.nspname !~ '^pg_' AND a.privilege_type = 'CREATE'
          AND a.grantee <> v_owner AND (a.grantee = 0 OR a.grantee = ANY (v_roles)
              OR n.oid = v_home AND a.grantee <> n.nspowner)
        ORDER BY 2;
    RETURN QUERY SELECT 'create',
            format('REVOKE %s ON DATABASE %I FROM %s;', string_agg(a.privilege_type, ', ' ORDER BY 1), d.datname,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
        WHERE d.datname = current_database() AND a.privilege_type IN ('CREATE', 'TEMPORARY')
          AND a.grantee <> v_owner AND (a.grantee = 0 OR a.grantee = ANY (v_roles))
        GROUP BY d.datname, a.grantee
        ORDER BY 2;
    RETURN QUERY SELECT 'triggers', format('ALTER TABLE %s ENABLE TRIGGER %I;', c.relid::regclass,
            {S}.birth_gateway_trigger_name((SELECT relname FROM pg_class WHERE oid = c.relid)))
        FROM {S}.birth_collections() AS c WHERE c.requirement = 'REQUIRED' AND c.trigger_state = 'disabled'
        ORDER BY 2;
    -- What any role could do, and what ends it.
    RETURN QUERY SELECT DISTINCT p.id, w.words
        FROM {S}._birth_powers(v_roles, {S}._birth_audit_tables(), v_functions) AS p
        CROSS JOIN LATERAL unnest(p.statements) AS w(words)
        ORDER BY 1, 2;
    RETURN QUERY SELECT 'register_execute', format('REVOKE EXECUTE ON FUNCTION %s FROM %s;',
                p.oid::regprocedure, a.grantee::regrole)
        FROM pg_proc AS p CROSS JOIN LATERAL aclexplode(p.proacl) AS a
        WHERE p.oid = ANY (v_functions) AND {S}.birth_audit_lends(p) AND a.grantee = ANY (v_roles)
          AND a.grantee NOT IN (v_owner, v_caller, p.proowner)
          AND (p.proname !~ '^_?birth_' OR p.oid IN (SELECT function FROM {S}.birth_gateway_functions())
            OR p.proname IN ('birth_ledger_append', 'birth_identity_import', 'birth_gateway_bind'))
        ORDER BY 2;
    RETURN QUERY SELECT 'owner', format('ALTER %s %s OWNER TO birth_owner;',
                CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure)
        FROM pg_proc AS p
        WHERE p.pronamespace = v_home AND p.proname ~ '^_?birth_' AND p.proowner <> v_owner
          AND p.proname NOT IN
              {CALLERS}
        ORDER BY 2;
    RETURN QUERY SELECT 'owner', format('ALTER TABLE %s OWNER TO birth_owner;', o.name)
        FROM {S}.birth_schema_object AS o
        JOIN pg_class AS t ON t.oid = to_regclass(o.name) AND t.relnamespace = v_home
        WHERE o.kind IN ('table', 'view') AND t.relowner <> v_owner
        ORDER BY 2;
    RETURN QUERY SELECT 'role_attributes', format('ALTER ROLE %s NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;',
                r.oid::regrole)
        FROM pg_roles AS r
        WHERE r.oid = ANY (v_roles) AND NOT r.rolsuper AND r.oid <> v_owner
          AND (r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)
        ORDER BY 2;
    RETURN QUERY SELECT 'owner_unreachable', 'ALTER ROLE birth_owner NOLOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS;'
        FROM pg_roles AS r
        WHERE r.oid = v_owner AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolbypassrls);
    RETURN QUERY SELECT 'caller', format('ALTER ROLE birth_caller NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB '
                'NOREPLICATION NOBYPASSRLS;')
        FROM pg_roles AS r
        WHERE r.oid = v_caller AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb
            OR r.rolreplication OR r.rolbypassrls)
        UNION ALL
        SELECT 'caller', format('REVOKE %s FROM birth_caller;', m.roleid::regrole)
        FROM pg_auth_members AS m WHERE m.member = v_caller
        ORDER BY 2;
    RETURN QUERY SELECT 'trust', s.words
        FROM unnest(ARRAY[
            'GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO birth_owner;',
            'GRANT SELECT ON pg_catalog.pg_hba_file_rules TO birth_owner;']) WITH ORDINALITY AS s(words, place)
        WHERE NOT EXISTS (SELECT FROM {S}.birth_setting WHERE name = 'authentication_attested')
          AND (NOT has_table_privilege(v_owner, 'pg_hba_file_rules'::regclass, 'SELECT')
            OR NOT has_function_privilege(v_owner, 'pg_hba_file_rules()'::regprocedure, 'EXECUTE'))
        ORDER BY s.place;
END
$body$;
COMMENT ON FUNCTION {S}.birth_remedies() IS
    'SQL that lets failed checks of the audit pass, for an administrator who decides to run it. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_remedies() TO birth_reader;
