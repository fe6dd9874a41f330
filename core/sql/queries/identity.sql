-- name: collection
-- What birth_collections() says of one, without a look at all the others: a counter asks for each in turn.
SELECT c.collection_name, c.requirement, t.relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name,
    i.strategy, i.columns, i.version,
    CASE WHEN t.relid IS NOT NULL THEN ARRAY(
        SELECT wanted.name FROM unnest(i.columns) WITH ORDINALITY AS wanted(name, position)
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = t.relid AND a.attname = wanted.name::name AND a.attnum > 0 AND NOT a.attisdropped)
        ORDER BY wanted.position) END AS missing_columns, {S}.birth_windowed(t.relid) AS windowed,
    {S}.birth_code_is_declared(t.relid::oid, i.columns) AS declared,
    r.reltuples > 10000 AND {S}.birth_code_is_in_order(t.relid::oid, i.strategy, i.columns) AS in_order,
    {S}.birth_source_living(t.relid::oid) AS living
FROM unnest(%(collections)s::text[]) AS wanted(name)
CROSS JOIN LATERAL {S}.birth_enrolled(wanted.name) AS c
LEFT JOIN {S}.birth_identity AS i ON i.collection_name = c.collection_name
CROSS JOIN LATERAL (SELECT {S}.birth_collection_table(c.collection_name) AS relid) AS t
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = t.relid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace

-- name: living
-- Of a source that Citus keeps on its nodes: no columns but these, those that name a row to people, and the first.
SELECT {S}.birth_source_living(%(relid)s::bigint::oid, %(columns)s::text[] || ARRAY(
    SELECT a.attname::text
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = %(relid)s::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attnum = (SELECT min(f.attnum) FROM pg_catalog.pg_attribute AS f
              WHERE f.attrelid = a.attrelid AND f.attnum > 0 AND NOT f.attisdropped)
          OR EXISTS (SELECT FROM pg_catalog.pg_index AS x
              WHERE x.indrelid = a.attrelid AND x.indisprimary AND a.attnum = ANY (x.indkey::int2[]))))) AS living

-- name: ranges
-- Ranges of a source's codes that stand in order, as conditions on `source` and on the registry, `r`.
SELECT ours, theirs FROM {S}.birth_code_ranges(%(relid)s::bigint::oid, %(column)s)

-- name: names
SELECT collection_name FROM {S}.birth_enrolled() ORDER BY collection_name COLLATE "C"

-- name: pending
SELECT c.collection_name, c.relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name, c.columns,
    {S}.birth_source_living(c.relid, c.columns) AS living
FROM {S}.birth_collections() AS c
JOIN pg_catalog.pg_class AS r ON r.oid = c.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
WHERE c.requirement = 'REQUIRED' AND c.strategy = 'column' AND c.relid IS NOT NULL
  AND c.missing_columns = ARRAY[]::text[]

-- name: columns
WITH RECURSIVE base AS (
    SELECT a.attrelid, a.attname, a.attnum, a.attcollation, t.oid, t.typname, t.typtype, t.typbasetype, t.typnamespace
    FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY (%(relids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attrelid, b.attname, b.attnum, b.attcollation, t.oid, t.typname, t.typtype, t.typbasetype, t.typnamespace
    FROM base AS b JOIN pg_catalog.pg_type AS t ON t.oid = b.typbasetype WHERE b.typtype = 'd'
)
SELECT attrelid::bigint AS relid, attname AS name,
    -- A login's own type may be called text, and come first on a search_path.
    CASE
        WHEN typtype = 'e' THEN 'enum'
        WHEN typname = 'citext' AND {S}.birth_is_citext(oid) THEN 'citext'
        WHEN typnamespace = 'pg_catalog'::regnamespace
            THEN pg_catalog.regexp_replace(pg_catalog.format_type(oid, NULL), '^pg_catalog\.', '')
        -- The server qualifies what this session's path does not show.
        ELSE CASE WHEN pg_catalog.pg_type_is_visible(oid) THEN typnamespace::regnamespace || '.' ELSE '' END
            || pg_catalog.format_type(oid, NULL) END AS type,
    EXISTS (SELECT FROM pg_catalog.pg_collation AS c WHERE c.oid = base.attcollation AND NOT c.collisdeterministic)
        OR typname = 'citext' AND {S}.birth_is_citext(oid) AS own_equality
FROM base WHERE typtype <> 'd' ORDER BY attrelid, attnum

-- name: key
-- What names a row to people: the columns of its primary key that hold no secrets.
SELECT a.attname AS name FROM pg_catalog.pg_index AS x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = %(relid)s::bigint::oid AND a.attnum = k.attnum
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
WHERE x.indrelid = %(relid)s::bigint::oid AND x.indisprimary
  AND NOT {S}.birth_is_secret(c.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod))
ORDER BY k.position

-- name: secret
SELECT {S}.birth_secret_columns(%(relid)s::bigint::oid, %(columns)s::text[]) AS columns

-- name: classify
SELECT {S}.birth_identity_classify(
    %(collection)s, %(strategy)s, %(columns)s, %(seen_version)s, %(reason)s, %(evidence)s) AS version

-- name: classify_all
-- In the order in which they are given: an evaluation for each row.
SELECT wanted.collection, {S}.birth_identity_classify(wanted.collection, wanted.strategy, wanted.columns,
    wanted.seen_version, wanted.reason, wanted.evidence) AS version
FROM pg_catalog.jsonb_to_recordset(%(wanted)s::jsonb) AS wanted(collection text, strategy text, columns text[],
    seen_version integer, reason text, evidence jsonb)

-- name: unclassify
SELECT {S}.birth_identity_unclassify(%(collection)s, %(seen_version)s, %(reason)s) AS version

-- name: decide
SELECT {S}.birth_policy_set(%(collection)s, %(requirement)s, %(reason)s) AS done

-- name: undo
SELECT {S}.birth_identity_undo(%(collection)s, %(seen_version)s, %(reason)s) AS version

-- name: last_of_login
SELECT h.collection_name
FROM {S}.birth_identity_history AS h JOIN {S}.birth_identity AS i USING (collection_name, version)
WHERE h.actor = session_user AND h.action = 'classified'
ORDER BY h.recorded_at DESC, h.collection_name COLLATE "C" DESC LIMIT 1

-- name: before
SELECT strategy, columns
FROM {S}.birth_identity_history
WHERE collection_name = %(collection)s AND version < %(version)s
ORDER BY version DESC LIMIT 1

-- name: history
SELECT collection_name AS collection, version, action, strategy, columns, actor, person, recorded_at, reason,
    CASE WHEN {S}.birth_is_plain_evidence(evidence) THEN evidence END AS evidence, evidence_digest
FROM {S}.birth_identity_history
WHERE %(collection)s::text IS NULL OR collection_name = %(collection)s
ORDER BY recorded_at, collection_name COLLATE "C", version

-- name: retire
SELECT {S}.birth_identity_retire(%(collection)s, %(seen_version)s, %(reason)s) AS version

-- name: in_use
-- To find one row is enough, but where others are registered under an identity that was retired.
SELECT CASE
    WHEN EXISTS (SELECT FROM {S}.birth_identity_retirement AS r WHERE r.collection_name = %(collection)s)
        THEN least(1, {S}.birth_identity_registered(%(collection)s))
    ELSE (
        SELECT count(*)
        FROM (SELECT FROM {S}.birth_registry_rows() WHERE collection_name = %(collection)s LIMIT 1) AS r) END
    AS registered

-- name: rights
SELECT pg_catalog.pg_has_role(session_user, 'birth_operator', 'MEMBER') AS classify,
    pg_catalog.pg_has_role(session_user, 'birth_gatekeeper', 'MEMBER') AS decide

-- name: export
SELECT c.collection_name AS collection, c.requirement, c.strategy, c.columns, h.reason, policy.reason AS policy_reason
FROM {S}.birth_collections() AS c
LEFT JOIN {S}.birth_identity_history AS h ON h.collection_name = c.collection_name AND h.version = c.version
LEFT JOIN LATERAL (
    SELECT e.payload::jsonb ->> 'reason' AS reason FROM {S}.birth_ledger_event AS e
    WHERE e.kind = 'policy_decided' AND e.payload::jsonb ->> 'collection' = c.collection_name
      AND c.requirement = 'EXEMPT'
    ORDER BY e.seq DESC LIMIT 1) AS policy ON true
WHERE c.requirement IS NOT NULL
ORDER BY c.collection_name COLLATE "C"
