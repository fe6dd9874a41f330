-- name: declared
SELECT a.attrelid::bigint AS relid, a.attname AS name,
    -- A constraint that was never checked says nothing of the rows that are there.
    a.attnotnull AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint AS u
        WHERE u.conrelid = a.attrelid AND u.contype = 'n' AND u.conkey = ARRAY[a.attnum] AND NOT u.convalidated)
        AS not_null,
    a.attidentity <> '' OR a.attgenerated <> ''
        OR coalesce(
            pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~* '(nextval|uuid|snowflake|ulid)[a-z_0-9]*\(', false)
            AS generated,
    {S}.birth_is_secret(c.relname::text, a.attname::text,
        pg_catalog.format_type(a.atttypid, a.atttypmod)) AS secret,
    s.null_frac AS null_fraction, s.n_distinct AS distinct
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
    AND s.inherited = (c.relkind = 'p')
WHERE a.attrelid = ANY (%(relids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum

-- name: locked
-- Tables that another session keeps from being read, or a partition of them: their sizes and defaults cannot be told.
SELECT DISTINCT held.relid::bigint AS relid
FROM pg_catalog.pg_locks AS l
CROSS JOIN LATERAL (
    SELECT l.relation UNION SELECT a.relid::oid FROM pg_catalog.pg_partition_ancestors(l.relation::regclass) AS a
) AS held(relid)
WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
  AND held.relid = ANY (%(relids)s::bigint[]::oid[])

-- name: keys
-- A table with children of its own is left out: its rows are theirs, too, and its indexes are not.
SELECT i.indrelid::bigint AS relid, i.indisprimary AS primary,
    ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns
FROM pg_catalog.pg_index AS i
WHERE i.indrelid = ANY (%(relids)s::bigint[]::oid[])
  AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h JOIN pg_catalog.pg_class AS c ON c.oid = h.inhparent
      WHERE h.inhparent = i.indrelid AND c.relkind = 'r')
ORDER BY i.indrelid, NOT i.indisprimary, i.indexrelid

-- name: references
SELECT f.conrelid::bigint AS relid, f.confrelid::bigint AS target, target.relname AS target_name,
    ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
        ORDER BY k.place) AS columns,
    ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.attnum
        ORDER BY k.place) AS target_columns
FROM pg_catalog.pg_constraint AS f JOIN pg_catalog.pg_class AS target ON target.oid = f.confrelid
WHERE f.contype = 'f'
  AND (f.conrelid = ANY (%(relids)s::bigint[]::oid[]) OR f.confrelid = ANY (%(relids)s::bigint[]::oid[]))
ORDER BY f.conrelid, f.conkey

-- name: sizes
-- Rows as the server last counted them (-1: never), grown or shrunk with the pages since.
SELECT wanted.relid, pg_catalog.sum(pages.now)::bigint AS pages,
    CASE
        WHEN pg_catalog.bool_or(leaf.reltuples < 0 AND pages.now > 0) THEN -1
        ELSE pg_catalog.round(pg_catalog.sum(CASE
            WHEN leaf.relpages > 0 THEN leaf.reltuples * (pages.now::double precision / leaf.relpages)
            ELSE 0 END))::bigint END AS rows
FROM pg_catalog.unnest(%(relids)s::bigint[]) AS wanted(relid)
CROSS JOIN LATERAL (
    SELECT t.relid FROM pg_catalog.pg_partition_tree(wanted.relid::oid::regclass) AS t WHERE t.isleaf
    UNION SELECT wanted.relid::oid::regclass) AS part(relid)
JOIN pg_catalog.pg_class AS leaf ON leaf.oid = part.relid AND leaf.relkind IN ('r', 'm')
CROSS JOIN LATERAL (
    SELECT pg_catalog.pg_relation_size(leaf.oid) / pg_catalog.current_setting('block_size')::bigint AS now) AS pages
GROUP BY wanted.relid

-- name: shared
SELECT a.attname AS name, pg_catalog.count(*) AS tables
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = ANY (%(relids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY a.attname

-- name: gateway_codes
-- Where the company's gateway was told the column that holds a table's codes: which one.
SELECT wanted.relid, told.name
FROM pg_catalog.unnest(%(relids)s::bigint[]) AS wanted(relid)
CROSS JOIN LATERAL (SELECT {S}.birth_gateway_code(wanted.relid::oid) AS name) AS told
WHERE {S}.birth_gateway_is_theirs() AND told.name IS NOT NULL
