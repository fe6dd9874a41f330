-- name: places
SELECT c.collection_name, c.relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name
FROM {S}.birth_collections() AS c
JOIN pg_catalog.pg_class AS r ON r.oid = c.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE %(collections)s::text[] IS NULL OR c.collection_name = ANY (%(collections)s)
ORDER BY c.collection_name COLLATE "C"

-- name: chosen
SELECT c.collection_name, c.columns
FROM {S}.birth_collections() AS c
WHERE c.columns IS NOT NULL
ORDER BY c.collection_name COLLATE "C"

-- name: blockers
SELECT c.collection_name, c.relid IS NOT NULL AS has_table, coalesce(c.version, 0) AS version
FROM {S}.birth_collections() AS c
WHERE c.requirement = 'REQUIRED' AND c.strategy IS NULL
ORDER BY c.collection_name COLLATE "C"

-- name: registered
SELECT entity_code AS code, collection_name AS owner FROM {S}.birth_registry_rows()
WHERE entity_code = ANY (%(codes)s) AND collection_name <> %(collection)s
ORDER BY 1
