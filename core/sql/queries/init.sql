-- name: server
SELECT current_database()::text AS database,
    session_user::text AS login,
    pg_catalog.quote_ident(session_user) AS quoted,
    r.rolsuper AS superuser,
    r.rolcreaterole AS creates_roles,
    pg_catalog.current_setting('server_version_num')::integer AS version,
    pg_catalog.current_setting('server_encoding') AS encoding,
    ARRAY(
        SELECT rolname::text FROM pg_catalog.pg_roles
        WHERE rolname IN ('birth_owner', 'birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')
        ORDER BY 1) AS roles,
    pg_catalog.to_regrole('birth_caller') IS NOT NULL AS has_caller,
    r.rolsuper OR r.rolcreaterole AND pg_catalog.current_setting('server_version_num')::integer < 160000
        OR coalesce((
            SELECT pg_catalog.pg_has_role(session_user, c.oid, 'MEMBER WITH ADMIN OPTION')
                OR pg_catalog.pg_has_role(session_user, c.oid, 'USAGE')
                    AND pg_catalog.pg_has_role(session_user, c.oid, CASE
                        WHEN pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN 'SET'
                        ELSE 'MEMBER' END)
            FROM pg_catalog.pg_roles AS c WHERE c.rolname = 'birth_caller'), r.rolcreaterole) AS becomes_caller,
    pg_catalog.has_database_privilege(current_database(), 'CREATE') AS creates_schemas,
    pg_catalog.pg_has_role(session_user, 'pg_read_all_stats', 'MEMBER WITH ADMIN OPTION')
        OR r.rolcreaterole AND pg_catalog.current_setting('server_version_num')::integer < 160000 AS grants_statistics,
    pg_catalog.pg_has_role(session_user, 'pg_signal_backend', 'MEMBER WITH ADMIN OPTION')
        OR r.rolcreaterole AND pg_catalog.current_setting('server_version_num')::integer < 160000 AS grants_signals,
    -- Since PostgreSQL 16 a role is administered by its creator, and by superusers alone besides.
    r.rolcreaterole
        AND (pg_catalog.current_setting('server_version_num')::integer < 160000
            OR pg_catalog.to_regrole('birth_reader') IS NULL
            OR pg_catalog.pg_has_role(session_user, pg_catalog.to_regrole('birth_reader')::oid,
                'MEMBER WITH ADMIN OPTION')) AS finishes_roles,
    (SELECT pg_catalog.pg_has_role(nspowner, 'USAGE') FROM pg_catalog.pg_namespace
        WHERE nspname = {s}) AS owns_schema,
    (SELECT pg_catalog.pg_get_userbyid(nspowner)::text
        FROM pg_catalog.pg_namespace WHERE nspname = {s}) AS schema_owner,
    EXISTS (SELECT FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_depend AS d
        ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid
        WHERE n.nspname = {s}) AS schema_filled
FROM pg_catalog.pg_roles AS r WHERE r.rolname = session_user

-- name: owner
-- What birth_owner may, once there is one; `schema` and the rest are NULL where there is no such schema.
SELECT pg_catalog.pg_has_role(session_user, o.oid, CASE
            WHEN pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN 'SET'
            ELSE 'MEMBER' END)
        AND pg_catalog.pg_has_role(session_user, o.oid, 'USAGE') AS becomes,
    pg_catalog.pg_has_role(session_user, o.oid, 'MEMBER WITH ADMIN OPTION') AS administers,
    (SELECT pg_catalog.bool_and(pg_catalog.pg_has_role(g.oid, reader.oid, 'MEMBER'))
        FROM pg_catalog.pg_roles AS g, pg_catalog.pg_roles AS reader
        WHERE reader.rolname = 'birth_reader'
          AND g.rolname IN ('birth_operator', 'birth_gatekeeper', 'birth_reviewer')) AS groups_read,
    (SELECT n.nspowner = o.oid AND pg_catalog.has_schema_privilege(o.oid, n.oid, 'USAGE')
            AND pg_catalog.has_schema_privilege(o.oid, n.oid, 'CREATE')
            AND pg_catalog.has_schema_privilege('birth_reader', n.oid, 'USAGE')
            -- Before 15 every login may create in public: what birth_owner's functions grant is asked, too.
            AND EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d
                WHERE d.defaclrole = o.oid AND d.defaclnamespace = 0 AND d.defaclobjtype = 'f'
                  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(d.defaclacl) AS a WHERE a.grantee = 0))
        FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {s}) AS schema_ready,
    pg_catalog.pg_has_role(o.oid, 'pg_read_all_stats', 'MEMBER') AS reads_statistics,
    pg_catalog.pg_has_role(o.oid, 'pg_signal_backend', 'MEMBER') AS ends_sessions,
    pg_catalog.has_function_privilege(o.oid, 'pg_catalog.pg_hba_file_rules()', 'EXECUTE')
        AND pg_catalog.has_table_privilege(o.oid, 'pg_catalog.pg_hba_file_rules', 'SELECT') AS reads_authentication
FROM pg_catalog.pg_roles AS o WHERE o.rolname = 'birth_owner'

-- name: objects
-- What the schema holds by the names that we would use.
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
    c.relname::text AS name,
    pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
    pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    c.oid::bigint AS relid
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {s} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY (%(names)s)
UNION ALL
SELECT 'function', p.proname::text, pg_catalog.pg_get_userbyid(p.proowner)::text,
    pg_catalog.pg_has_role(p.proowner, 'USAGE'), p.oid::bigint
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = {s} AND p.proname = ANY (%(names)s)
UNION ALL
SELECT 'event trigger', e.evtname::text, pg_catalog.pg_get_userbyid(e.evtowner)::text,
    pg_catalog.pg_has_role(e.evtowner, 'USAGE'), e.oid::bigint
FROM pg_catalog.pg_event_trigger AS e WHERE e.evtname = ANY (%(names)s)
ORDER BY 2, 1

-- name: reads
-- Whether this login may read a table; no row where it is not there. Looked up by its names: a look by their text would
-- ask for rights on the schema.
SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS reads
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE ARRAY[n.nspname::text, c.relname::text] = pg_catalog.parse_ident(%(table)s)

-- name: schema_there
SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %(name)s) AS there

-- name: search_path
SELECT pg_catalog.current_schemas(false)::text[] AS schemas

-- name: recorded
SELECT name FROM {S}.birth_migration

-- name: schemas
SELECT value AS schemas FROM {S}.birth_setting WHERE name = 'collection_schemas'

-- name: try_event_trigger
CREATE EVENT TRIGGER birth_may_this_login ON ddl_command_end EXECUTE FUNCTION pg_catalog.birth_is_not_here()

-- name: attested
SELECT name, value[1] AS words
FROM {S}.birth_setting
WHERE name IN ('authentication_attested', 'trigger_guard_attested', 'distributed_attested')
ORDER BY 1

-- name: register_writes
SELECT value AS tables FROM {S}.birth_setting WHERE name = 'register_writes'

-- name: remedies
-- What lets a failed check pass. A warning is left to the doctor: no run waits for it.
SELECT id, statement FROM {S}.birth_remedies()
WHERE id <> ALL (SELECT a.id FROM {S}.birth_audit() AS a WHERE a.verdict = 'warning')

-- name: sees_remedies
SELECT coalesce((
    SELECT pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))
        AND pg_catalog.bool_and(pg_catalog.has_schema_privilege(n.oid, 'USAGE'))
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = {s} AND p.proname IN ('birth_remedies', 'birth_audit')), false) AS sees

-- name: take_back
-- What the default privileges of the maker of the schema's objects gave away of them. Rights that were granted on
-- purpose, to others than those default privileges name, stay.
DO $body$
DECLARE
    v_given record;
BEGIN
    FOR v_given IN
        WITH made AS (
            SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
                CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END AS letter, c.oid::pg_catalog.regclass::text AS name,
                c.relacl AS acl
            FROM pg_catalog.pg_class AS c
            WHERE c.relnamespace = pg_catalog.quote_ident({s})::pg_catalog.regnamespace
              AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            UNION ALL
            SELECT 'FUNCTION', 'f', p.oid::pg_catalog.regprocedure::text, p.proacl
            FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = pg_catalog.quote_ident({s})::pg_catalog.regnamespace
            UNION ALL
            SELECT 'SCHEMA', 'n', n.oid::pg_catalog.regnamespace::text, n.nspacl
            FROM pg_catalog.pg_namespace AS n WHERE n.oid = pg_catalog.quote_ident({s})::pg_catalog.regnamespace
        ), spread AS (
            SELECT DISTINCT d.defaclobjtype::text AS letter, a.grantee
            FROM pg_catalog.pg_default_acl AS d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
            JOIN pg_catalog.pg_roles AS r ON r.oid = d.defaclrole AND r.rolname IN (current_user, session_user)
            WHERE a.grantee <> d.defaclrole AND a.grantee NOT IN (
                SELECT o.oid FROM pg_catalog.pg_roles AS o WHERE o.rolname IN ('birth_owner', 'birth_caller',
                    'birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer'))
        )
        SELECT DISTINCT m.kind, m.name, CASE a.grantee WHEN 0 THEN 'PUBLIC'
            ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS grantee
        FROM made AS m CROSS JOIN LATERAL pg_catalog.aclexplode(m.acl) AS a
        JOIN spread AS s ON s.letter = m.letter AND s.grantee = a.grantee
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM %s', v_given.kind, v_given.name, v_given.grantee);
    END LOOP;
END
$body$

-- name: citus
SELECT pg_catalog.to_regclass('pg_catalog.pg_dist_local_group') IS NOT NULL AS here
