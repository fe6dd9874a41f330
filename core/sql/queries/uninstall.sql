-- name: place
SELECT current_database()::text AS database

-- name: tables
SELECT c.relname::text AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {s} AND c.relkind IN ('r', 'p') AND c.relowner = pg_catalog.to_regrole('birth_owner') ORDER BY 1

-- name: statements
-- No CASCADE anywhere: what the company built upon it stops the whole. Rights, default privileges and roles stay as
-- long as another installation of this database needs them. `owner` is whose rights a step needs, `able` whether this
-- login has them.
WITH home AS (SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace WHERE nspname = {s}),
role AS (SELECT pg_catalog.to_regrole('birth_owner')::oid AS owner),
ours AS (
    SELECT c.oid, c.relkind, c.oid::pg_catalog.regclass::text AS name FROM pg_catalog.pg_class AS c, home, role
    WHERE c.relnamespace = home.oid AND c.relowner = role.owner AND c.relkind IN ('r', 'p', 'v')
), function AS (
    SELECT p.oid, p.oid::pg_catalog.regprocedure::text AS name FROM pg_catalog.pg_proc AS p, home, role
    WHERE p.pronamespace = home.oid AND p.proowner IN (role.owner, pg_catalog.to_regrole('birth_caller'))
), alone AS (
    SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, home, role
        WHERE c.relname = 'birth_migration' AND c.relowner = role.owner AND c.relnamespace <> home.oid) AS last
), granted AS (
    SELECT DISTINCT kind, name, owner FROM (
        SELECT 'TABLE' AS kind, c.oid::pg_catalog.regclass::text AS name, c.relowner AS owner, a.grantee
        FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relowner <> (SELECT owner FROM role)
            AND c.oid NOT IN (SELECT oid FROM ours)
        UNION ALL
        -- Rights on columns go with those on their table.
        SELECT 'TABLE', t.attrelid::pg_catalog.regclass::text, c.relowner, a.grantee
        FROM pg_catalog.pg_attribute AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.attrelid,
            pg_catalog.aclexplode(t.attacl) AS a
        WHERE t.attrelid NOT IN (SELECT oid FROM ours)
        UNION ALL
        SELECT 'SEQUENCE', c.oid::pg_catalog.regclass::text, c.relowner, a.grantee
        FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a
        WHERE c.relkind = 'S' AND c.relowner <> (SELECT owner FROM role)
        UNION ALL
        SELECT 'FUNCTION', p.oid::pg_catalog.regprocedure::text, p.proowner, a.grantee
        FROM pg_catalog.pg_proc AS p, pg_catalog.aclexplode(p.proacl) AS a
        WHERE p.proowner <> (SELECT owner FROM role) AND p.oid NOT IN (SELECT oid FROM function)
        UNION ALL
        SELECT 'TYPE', pg_catalog.format_type(t.oid, NULL), t.typowner, a.grantee
        FROM pg_catalog.pg_type AS t, pg_catalog.aclexplode(t.typacl) AS a
        UNION ALL
        SELECT 'SCHEMA', n.oid::pg_catalog.regnamespace::text, n.nspowner, a.grantee
        FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a
        WHERE n.nspowner <> (SELECT owner FROM role)
    ) AS g JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee
    WHERE r.rolname IN ('birth_owner', 'birth_caller', 'birth_reader', 'birth_operator', 'birth_gatekeeper',
        'birth_reviewer')
), whose AS (
    SELECT pg_catalog.string_agg(rolname, ', ' ORDER BY rolname) AS roles FROM pg_catalog.pg_roles
    WHERE rolname IN ('birth_owner', 'birth_caller', 'birth_reader', 'birth_operator', 'birth_gatekeeper',
        'birth_reviewer')
)
SELECT what, statement, pg_catalog.pg_get_userbyid(s.owner)::text AS owner, place IN (6, 9) AS may_stay,
    pg_catalog.pg_has_role(s.owner, 'USAGE') AS able
FROM (
    SELECT 1 AS place, 'event trigger ' || e.evtname AS what,
        pg_catalog.format('DROP EVENT TRIGGER %I', e.evtname) AS statement, e.evtowner AS owner
    FROM pg_catalog.pg_event_trigger AS e
    WHERE e.evtfoid IN (SELECT oid FROM function)
    UNION ALL
    SELECT 2, 'trigger ' || t.tgname || ' on ' || t.tgrelid::pg_catalog.regclass,
        pg_catalog.format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass), c.relowner
    FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    WHERE t.tgfoid IN (SELECT oid FROM function) AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 3, 'view ' || name, 'DROP VIEW ' || name, role.owner
    FROM ours, role
    WHERE relkind = 'v'
    UNION ALL
    SELECT 4, pg_catalog.count(*) || ' functions',
        'DROP FUNCTION ' || pg_catalog.string_agg(name, ', ' ORDER BY name), (SELECT owner FROM role)
    FROM function
    HAVING count(*) > 0
    UNION ALL
    SELECT 5, pg_catalog.count(*) || ' tables: ' || pg_catalog.string_agg(name, ', ' ORDER BY name),
        'DROP TABLE ' || pg_catalog.string_agg(name, ', ' ORDER BY name), (SELECT owner FROM role)
    FROM ours
    WHERE relkind IN ('r', 'p')
    HAVING count(*) > 0
    UNION ALL
    SELECT 6, 'rights on ' || lower(kind) || ' ' || name,
        'REVOKE ALL ON ' || kind || ' ' || name || ' FROM ' || whose.roles, granted.owner
    FROM granted, whose, alone
    WHERE alone.last AND (kind <> 'SCHEMA' OR name <> (SELECT oid::pg_catalog.regnamespace::text FROM home))
    UNION ALL
    SELECT 7, 'what birth_owner''s functions grant by themselves',
        'ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC', role.owner
    FROM role, alone
    WHERE alone.last AND EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d
        WHERE d.defaclrole = role.owner AND d.defaclnamespace = 0)
    UNION ALL
    SELECT 8, 'schema ' || nspname, pg_catalog.format('DROP SCHEMA %I', nspname), role.owner
    FROM home, role
    WHERE nspowner = role.owner
    UNION ALL
    SELECT 9, 'rights on schema ' || nspname,
        pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM %s', nspname, whose.roles), home.nspowner
    FROM home, role, whose
    WHERE nspowner <> role.owner
        AND oid::pg_catalog.regnamespace::text IN (SELECT name FROM granted WHERE kind = 'SCHEMA')
) AS s
WHERE EXISTS (SELECT FROM ours)
ORDER BY place, what COLLATE "C"

-- name: drop_roles
-- Our roles go with the last installation of the server. One that another database needs, or what the company granted
-- it, stays.
DO $body$
DECLARE
    v_role text;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_class AS c
        WHERE c.relname = 'birth_migration' AND c.relowner = pg_catalog.to_regrole('birth_owner')) THEN
        RETURN;
    END IF;
    FOREACH v_role IN ARRAY ARRAY['birth_caller', 'birth_owner', 'birth_operator', 'birth_gatekeeper',
        'birth_reviewer', 'birth_reader']
    LOOP
        BEGIN
            EXECUTE pg_catalog.format('DROP ROLE IF EXISTS %I', v_role);
        EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege OR object_in_use THEN
            NULL;
        END;
    END LOOP;
END
$body$

-- name: roles_left
-- Our roles that are there, and what of each holds it.
SELECT r.rolname::text AS name, ARRAY(
        SELECT DISTINCT CASE
            WHEN d.dbid <> 0 AND b.datname <> current_database() THEN 'database ' || b.datname
            ELSE pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) END
        FROM pg_catalog.pg_shdepend AS d LEFT JOIN pg_catalog.pg_database AS b ON b.oid = d.dbid
        WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = r.oid
        ORDER BY 1 LIMIT 5) AS held_by
FROM pg_catalog.pg_roles AS r
WHERE r.rolname IN ('birth_owner', 'birth_caller', 'birth_reader', 'birth_operator', 'birth_gatekeeper',
    'birth_reviewer')
ORDER BY 1

-- name: people
-- Logins of people that are there. They may serve others: they stay.
SELECT DISTINCT l.login AS name FROM {S}.birth_person_login AS l
JOIN pg_catalog.pg_roles AS r ON r.rolname = l.login
WHERE NOT r.rolsuper
ORDER BY 1
