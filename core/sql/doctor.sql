-- name: migrations
SELECT name, sha256 FROM {S}.birth_migration

-- name: binding
SELECT f.signature, p.oid IS NOT NULL AS there, p.provolatile = 'v' AS writes,
    pg_catalog.has_function_privilege('birth_owner', p.oid, 'EXECUTE') AND pg_catalog.has_schema_privilege('birth_owner', p.pronamespace, 'USAGE') AS callable,
    (SELECT pg_catalog.count(*) FROM {S}.birth_gateway_functions() AS g WHERE NOT g.is_gateway) AS overloads,
    ARRAY(SELECT b.parameter FROM {S}.birth_gateway_binding AS b WHERE p.oid IS NOT NULL AND b.parameter <> ALL (coalesce(p.proargnames, ARRAY[]::text[])) ORDER BY 1) AS unknown,
    (SELECT pg_catalog.jsonb_object_agg(parameter, coalesce(constant, '$' || value)) FROM {S}.birth_gateway_binding) AS binding
FROM {S}.birth_gateway_function AS f LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = {S}.birth_register_function()

-- name: pins
-- What was agreed for the gateway that is no longer so: open permits, and runs that are not over.
SELECT pg_catalog.left(g.live ->> 'norm_md5', 8) AS live,
    ARRAY(SELECT p.permit_id FROM {S}.birth_admission_permit AS p WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp()
        AND NOT g.live @> pg_catalog.jsonb_build_object('norm_md5', p.expect_gateway, 'full_sha256', p.expect_full) ORDER BY 1) AS permits,
    ARRAY(SELECT r.run_id FROM {S}.birth_backfill_run AS r WHERE r.status IN ('planned', 'reconciled', 'applying') AND r.gateway <> g.live ORDER BY 1) AS runs
FROM (SELECT {S}.birth_gateway_fingerprint() AS live) AS g

-- name: server
SELECT e.payload::jsonb ->> 'system_identifier' AS installed_on, (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS live,
    ARRAY(SELECT r.run_id FROM {S}.birth_backfill_run AS r WHERE r.status IN ('planned', 'reconciled', 'applying')
        AND r.server_version <> pg_catalog.current_setting('server_version_num') ORDER BY 1) AS runs
FROM {S}.birth_ledger_event AS e WHERE e.seq = 0

-- name: registry
SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
        WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indnkeyatts = 1 AND a.attname = 'entity_code') AS is_unique,
    EXISTS (SELECT FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
        WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL AND a.attname = 'entity_code') AS is_indexed,
    pg_catalog.quote_ident(n.nspname) || '.birth_registry' AS registry
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = {s} AND c.relname = 'birth_registry'

-- name: row_security
-- Whoever owns a table sees all of it, but the groups would not.
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS "table"
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {s} AND c.relrowsecurity AND (c.relname ~ '^birth_' OR c.relname IN ('collection_registry', 'trigger_guard_alerts')) ORDER BY 1

-- name: sources
SELECT c.collection_name AS collection, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname) AS "table", pg_catalog.quote_ident(n.nspname) AS schema,
    NOT pg_catalog.has_schema_privilege('birth_owner', n.oid, 'USAGE') OR NOT pg_catalog.has_schema_privilege('birth_reader', n.oid, 'USAGE') AS closed,
    NOT pg_catalog.has_table_privilege('birth_owner', t.oid, 'SELECT') OR NOT pg_catalog.has_table_privilege('birth_reader', t.oid, 'SELECT') AS unread,
    t.relrowsecurity AND t.relowner <> 'birth_owner'::pg_catalog.regrole AS guarded,
    -- Never counted, and not empty.
    t.reltuples < 0 AND (pg_catalog.pg_relation_size(t.oid) > 0 OR EXISTS (SELECT FROM pg_catalog.pg_partition_tree(t.oid) AS part WHERE part.isleaf AND pg_catalog.pg_relation_size(part.relid) > 0)) AS unknown
FROM {S}.birth_collections() AS c JOIN pg_catalog.pg_class AS t ON t.oid = c.relid JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
WHERE c.requirement = 'REQUIRED'
  AND (NOT pg_catalog.has_schema_privilege('birth_owner', n.oid, 'USAGE') OR NOT pg_catalog.has_schema_privilege('birth_reader', n.oid, 'USAGE')
    OR NOT pg_catalog.has_table_privilege('birth_owner', t.oid, 'SELECT') OR NOT pg_catalog.has_table_privilege('birth_reader', t.oid, 'SELECT')
    OR t.relrowsecurity OR t.reltuples < 0)
ORDER BY 1

-- name: ambiguous
SELECT c.collection_name::text AS collection, pg_catalog.array_agg(n.nspname::text ORDER BY place.rank) AS schemas
FROM {S}.collection_registry AS c
JOIN {S}.birth_policy AS p ON p.collection_name = c.collection_name AND p.requirement = 'REQUIRED'
JOIN pg_catalog.pg_class AS t ON t.relname = c.collection_name::name AND t.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
JOIN (SELECT s.value FROM {S}.birth_setting AS s WHERE s.name = 'collection_schemas') AS s ON n.nspname = ANY (s.value)
CROSS JOIN LATERAL (SELECT pg_catalog.array_position(s.value, n.nspname::text) AS rank) AS place
WHERE NOT EXISTS (SELECT FROM {S}.birth_collection_place AS known WHERE known.collection_name = c.collection_name)
GROUP BY 1 HAVING count(*) > 1 ORDER BY 1

-- name: remedies
SELECT id, pg_catalog.array_agg(statement) AS statements FROM {S}.birth_remedies() GROUP BY 1
