-- name: page
SELECT kind, ledger_id, seq, collection_name AS collection, entity_code AS code, source_key, note,
    (SELECT to_jsonb(r) ->> 'withdraws' IS NOT NULL FROM {S}.birth_backfill_run AS r WHERE r.run_id = %(run)s)
        AS withdraws
FROM {S}.birth_backfill_page(%(run)s, %(after_ledger)s, %(after_seq)s, %(rows)s, %(like)s, %(unlike)s)
WHERE %(only)s::text IS NULL OR kind = %(only)s
LIMIT %(most)s

-- name: page_before
SELECT kind, ledger_id, seq, collection_name AS collection, entity_code AS code, source_key, note,
    (SELECT to_jsonb(r) ->> 'withdraws' IS NOT NULL FROM {S}.birth_backfill_run AS r WHERE r.run_id = %(run)s)
        AS withdraws
FROM {S}.birth_backfill_page(%(run)s, %(after_ledger)s, %(after_seq)s, %(rows)s, %(like)s, %(unlike)s)
WHERE %(only)s::text IS NULL OR kind = %(only)s
ORDER BY ledger_id DESC, seq DESC LIMIT %(most)s

-- name: quarantined
SELECT '!' AS kind, q.ledger_id, q.seq, l.collection_name AS collection, q.entity_code AS code, q.source_key,
    q.sqlstate || ' ' || q.message AS note,
    (SELECT to_jsonb(r) ->> 'withdraws' IS NOT NULL FROM {S}.birth_backfill_run AS r WHERE r.run_id = %(run)s)
        AS withdraws
FROM {S}.birth_backfill_quarantine AS q JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
WHERE l.run_id = %(run)s AND (q.ledger_id, q.seq) > (%(after_ledger)s, %(after_seq)s)
    AND (%(like)s::text IS NULL OR lower(q.entity_code) LIKE lower(%(like)s) <> %(unlike)s)
ORDER BY q.ledger_id, q.seq LIMIT %(rows)s

-- name: quarantined_before
SELECT '!' AS kind, q.ledger_id, q.seq, l.collection_name AS collection, q.entity_code AS code, q.source_key,
    q.sqlstate || ' ' || q.message AS note,
    (SELECT to_jsonb(r) ->> 'withdraws' IS NOT NULL FROM {S}.birth_backfill_run AS r WHERE r.run_id = %(run)s)
        AS withdraws
FROM {S}.birth_backfill_quarantine AS q JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
WHERE l.run_id = %(run)s AND (q.ledger_id, q.seq) <= (%(until_ledger)s, %(until_seq)s)
    AND (%(like)s::text IS NULL OR lower(q.entity_code) LIKE lower(%(like)s) <> %(unlike)s)
ORDER BY q.ledger_id DESC, q.seq DESC LIMIT %(rows)s

-- name: outline
SELECT ledger_id, missing FROM {S}.birth_backfill_ledger WHERE run_id = %(run)s ORDER BY ledger_id

-- name: lengths
SELECT coalesce(max(missing) FILTER (WHERE ledger_id = %(before)s), 0) AS before,
    coalesce(max(missing) FILTER (WHERE ledger_id = %(after)s), 0) AS after
FROM {S}.birth_backfill_ledger WHERE ledger_id IN (%(before)s, %(after)s)

-- name: code
SELECT entity_code FROM {S}.birth_backfill_item WHERE ledger_id = %(entry)s AND seq = %(seq)s

-- name: shared
SELECT collection_name AS collection, a.ledger_id AS before, b.ledger_id AS after
FROM (SELECT * FROM {S}.birth_backfill_ledger WHERE run_id = %(run)s) AS a
JOIN (SELECT * FROM {S}.birth_backfill_ledger WHERE run_id = %(other)s) AS b USING (collection_name)
ORDER BY 1

-- name: compared
SELECT CASE WHEN a.seq IS NULL THEN '+' WHEN b.seq IS NULL THEN '-' ELSE '=' END AS kind,
    a.seq AS before_seq, b.seq AS after_seq,
    entity_code AS code, coalesce(b.source_key, a.source_key) AS source_key
FROM (
    SELECT * FROM {S}.birth_backfill_item
    WHERE ledger_id = %(before)s AND seq > %(before_seq)s
    ORDER BY seq LIMIT %(rows)s) AS a
FULL JOIN (
    SELECT * FROM {S}.birth_backfill_item
    WHERE ledger_id = %(after)s AND seq > %(after_seq)s
    ORDER BY seq LIMIT %(rows)s) AS b
    USING (entity_code)
ORDER BY entity_code COLLATE "C" LIMIT %(rows)s
