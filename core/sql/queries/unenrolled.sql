-- name: tables
-- Every table that could be a collection, and whether it is one, or plays a part of the gateway's.
SELECT n.nspname::text AS schema, c.relname::text AS name, enrolled.relid IS NOT NULL AS enrolled,
    c.oid IN (SELECT {S}.birth_bound_table(b.part) FROM {S}.birth_binding AS b) AS bound
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN (SELECT DISTINCT relid FROM {S}.birth_collections() WHERE relid IS NOT NULL) AS enrolled
    ON enrolled.relid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', {s})
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2

-- name: globs
-- What was named when tables were enrolled; no row before this was kept.
SELECT value AS globs FROM {S}.birth_setting WHERE name = 'enrolled_globs'
