-- name: renamed
-- Items of an entry that are still missing, and whose source key an earlier run registered under another code.
SELECT count(*) AS rows,
    coalesce((array_agg(found.registered ORDER BY found.seq))[1:3], ARRAY[]::text[]) AS registered,
    coalesce((array_agg(found.missing ORDER BY found.seq))[1:3], ARRAY[]::text[]) AS missing
FROM (
    SELECT DISTINCT ON (item.seq) item.seq, item.entity_code AS missing, old.entity_code AS registered
    FROM {S}.birth_backfill_ledger AS l
    JOIN {S}.birth_backfill_item AS item ON item.ledger_id = l.ledger_id
    JOIN {S}.birth_backfill_ledger AS before
        ON before.collection_name = l.collection_name AND before.ledger_id < l.ledger_id AND before.locator = l.locator
    JOIN {S}.birth_backfill_item AS old
        ON old.ledger_id = before.ledger_id AND old.source_key = item.source_key AND old.entity_code <> item.entity_code
    JOIN {S}.birth_registry_rows() AS r
        ON r.entity_code = old.entity_code AND r.collection_name = l.collection_name
    WHERE l.ledger_id = %(ledger_id)s
      AND NOT EXISTS (SELECT FROM {S}.birth_registry_rows() AS done WHERE done.entity_code = item.entity_code)
    ORDER BY item.seq, old.ledger_id DESC
) AS found

-- name: latest
-- The latest entry of each collection, with its rows that were missing.
SELECT DISTINCT ON (l.collection_name) l.collection_name AS collection, l.ledger_id, l.missing
FROM {S}.birth_backfill_ledger AS l WHERE l.status <> 'superseded'
ORDER BY l.collection_name, l.ledger_id DESC
