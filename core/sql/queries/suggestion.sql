-- name: places
-- Of a table that Citus keeps on its nodes, its rows as a FROM takes them, and so many of them that more would make no
-- small table.
SELECT c.collection_name, c.relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name,
    CASE WHEN pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL
        THEN {S}.birth_shards(c.relid) END AS shards,
    CASE WHEN pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL
        THEN {S}.birth_shards(c.relid, p_most => %(small)s + 1) END AS few
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

-- name: rejected
-- What people decided against: an identity that they took back or replaced, and a first suggestion that they passed
-- over.
SELECT h.collection_name, h.columns
FROM {S}.birth_identity_history AS h
LEFT JOIN {S}.birth_identity AS i ON i.collection_name = h.collection_name
WHERE h.action = 'classified' AND h.columns IS NOT NULL AND h.columns IS DISTINCT FROM i.columns
UNION
SELECT h.collection_name, ARRAY(
    SELECT passed.name
    FROM pg_catalog.jsonb_array_elements_text(h.evidence #> '{{suggestion,instead_of}}') AS passed(name)
    WHERE passed.name IS NOT NULL)
FROM {S}.birth_identity AS i
JOIN {S}.birth_identity_history AS h ON h.collection_name = i.collection_name AND h.version = i.version
WHERE pg_catalog.jsonb_typeof(h.evidence #> '{{suggestion,instead_of}}') = 'array'
ORDER BY 1, 2

-- name: columns_of
SELECT c.collection_name, ARRAY(
    SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.relid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns
FROM {S}.birth_collections() AS c
WHERE c.relid IS NOT NULL AND c.collection_name = ANY (%(collections)s::text[])
ORDER BY c.collection_name COLLATE "C"

-- name: blockers
SELECT c.collection_name, c.relid IS NOT NULL AS has_table, coalesce(c.version, 0) AS version
FROM {S}.birth_collections() AS c
WHERE c.requirement = 'REQUIRED' AND c.strategy IS NULL
ORDER BY c.collection_name COLLATE "C"

-- name: registered
SELECT entity_code AS code, collection_name AS owner FROM {S}.birth_registry_rows()
WHERE entity_code = ANY (ARRAY(SELECT pg_catalog.json_array_elements_text(%(codes)s::json)))
ORDER BY 1
