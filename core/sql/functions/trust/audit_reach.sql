-- Which role can use what another may. `uses`: by inheriting it, by SET ROLE, or by SET ROLE to a role that inherits
-- it: the server's own pg_has_role misses that third way. Without `uses`: by a grant to itself first, through ADMIN.
-- Before PostgreSQL 16 a membership has no options, and the member's own INHERIT decides.
CREATE OR REPLACE FUNCTION {S}._birth_reach() RETURNS TABLE (member oid, role oid, uses boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE edge AS MATERIALIZED (
        SELECT m.member, m.roleid AS role,
            bool_or(coalesce((j.row ->> 'inherit_option')::boolean, r.rolinherit)) AS inherits,
            bool_or(coalesce((j.row ->> 'set_option')::boolean, true)) AS sets,
            bool_or(m.admin_option) AS admins
        FROM pg_auth_members AS m
        JOIN pg_roles AS r ON r.oid = m.member
        CROSS JOIN LATERAL (SELECT to_jsonb(m) AS row) AS j
        GROUP BY 1, 2
        UNION ALL
        SELECT datdba, 'pg_database_owner'::regrole, true, true, false
        FROM pg_database WHERE datname = current_database()
    ), walk AS (
        SELECT e.member, e.role, s.state
        FROM edge AS e
        CROSS JOIN LATERAL (VALUES ('sets', e.sets), ('inherits', e.inherits), ('admins', e.admins)) AS s(state, is_so)
        WHERE s.is_so
        UNION
        SELECT w.member, e.role, s.state
        FROM walk AS w
        JOIN edge AS e ON e.member = w.role
        CROSS JOIN LATERAL (VALUES
            ('sets', w.state = 'sets' AND e.sets),
            ('inherits', w.state <> 'admins' AND e.inherits),
            ('admins', w.state = 'admins' OR e.admins)) AS s(state, is_so)
        WHERE s.is_so
    )
    SELECT member, role, bool_or(state <> 'admins') FROM walk WHERE member <> role GROUP BY 1, 2
$body$;
COMMENT ON FUNCTION {S}._birth_reach() IS
    'Which role can use another''s privileges, or could grant them to itself (uses is false). Private.';

-- Statements that end what _birth_reach found: they revoke each membership in the role itself by which `p_member`
-- gets there.
CREATE OR REPLACE FUNCTION {S}._birth_reach_ends(p_member oid, p_role oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT array_agg(DISTINCT format('REVOKE %s FROM %s%s%s;', m.roleid::regrole, m.member::regrole,
        -- Since PostgreSQL 16 a grant is its grantor's to revoke; a superuser's counts as the first superuser's.
        CASE WHEN current_setting('server_version_num')::integer >= 160000 AND m.grantor <> 10
            THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END,
        CASE WHEN m.admin_option THEN ' CASCADE' ELSE '' END))
    FROM pg_auth_members AS m
    WHERE m.roleid = p_role AND (m.member = p_member OR pg_has_role(p_member, m.member, 'MEMBER'))
      AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = m.member)
      -- A grant of ADMIN alone, beside one that lends the role: the other one is what counts.
      AND (coalesce((to_jsonb(m) ->> 'set_option')::boolean OR (to_jsonb(m) ->> 'inherit_option')::boolean, true)
        OR NOT EXISTS (SELECT FROM pg_auth_members AS o
            WHERE o.roleid = m.roleid AND o.member = m.member AND o.grantor <> m.grantor
              AND ((to_jsonb(o) ->> 'set_option')::boolean OR (to_jsonb(o) ->> 'inherit_option')::boolean)))
$body$;
COMMENT ON FUNCTION {S}._birth_reach_ends(oid, oid) IS
    'REVOKE statements that take a role out of the reach of a member. Private.';
