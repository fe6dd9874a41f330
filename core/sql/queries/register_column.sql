-- name: asked_columns
-- Columns of a table that a row must say something of.
SELECT a.attname::text AS name
FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
WHERE a.attrelid = %(relid)s::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped
    AND (a.attnotnull OR t.typnotnull) AND NOT a.atthasdef AND t.typdefault IS NULL
    AND a.attidentity = '' AND a.attgenerated = ''
ORDER BY a.attnum

-- name: looked_up
-- A table that the register function looks columns up in: what is missing, and whether birth_caller reads them.
SELECT pg_catalog.pg_get_userbyid(c.relowner)::text AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    ARRAY(SELECT w.name FROM unnest(%(columns)s::text[]) AS w(name)
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname::text = w.name
            AND a.attnum > 0 AND NOT a.attisdropped) ORDER BY 1) AS missing,
    coalesce((SELECT pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
        AND pg_catalog.bool_and(pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'))
        FROM pg_catalog.pg_roles AS r, pg_catalog.pg_attribute AS a
        WHERE r.rolname = 'birth_caller' AND a.attrelid = c.oid AND a.attname::text = ANY (%(columns)s::text[])
        GROUP BY r.oid), false) AS read
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(table)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')

-- name: bound
SELECT column_name AS "column", source FROM {S}.birth_register_column ORDER BY column_name
