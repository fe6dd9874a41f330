-- name: company_tables
-- The first table of each name, in the order of the schemas.
SELECT DISTINCT ON (w.part) w.part, n.nspname::text AS schema, c.relname::text AS "table",
    pg_catalog.pg_get_userbyid(c.relowner)::text AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    c.oid::bigint AS relid
FROM unnest(%(parts)s::text[], %(names)s::text[]) AS w(part, name)
JOIN pg_catalog.pg_class AS c ON c.relname = w.name::name AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    AND n.nspname = ANY (%(schemas)s::text[]) AND n.nspname <> {s}
ORDER BY w.part, pg_catalog.array_position(%(schemas)s::text[], n.nspname::text)

-- name: named_table
SELECT '' AS part, n.nspname::text AS schema, c.relname::text AS "table",
    pg_catalog.pg_get_userbyid(c.relowner)::text AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    c.oid::bigint AS relid
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass(%(name)s) AND c.relkind IN ('r', 'p')

-- name: written_table
-- Looked up by its names: a look by their text would ask for rights on the schema.
SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname) AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE ARRAY[n.nspname::text, c.relname::text] = %(parts)s::text[] AND c.relkind IN ('r', 'p', 'f')

-- name: bound_tables
SELECT b.part, b.schema_name AS schema, b.table_name AS "table", pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
    pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned, c.oid::bigint AS relid, b.columns
FROM {S}.birth_binding AS b JOIN pg_catalog.pg_class AS c ON c.oid = {S}.birth_bound_table(b.part)
WHERE {S}.birth_is_bound(b.part) ORDER BY b.part

-- name: table_columns
SELECT a.attname::text AS name FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = %(relid)s::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY attnum

-- name: beside
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind, n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s::text[]) AND n.nspname <> {s} AND c.relname = ANY (%(names)s::text[])
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY 2, 3

-- name: row_security
-- Those of these tables whose policies hold for birth_owner: for all but the owner, superusers, and who bypasses.
SELECT c.oid::bigint AS relid FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%(relids)s::bigint[]::oid[]) AND c.relrowsecurity ORDER BY c.oid
