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
SELECT {S}.birth_identity_registered(%(collection)s) AS registered

-- name: registry_rows
-- Codes of an identity that was retired are no phantoms: they are remembered by their rows' keys.
SELECT held.collection, greatest(0, held.rows - coalesce((
        SELECT r.registered FROM {S}.birth_identity_retirement AS r
        WHERE r.collection_name = held.collection ORDER BY r.version DESC LIMIT 1), 0)) AS rows
FROM (
    SELECT collection_name AS collection, count(*) AS rows FROM {S}.birth_registry_rows()
    WHERE collection_name IS NOT NULL GROUP BY 1) AS held
