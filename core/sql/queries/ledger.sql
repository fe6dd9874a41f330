-- name: runs
-- One run, or the latest ones. A schema of 0.1.0 knows of no withdrawals, and is read as well.
SELECT r.run_id AS run, r.status, c.command, r.digest, r.planned_by, r.planned_at, r.reconciled_by, r.superseded_by,
    (to_jsonb(r) ->> 'withdraws')::bigint AS withdraws,
    work.working, work.waits_for,
    coalesce(r.status = 'applying' AND n.is_open AND (
        SELECT max(e.at_us) > extract(epoch FROM clock_timestamp()) * 1000000 - 15000000
        FROM {S}.birth_ledger_event AS e
        WHERE e.kind IN ('started', 'resumed') AND e.payload::jsonb ->> 'run' = r.run_id::text), false) AS is_starting,
    coalesce(r.status = 'applying' AND NOT n.is_open AND n.latest > clock_timestamp() - interval '15 s', false)
        AS is_ending
FROM {S}.birth_backfill_run AS r JOIN {S}.birth_backfill_control AS c USING (run_id)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT w.state), '{{}}') AS working,
        coalesce(array_agg(DISTINCT w.reason) FILTER (WHERE w.reason IS NOT NULL), '{{}}') AS waits_for
    FROM {S}.birth_backfill_worker AS w
    JOIN pg_catalog.pg_stat_activity AS s ON s.pid = w.backend_pid AND coalesce(s.backend_start <= w.seen_at, true)
    WHERE w.run_id = r.run_id) AS work
CROSS JOIN LATERAL (
    SELECT bool_or(l.next_seq <= l.missing OR b.finished_at IS NULL AND b.ledger_id IS NOT NULL) AS is_open,
        max(b.finished_at) AS latest
    FROM {S}.birth_backfill_ledger AS l LEFT JOIN LATERAL (
        SELECT * FROM {S}.birth_backfill_batch AS t
        WHERE t.ledger_id = l.ledger_id ORDER BY t.epoch DESC LIMIT 1) AS b ON true
    WHERE r.status = 'applying' AND l.run_id = r.run_id) AS n
WHERE %(run)s::bigint IS NULL OR r.run_id = %(run)s
ORDER BY r.run_id DESC LIMIT %(limit)s

-- name: stopped
SELECT l.run_id AS run, CASE
        WHEN l.canary_failed THEN 'the canary quarantined rows'
        WHEN l.quarantined - l.quarantined_before > l.most_quarantined
            THEN 'more rows quarantined than --max-quarantined'
        WHEN l.vanished > l.most_vanished THEN 'more planned rows vanished than --max-vanished'
        ELSE 'no session applies it' END AS reason
FROM {S}.birth_backfill_limit AS l
WHERE l.run_id = ANY (%(runs)s)

-- name: entries
SELECT l.run_id AS run, l.ledger_id, l.collection_name AS collection, l.identity,
    l.source_rows, l.distinct_codes, l.registered, l.missing, l.digest
FROM {S}.birth_backfill_ledger AS l
WHERE l.run_id = ANY (%(runs)s)
ORDER BY l.ledger_id

-- name: sources
SELECT l.ledger_id, l.collection_name AS collection, l.strategy, l.columns,
    l.relid::bigint AS relid, n.nspname AS table_schema, r.relname AS table_name,
    {S}.birth_windowed(l.relid) AS windowed, {S}.birth_source_living(l.relid, l.columns) AS living
FROM {S}.birth_backfill_ledger AS l
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = l.relid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
-- A run that withdraws another one reads no source.
WHERE l.run_id = %(run)s
  AND NOT EXISTS (SELECT FROM {S}.birth_backfill_run AS w WHERE w.run_id = l.run_id AND w.withdraws IS NOT NULL)
ORDER BY l.ledger_id

-- name: accounting
SELECT ledger_id, collection_name AS collection, planned, registered, existing, vanished, quarantined
FROM {S}.birth_accounting(%(run)s)

-- name: workers
SELECT w.backend_pid AS pid, w.login, w.state, w.reason, w.seen_at FROM {S}.birth_backfill_worker AS w
WHERE w.run_id = %(run)s AND EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a
    WHERE a.pid = w.backend_pid AND coalesce(a.backend_start <= w.seen_at, true))
ORDER BY w.backend_pid

-- name: statements
SELECT l.collection_name AS collection, {S}.birth_entry_statements(l.ledger_id) AS statements
FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = %(run)s ORDER BY l.ledger_id
