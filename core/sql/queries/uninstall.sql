-- name: place
SELECT current_database()::text AS database

-- name: tables
SELECT c.relname::text AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {s} AND c.relkind IN ('r', 'p') AND c.relowner = pg_catalog.to_regrole('birth_owner') ORDER BY 1

-- name: statements
-- No CASCADE anywhere: what the company built upon it stops the whole.
WITH home AS (SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace WHERE nspname = {s}),
role AS (SELECT pg_catalog.to_regrole('birth_owner')::oid AS owner),
ours AS (
    SELECT c.oid, c.relkind, c.oid::pg_catalog.regclass::text AS name FROM pg_catalog.pg_class AS c, home, role
    WHERE c.relnamespace = home.oid AND c.relowner = role.owner AND c.relkind IN ('r', 'p', 'v')
), function AS (
    SELECT p.oid, p.oid::pg_catalog.regprocedure::text AS name FROM pg_catalog.pg_proc AS p, home, role
    WHERE p.pronamespace = home.oid AND p.proowner IN (role.owner, pg_catalog.to_regrole('birth_caller'))
), granted AS (
    SELECT DISTINCT kind, name FROM (
        SELECT 'TABLE' AS kind, c.oid::pg_catalog.regclass::text AS name, a.grantee
        FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relowner <> (SELECT owner FROM role)
            AND c.oid NOT IN (SELECT oid FROM ours)
            AND c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace
        UNION ALL
        -- Rights on columns go with those on their table.
        SELECT 'TABLE', t.attrelid::pg_catalog.regclass::text, a.grantee
        FROM pg_catalog.pg_attribute AS t, pg_catalog.aclexplode(t.attacl) AS a
        WHERE t.attrelid NOT IN (SELECT oid FROM ours)
        UNION ALL
        SELECT 'SEQUENCE', c.oid::pg_catalog.regclass::text, a.grantee
        FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a
        WHERE c.relkind = 'S' AND c.relowner <> (SELECT owner FROM role)
        UNION ALL
        SELECT 'FUNCTION', p.oid::pg_catalog.regprocedure::text, a.grantee
        FROM pg_catalog.pg_proc AS p, pg_catalog.aclexplode(p.proacl) AS a
        WHERE p.proowner <> (SELECT owner FROM role) AND p.oid NOT IN (SELECT oid FROM function)
            AND p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
        UNION ALL
        SELECT 'SCHEMA', n.oid::pg_catalog.regnamespace::text, a.grantee
        FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a
        WHERE n.nspowner <> (SELECT owner FROM role)
    ) AS g JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee
    WHERE r.rolname IN ('birth_owner', 'birth_reader', 'birth_caller')
), whose AS (
    SELECT pg_catalog.string_agg(rolname, ', ' ORDER BY rolname) AS roles FROM pg_catalog.pg_roles
    WHERE rolname IN ('birth_owner', 'birth_reader', 'birth_caller')
)
SELECT what, statement FROM (
    SELECT 1 AS place, 'event trigger ' || e.evtname AS what,
        pg_catalog.format('DROP EVENT TRIGGER %I', e.evtname) AS statement
    FROM pg_catalog.pg_event_trigger AS e
    WHERE e.evtfoid IN (SELECT oid FROM function)
    UNION ALL
    SELECT 2, 'trigger ' || t.tgname || ' on ' || t.tgrelid::pg_catalog.regclass,
        pg_catalog.format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass)
    FROM pg_catalog.pg_trigger AS t
    WHERE t.tgfoid IN (SELECT oid FROM function) AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 3, 'view ' || name, 'DROP VIEW ' || name
    FROM ours
    WHERE relkind = 'v'
    UNION ALL
    SELECT 4, pg_catalog.count(*) || ' functions',
        'DROP FUNCTION ' || pg_catalog.string_agg(name, ', ' ORDER BY name)
    FROM function
    HAVING count(*) > 0
    UNION ALL
    SELECT 5, pg_catalog.count(*) || ' tables: ' || pg_catalog.string_agg(name, ', ' ORDER BY name),
        'DROP TABLE ' || pg_catalog.string_agg(name, ', ' ORDER BY name)
    FROM ours
    WHERE relkind IN ('r', 'p')
    HAVING count(*) > 0
    UNION ALL
    SELECT 6, 'rights on ' || lower(kind) || ' ' || name,
        'REVOKE ALL ON ' || kind || ' ' || name || ' FROM ' || whose.roles
    FROM granted, whose
    WHERE kind <> 'SCHEMA' OR name <> (SELECT oid::pg_catalog.regnamespace::text FROM home)
    UNION ALL
    SELECT 7, 'what birth_owner''s functions grant by themselves',
        'ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC'
    FROM role
    WHERE EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d
        WHERE d.defaclrole = role.owner AND d.defaclnamespace = 0)
    UNION ALL
    SELECT 8, 'schema ' || nspname, pg_catalog.format('DROP SCHEMA %I', nspname)
    FROM home, role
    WHERE nspowner = role.owner
    UNION ALL
    SELECT 8, 'rights on schema ' || nspname,
        pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM %s', nspname, whose.roles)
    FROM home, role, whose
    WHERE nspowner <> role.owner
        AND oid::pg_catalog.regnamespace::text IN (SELECT name FROM granted WHERE kind = 'SCHEMA')
) AS s
WHERE EXISTS (SELECT FROM ours)
ORDER BY place, what COLLATE "C"
