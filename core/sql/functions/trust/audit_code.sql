-- Code and catalogs of the server that are open to more than superusers: functions that run as a superuser or as a role
-- of ours, functions that reach the server's files, catalogs that can be written or that hold password verifiers.
CREATE OR REPLACE FUNCTION {S}._birth_code_powers(p_acting oid[], p_masters oid[], p_functions oid[])
RETURNS TABLE (id text, verdict text, words text, statements text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    WITH super AS MATERIALIZED (
        SELECT r.oid FROM pg_roles AS r WHERE r.rolsuper
    ), grantee AS MATERIALIZED (
        SELECT 0::oid AS oid, 'PUBLIC' AS name, false AS can_login UNION ALL
        SELECT r.oid, r.oid::regrole::text, r.rolcanlogin FROM pg_roles AS r
        WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND r.rolname <> 'birth_owner' AND r.oid <> ALL (p_masters)
    ), maker AS MATERIALIZED (
        -- Who could put a function or table of its own before the one that is meant.
        SELECT g.oid FROM grantee AS g
        WHERE g.can_login AND has_database_privilege(g.oid, current_database(), 'TEMP')
    ), lending AS MATERIALIZED (
        SELECT p.oid, p.oid::regprocedure::text AS name, p.proowner, pg_get_userbyid(p.proowner)::text AS owner,
            p.proowner IN (SELECT s.oid FROM super AS s) AS is_super, p.proacl,
            to_jsonb(p) ->> 'prosqlbody' IS NULL AND l.lanname NOT IN ('c', 'internal')
                AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS c(setting)
                    WHERE c.setting LIKE 'search\_path=%') AS is_open
        FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
        WHERE p.prosecdef AND p.oid <> ALL (p_functions) AND p.prorettype <> 'event_trigger'::regtype
          AND (p.proowner IN (SELECT s.oid FROM super AS s)
            OR p.proowner IN (to_regrole('birth_owner'), to_regrole('birth_caller')))
          AND NOT EXISTS (SELECT FROM pg_class AS c
            WHERE c.relnamespace = p.pronamespace AND c.relname = 'birth_migration'
              AND c.relowner = to_regrole('birth_owner') AND p.proname ~ '^(_?birth_|fn_birth_|fn_trigger_guard)')
    ), lent AS MATERIALIZED (
        SELECT p.*, g.oid AS grantee_oid, g.name AS grantee
        FROM lending AS p
        CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        JOIN grantee AS g ON g.oid = a.grantee AND g.oid <> p.proowner
        WHERE a.privilege_type = 'EXECUTE'
    ), catalog_right AS MATERIALIZED (
        SELECT c.oid, c.relname, g.oid AS grantee_oid, g.name AS grantee, a.privilege_type AS privilege,
            NULL::name AS attname
        FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a JOIN grantee AS g ON g.oid = a.grantee
        WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
        UNION ALL
        SELECT c.oid, c.relname, g.oid, g.name, a.privilege_type, t.attname
        FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid AND c.relkind IN ('r', 'v')
        CROSS JOIN LATERAL aclexplode(t.attacl) AS a JOIN grantee AS g ON g.oid = a.grantee
        WHERE t.attacl IS NOT NULL AND c.relnamespace = 'pg_catalog'::regnamespace
    )
    SELECT 'lent_functions', CASE WHEN NOT l.is_super THEN 'failed' ELSE 'warning' END,
        concat(l.grantee, ' may call ', l.name, ', which runs as ', l.owner),
        ARRAY[format('REVOKE EXECUTE ON FUNCTION %s FROM %s;', l.name, l.grantee)]
    FROM lent AS l
    WHERE NOT l.is_super OR l.grantee_oid = 0 OR l.grantee_oid = ANY (p_acting)
    UNION ALL
    SELECT DISTINCT 'lent_functions', 'failed',
        concat(m.oid::regrole, ' can have ', l.name, ' run code as ', l.owner, ': it sets no search_path'),
        ARRAY[format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp;', l.name)]
    FROM lent AS l JOIN maker AS m ON l.grantee_oid = 0 OR pg_has_role(m.oid, l.grantee_oid, 'USAGE')
    WHERE l.is_open
    UNION ALL
    SELECT 'catalogs', 'failed', concat(c.grantee, ' may write ', c.relname),
        ARRAY[format('REVOKE %s%s ON pg_catalog.%I FROM %s;', c.privilege,
            coalesce(' (' || quote_ident(c.attname) || ')', ''), c.relname, c.grantee)]
    FROM catalog_right AS c
    WHERE c.privilege IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
      AND NOT (c.relname = 'pg_settings' AND c.grantee_oid = 0 AND c.privilege = 'UPDATE')
    UNION ALL
    SELECT 'catalogs', CASE WHEN c.grantee_oid = 0 OR c.grantee_oid = ANY (p_acting) THEN 'failed' ELSE 'warning' END,
        concat(c.grantee, ' may read password verifiers in ', c.relname),
        ARRAY[format('REVOKE SELECT%s ON pg_catalog.%I FROM %s;', coalesce(' (' || quote_ident(c.attname) || ')', ''),
            c.relname, c.grantee)]
    FROM catalog_right AS c
    WHERE c.privilege = 'SELECT' AND c.relname IN ('pg_authid', 'pg_shadow', 'pg_user_mapping')
      AND coalesce(c.attname IN ('rolpassword', 'passwd', 'umoptions'), true)
    UNION ALL
    -- What initdb gave to superusers alone. dblink_connect_u and its like connect without a password of their caller's.
    SELECT 'catalogs', CASE WHEN f.name ~ '^(lo_(im|ex)port|dblink_connect_u)$' OR f.grantee_oid = 0
            OR f.grantee_oid = ANY (p_acting) THEN 'failed' ELSE 'warning' END,
        concat(f.grantee, ' may call ', f.signature),
        ARRAY[format('REVOKE EXECUTE ON FUNCTION %s FROM %s;', f.signature, f.grantee)]
    FROM (
        SELECT p.proname::text AS name, p.oid::regprocedure::text AS signature, g.oid AS grantee_oid, g.name AS grantee
        FROM pg_proc AS p
        JOIN pg_init_privs AS i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass AND i.objsubid = 0
        CROSS JOIN LATERAL aclexplode(p.proacl) AS a
        JOIN grantee AS g ON g.oid = a.grantee
        WHERE a.privilege_type = 'EXECUTE' AND NOT EXISTS (SELECT FROM aclexplode(i.initprivs) AS x
            WHERE x.grantee IN (0, a.grantee) AND x.privilege_type = 'EXECUTE')) AS f
$body$;
COMMENT ON FUNCTION {S}._birth_code_powers(oid[], oid[], oid[]) IS
    'Functions that run as a superuser or as birth_owner, and system catalogs, that are open to other roles. Private.';
