-- Whether a login of the console could put something where the company's code looks for names: a table that stands in
-- for another, a function that fits better. What PUBLIC may do is the company's habit (TEMP is PostgreSQL's own
-- default), and harmless: no batch runs beside anything that such a login made, see _birth_batch_apart.
CREATE OR REPLACE FUNCTION {S}._birth_audit_create(p_roles oid[])
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH role AS (
        SELECT r.oid, r.oid::regrole::text AS name FROM pg_roles AS r
        WHERE r.oid = ANY (p_roles) AND NOT r.rolsuper AND r.rolname <> 'birth_owner'
    ), planted AS (
        SELECT role.name || ' on schema ' || n.nspname AS what
        FROM role, pg_namespace AS n
        WHERE n.nspname !~ '^pg_' AND has_schema_privilege(role.oid, n.oid, 'CREATE')
          AND (n.nspname = {s} OR NOT has_schema_privilege('public', n.oid, 'CREATE'))
        UNION
        -- In the console's schema, no other login either.
        SELECT concat(a.grantee::regrole, ' on schema ', n.nspname)
        FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
        JOIN pg_roles AS r ON r.oid = a.grantee AND NOT r.rolsuper
        WHERE n.nspname = {s} AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
          AND r.rolname <> 'birth_owner'
        UNION
        SELECT role.name || ' on database'
        FROM role
        WHERE has_database_privilege(role.oid, current_database(), 'CREATE')
           OR has_database_privilege(role.oid, current_database(), 'TEMP')
              AND NOT has_database_privilege('public', current_database(), 'TEMP')
        UNION
        SELECT concat(role.name, ' owns ', o.type, ' ', o.identity)
        FROM role
        JOIN pg_shdepend AS d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = role.oid AND d.deptype = 'o'
            AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
        WHERE d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass,
                'pg_opclass'::regclass, 'pg_namespace'::regclass)
          -- Temporary objects are seen by their own session alone, which a batch asks.
          AND coalesce(o.schema, '') !~ '^pg_temp'
    ), everybody AS (
        SELECT 'CREATE on schema ' || n.nspname AS what FROM pg_namespace AS n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> {s} AND has_schema_privilege('public', n.oid, 'CREATE')
        UNION
        SELECT 'TEMP on database' WHERE has_database_privilege('public', current_database(), 'TEMP')
    ), found AS (
        SELECT (SELECT jsonb_agg(what ORDER BY what COLLATE "C") FROM planted) AS planted,
            (SELECT jsonb_agg(what ORDER BY what COLLATE "C") FROM everybody) AS everybody
    )
    SELECT 'create', 'no login may create objects (CREATE, TEMP), or owns any',
        CASE WHEN planted IS NOT NULL THEN 'failed' WHEN everybody IS NOT NULL THEN 'warning' ELSE 'passed' END,
        coalesce(planted, jsonb_build_object('public', everybody), '[]'::jsonb),
        CASE WHEN planted IS NULL
            THEN 'No batch runs beside an object that a login of the console made. '
                'To close this for applications, too: REVOKE it FROM PUBLIC.'
            ELSE 'REVOKE CREATE ON SCHEMA … and TEMP ON DATABASE … from that login; give its objects to another role.'
        END
    FROM found
$body$;
COMMENT ON FUNCTION {S}._birth_audit_create(oid[]) IS
    'Whether a login of the console may create objects or owns any; a warning if only PUBLIC may. Private.';
