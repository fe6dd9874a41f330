-- name: plan
SELECT {S}.birth_backfill_plan(%(collections)s) AS run

-- name: plan_reconciled
SELECT {S}.birth_backfill_plan_reconciled(%(collections)s, %(note)s) AS run

-- name: reconcile
SELECT {S}.birth_backfill_reconcile_drift(%(run)s, %(note)s, %(rows)s) AS drift

-- name: skipped
SELECT s.collection, s.gate, s.evidence
FROM (
    SELECT e.payload::jsonb -> 'skipped' AS skipped
    FROM {S}.birth_ledger_event AS e
    WHERE e.kind = 'planned' AND e.payload::jsonb ->> 'run' = %(run)s::text
    ORDER BY e.seq DESC
    LIMIT 1) AS planned,
    jsonb_to_recordset(planned.skipped) AS s(collection text, gate text, evidence jsonb)
ORDER BY s.collection COLLATE "C"

-- name: superseded
SELECT r.run_id AS run, r.started_at IS NOT NULL AS begun
FROM {S}.birth_backfill_run AS r
WHERE r.superseded_by = %(run)s
ORDER BY r.run_id

-- name: extents
SELECT l.ledger_id, f.entity_code AS first, t.entity_code AS last, l.locator_indexed AS indexed
FROM {S}.birth_backfill_ledger AS l
LEFT JOIN {S}.birth_backfill_item AS f ON f.ledger_id = l.ledger_id AND f.seq = 1
LEFT JOIN {S}.birth_backfill_item AS t ON t.ledger_id = l.ledger_id AND t.seq = l.missing
WHERE l.run_id = %(run)s
ORDER BY l.ledger_id

-- name: rate
-- From claim to commit: what a worker waits for counts, and a pause does not, since none begins a batch in one.
SELECT count(*) AS batches,
    percentile_cont(0.25) WITHIN GROUP (ORDER BY rows / seconds) AS slow,
    percentile_cont(0.75) WITHIN GROUP (ORDER BY rows / seconds) AS fast
FROM (
    SELECT (b.registered + b.existing + b.vanished)::float8 AS rows,
        extract(epoch FROM b.finished_at - b.claimed_at)::float8 AS seconds
    FROM {S}.birth_backfill_batch AS b
    WHERE b.finished_at IS NOT NULL AND b.registered > 0
    ORDER BY b.ledger_id DESC, b.epoch DESC
    LIMIT %(batches)s) AS latest
WHERE seconds > 0

-- name: clock
SELECT clock_timestamp() AS now

-- name: estimates
-- What the planner takes for the rows of each table: enough to say how far a long look has got.
SELECT c.collection_name AS collection, greatest(r.reltuples, 0)::bigint AS rows
FROM {S}.birth_collections() AS c JOIN pg_catalog.pg_class AS r ON r.oid = c.relid
WHERE c.requirement = 'REQUIRED' AND {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns)

-- name: withdraw
SELECT {S}.birth_run_withdraw(%(run)s, %(reason)s) AS run

-- name: left
SELECT coalesce(e.payload::jsonb -> 'left', '[]') AS left
FROM {S}.birth_ledger_event AS e
WHERE e.kind = 'planned' AND e.payload::jsonb ->> 'run' = %(run)s::text
ORDER BY e.seq DESC LIMIT 1
