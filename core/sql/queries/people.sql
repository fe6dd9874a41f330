-- name: all
-- Since PostgreSQL 16 the creator of a role administers it, and is no more in it than that.
WITH granted AS (
    SELECT m.member, m.roleid
    FROM pg_catalog.pg_auth_members AS m
    CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(m) AS options) AS o
    WHERE coalesce((o.options ->> 'inherit_option')::boolean OR (o.options ->> 'set_option')::boolean, true)
)
SELECT coalesce(l.login, r.rolname::text) AS login, l.person, l.retired_at, r.oid IS NOT NULL AS exists,
    ARRAY(
        SELECT g
        FROM unnest(ARRAY['birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer'])
            WITH ORDINALITY AS u(g, place)
        WHERE r.oid IS NOT NULL
          AND EXISTS (SELECT FROM granted AS m
              WHERE m.member = r.oid AND m.roleid = pg_catalog.to_regrole(g)::oid)
        ORDER BY place) AS groups,
    coalesce(r.rolsuper, false) AS superuser, coalesce(r.rolcreaterole, false) AS createrole,
    coalesce(r.rolbypassrls, false) AS bypassrls, coalesce(r.rolcanlogin, false) AS can_login
FROM {S}.birth_person_login AS l
FULL JOIN (
    SELECT *
    FROM pg_catalog.pg_roles AS r
    WHERE r.rolcanlogin
          AND EXISTS (SELECT FROM granted AS m
              WHERE m.member = r.oid AND m.roleid IN (
                  SELECT pg_catalog.to_regrole(g)::oid
                  FROM unnest(ARRAY['birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer']) AS g))
       OR r.rolname IN (SELECT login FROM {S}.birth_person_login)) AS r ON r.rolname = l.login
ORDER BY coalesce(l.login, r.rolname::text) COLLATE "C"

-- name: role
SELECT oid IS NOT NULL AS exists, coalesce(rolcanlogin, false) AS can_login
FROM (SELECT) AS always LEFT JOIN pg_catalog.pg_roles ON rolname = %(login)s
