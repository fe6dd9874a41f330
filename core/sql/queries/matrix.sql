-- name: collections
SELECT collection_name AS collection, governance_role, requirement, strategy, identity, native_status,
    -- As most people see it, whatever this session's search_path: tables of public bare, others with their schema.
    CASE
        WHEN n.nspname = 'public' THEN quote_ident(r.relname)
        ELSE quote_ident(n.nspname) || '.' || quote_ident(r.relname) END AS "table",
    relid, trigger_state AS trigger,
    coalesce(missing_columns, ARRAY[]::text[]) AS missing_columns, columns, version
FROM {S}.birth_collections() AS c
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = c.relid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
ORDER BY c.collection_name COLLATE "C"

-- name: registered
SELECT count(*) AS registered FROM {S}.birth_registry_rows() WHERE collection_name = %(collection)s

-- name: registry_rows
SELECT collection_name AS collection, count(*) AS rows FROM {S}.birth_registry_rows()
WHERE collection_name IS NOT NULL GROUP BY 1
