-- What birth_caller has that it should not have, or NULL. The company's code runs as this role: it owns the functions
-- that run it, is in no role, has no members, and of ours it may write nothing, but add to stand-ins. It reads what a
-- query of a source joins, and calls what lends it nothing: functions that run as their caller.
CREATE OR REPLACE FUNCTION {S}._birth_audit_caller(p_functions oid[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH home AS (SELECT oid FROM pg_namespace WHERE nspname = {s}),
    caller AS (SELECT * FROM pg_roles WHERE rolname = 'birth_caller')
    SELECT jsonb_agg(f.what ORDER BY f.what COLLATE "C") FROM (
        SELECT 'the role is missing' AS what WHERE NOT EXISTS (SELECT FROM caller)
        UNION ALL
        SELECT 'it may log in, or more' FROM caller
        WHERE rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        UNION ALL
        SELECT 'it is a member of ' || m.roleid::regrole
        FROM caller JOIN pg_auth_members AS m ON m.member = caller.oid
        UNION ALL
        SELECT r.rolname || ' can become it' FROM caller, pg_roles AS r
        WHERE NOT r.rolsuper AND r.oid <> caller.oid
          AND (pg_has_role(r.oid, caller.oid, 'USAGE') OR pg_has_role(r.oid, caller.oid,
              CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END))
        UNION ALL
        SELECT 'it owns ' || pg_describe_object(d.classid, d.objid, d.objsubid)
        FROM caller
        JOIN pg_shdepend AS d ON d.refobjid = caller.oid AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
            AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        -- Several installations may be in a database.
        WHERE NOT (d.classid = 'pg_proc'::regclass AND EXISTS (SELECT
            FROM pg_proc AS p
            JOIN pg_class AS c ON c.relnamespace = p.pronamespace
                AND c.relname = 'birth_migration' AND c.relowner = to_regrole('birth_owner')
            WHERE p.oid = d.objid AND p.proname IN
                {CALLERS}
            ))
        UNION ALL
        SELECT 'it may create in schema ' || n.nspname
        FROM caller, pg_namespace AS n JOIN home ON home.oid = n.oid
        WHERE has_schema_privilege(caller.oid, n.oid, 'CREATE')
        UNION ALL
        SELECT 'it may write ' || c.oid::regclass
        FROM caller, home JOIN pg_class AS c ON c.relnamespace = home.oid
        WHERE c.relkind IN ('r', 'p', 'v') AND c.relowner = to_regrole('birth_owner')
          AND has_table_privilege(caller.oid, c.oid, concat_ws(', ',
              CASE WHEN c.relname <> 'birth_registry' THEN 'INSERT' END,
              CASE WHEN c.relname <> 'birth_registry' OR NOT {S}._birth_withdraw_allowed() THEN 'DELETE' END,
              'UPDATE, TRUNCATE, TRIGGER, REFERENCES'))
        UNION ALL
        SELECT 'it may execute ' || p.oid::regprocedure
        FROM caller, pg_proc AS p
        WHERE p.oid = ANY (p_functions) AND p.proowner = to_regrole('birth_owner')
          AND p.prosecdef
          AND p.proname NOT IN ('fn_birth_register', 'fn_birth_register_set', 'fn_birth_register_keyed')
          AND has_function_privilege(caller.oid, p.oid, 'EXECUTE')
    ) AS f
$body$;
COMMENT ON FUNCTION {S}._birth_audit_caller(oid[]) IS 'What birth_caller has that it should not have, or NULL.';
