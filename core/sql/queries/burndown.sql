-- name: decisions
SELECT at_us, kind, payload::jsonb ->> 'collection' AS collection,
    CASE kind
        WHEN 'policy_decided' THEN payload::jsonb ->> 'requirement'
        WHEN 'identity_retired' THEN NULL
        ELSE payload::jsonb ->> 'strategy' END AS became
FROM {S}.birth_ledger_event
WHERE kind IN ('identity_imported', 'identity_classified', 'identity_unclassified', 'identity_undone',
    'identity_retired', 'policy_decided')
ORDER BY seq

-- name: plans
-- A run that takes back what another one wrote looks for no missing rows.
SELECT e.at_us, (entry ->> 'ledger_id')::bigint AS ledger_id,
    entry ->> 'collection' AS collection, (entry ->> 'missing')::bigint AS missing
FROM {S}.birth_ledger_event AS e CROSS JOIN LATERAL (SELECT e.payload::jsonb AS plan) AS told
CROSS JOIN LATERAL jsonb_array_elements(told.plan -> 'entries') AS entry
WHERE e.kind = 'planned' AND told.plan ->> 'withdraws' IS NULL
ORDER BY e.seq

-- name: settled
-- Batch by batch for the runs that began last and for those that came to no end; an older one whole, at its end: a
-- history of many years has millions of batches. Batches that ended close to each other are one. What a run took back
-- is missing again. A schema of 0.1.0 knows of no withdrawals, and is read as well.
WITH begun AS (
    SELECT r.run_id, r.finished_at, to_jsonb(r) ->> 'withdraws' IS NOT NULL AS takes_back,
        r.status IN ('applied', 'certified') AND to_jsonb(r) ->> 'withdraws' IS NULL
            AND row_number() OVER (ORDER BY r.run_id DESC) > %(runs)s AS is_whole
    FROM {S}.birth_backfill_run AS r
    WHERE r.started_at IS NOT NULL
), batch AS (
    SELECT b.finished_at, l.ledger_id, l.collection_name,
        CASE WHEN r.takes_back THEN -b.registered ELSE b.registered + b.existing + b.vanished END AS rows
    FROM begun AS r JOIN {S}.birth_backfill_ledger AS l USING (run_id)
    -- Entry by entry: the batches of most runs are not read.
    CROSS JOIN LATERAL (SELECT * FROM {S}.birth_backfill_batch AS t WHERE t.ledger_id = l.ledger_id OFFSET 0) AS b
    WHERE NOT r.is_whole AND b.finished_at IS NOT NULL
), told AS (
    SELECT max(b.finished_at) AS at, b.ledger_id, b.collection_name, sum(b.rows) AS rows
    FROM batch AS b CROSS JOIN (
        SELECT greatest(max(finished_at) - min(finished_at), interval '1 us') AS width, min(finished_at) AS first
        FROM batch) AS span
    GROUP BY b.ledger_id, b.collection_name, floor(extract(epoch FROM b.finished_at - span.first)
        / extract(epoch FROM span.width) * %(steps)s)
    UNION ALL
    SELECT r.finished_at, l.ledger_id, l.collection_name,
        l.missing - (SELECT count(*) FROM {S}.birth_backfill_quarantine AS q WHERE q.ledger_id = l.ledger_id)
    FROM begun AS r JOIN {S}.birth_backfill_ledger AS l USING (run_id)
    WHERE r.is_whole
)
SELECT (extract(epoch FROM t.at) * 1000000)::bigint AS at_us, t.ledger_id, t.collection_name AS collection,
    t.rows::bigint AS rows
FROM told AS t
ORDER BY 1
