-- name: collection
SELECT collection_name, requirement, relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name,
    c.strategy, c.columns, c.version, c.missing_columns
FROM {S}.birth_collections() AS c
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = c.relid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE c.collection_name = %(collection)s

-- name: names
SELECT collection_name FROM {S}.collection_registry ORDER BY collection_name COLLATE "C"

-- name: pending
SELECT c.collection_name, c.relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name, c.columns
FROM {S}.birth_collections() AS c
JOIN pg_catalog.pg_class AS r ON r.oid = c.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE c.requirement = 'REQUIRED' AND c.strategy = 'column' AND c.relid IS NOT NULL
  AND c.missing_columns = ARRAY[]::text[]

-- name: columns
WITH RECURSIVE base AS (
    SELECT a.attrelid, a.attname, a.attnum, t.oid, t.typtype, t.typbasetype, t.typnamespace
    FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY (%(relids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attrelid, b.attname, b.attnum, t.oid, t.typtype, t.typbasetype, t.typnamespace
    FROM base AS b JOIN pg_catalog.pg_type AS t ON t.oid = b.typbasetype WHERE b.typtype = 'd'
)
SELECT attrelid::bigint AS relid, attname AS name,
    -- Somebody's own type may be called text, and come first on somebody's search_path.
    CASE WHEN typtype = 'e' THEN 'enum'
        WHEN typnamespace = 'pg_catalog'::regnamespace THEN pg_catalog.regexp_replace(pg_catalog.format_type(oid, NULL), '^pg_catalog\.', '')
        ELSE typnamespace::regnamespace || '.' || pg_catalog.format_type(oid, NULL) END AS type
FROM base WHERE typtype <> 'd' ORDER BY attrelid, attnum

-- name: key
SELECT a.attname AS name FROM pg_catalog.pg_index AS x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = %(relid)s::bigint::oid AND a.attnum = k.attnum
WHERE x.indrelid = %(relid)s::bigint::oid AND x.indisprimary ORDER BY k.position

-- name: classify
SELECT {S}.birth_identity_classify(%(collection)s, %(strategy)s, %(columns)s, %(seen_version)s, %(reason)s, %(evidence)s)

-- name: unclassify
SELECT {S}.birth_identity_unclassify(%(collection)s, %(seen_version)s, %(reason)s)

-- name: decide
SELECT {S}.birth_policy_set(%(collection)s, %(requirement)s, %(reason)s)

-- name: undo
SELECT {S}.birth_identity_undo(%(collection)s, %(seen_version)s, %(reason)s)

-- name: last_of_login
SELECT h.collection_name FROM {S}.birth_identity_history AS h JOIN {S}.birth_identity AS i USING (collection_name, version)
WHERE h.actor = session_user AND h.action = 'classified'
ORDER BY h.recorded_at DESC, h.collection_name COLLATE "C" DESC LIMIT 1

-- name: before
SELECT strategy, columns FROM {S}.birth_identity_history WHERE collection_name = %(collection)s AND version < %(version)s
ORDER BY version DESC LIMIT 1

-- name: history
SELECT collection_name AS collection, version, action, strategy, columns, actor, person, recorded_at, reason, evidence, evidence_digest
FROM {S}.birth_identity_history
WHERE %(collection)s::text IS NULL OR collection_name = %(collection)s
ORDER BY recorded_at, collection_name COLLATE "C", version

-- name: in_use
SELECT count(*) AS registered FROM (SELECT FROM {S}.birth_registry WHERE collection_name = %(collection)s LIMIT 1) AS r

-- name: rights
SELECT pg_catalog.pg_has_role(session_user, 'birth_operator', 'MEMBER') AS classify,
    pg_catalog.pg_has_role(session_user, 'birth_gatekeeper', 'MEMBER') AS decide

-- name: export
SELECT c.collection_name AS collection, c.requirement, c.strategy, c.columns, h.reason, policy.reason AS policy_reason
FROM {S}.birth_collections() AS c
LEFT JOIN {S}.birth_identity_history AS h ON h.collection_name = c.collection_name AND h.version = c.version
LEFT JOIN LATERAL (
    SELECT e.payload::jsonb ->> 'reason' AS reason FROM {S}.birth_ledger_event AS e
    WHERE e.kind = 'policy_decided' AND e.payload::jsonb ->> 'collection' = c.collection_name AND c.requirement = 'EXEMPT'
    ORDER BY e.seq DESC LIMIT 1) AS policy ON true
WHERE c.requirement IS NOT NULL
ORDER BY c.collection_name COLLATE "C"
