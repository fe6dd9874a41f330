-- name: key
-- The columns by which a collection's rows are known again: those of its latest plan, else its primary key's. And where
-- the registry that is bound holds that key; `held` is NULL where it does not.
SELECT coalesce((
        SELECT l.locator FROM {S}.birth_backfill_ledger AS l
        WHERE l.collection_name = %(collection)s AND l.status <> 'superseded'
          AND NOT EXISTS (SELECT FROM unnest(l.locator) AS wanted(name) WHERE NOT EXISTS (
              SELECT FROM pg_catalog.pg_attribute AS a
              WHERE a.attrelid = place.relid AND a.attname::text = wanted.name AND NOT a.attisdropped))
        ORDER BY l.ledger_id DESC LIMIT 1), (
        SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.position)
        FROM pg_catalog.pg_index AS x
        CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
        WHERE x.indrelid = place.relid AND x.indisprimary AND k.position <= x.indnkeyatts), ARRAY[]::text[]) AS key,
    b.schema_name AS schema, b.table_name AS "table", b.columns ->> 'source_key' AS held,
    {S}.birth_bound_name('registry', 'entity_code') AS code,
    {S}.birth_bound_name('registry', 'collection_name') AS owner
FROM {S}.birth_binding AS b
CROSS JOIN LATERAL (SELECT {S}.birth_collection_table(%(collection)s) AS relid) AS place
WHERE b.part = 'registry'
