-- name: progress
SELECT r.run_id AS run, r.status, c.command, c.batch_size, c.steered_by, c.reason,
    a.planned, a.registered, a.existing, a.vanished, a.quarantined, a.outcomes, b.largest, w.states, w.reasons,
    coalesce(r.status = 'applying' AND n.is_open AND (
        SELECT max(e.at_us) > extract(epoch FROM clock_timestamp()) * 1000000 - 15000000
        FROM {S}.birth_ledger_event AS e
        WHERE e.kind IN ('started', 'resumed') AND e.payload::jsonb ->> 'run' = r.run_id::text), false) AS is_starting,
    coalesce(r.status = 'applying' AND NOT n.is_open AND n.latest > clock_timestamp() - interval '15 s', false)
        AS is_ending
FROM {S}.birth_backfill_run AS r
JOIN {S}.birth_backfill_control AS c USING (run_id)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(planned), 0)::bigint AS planned,
        coalesce(sum(registered), 0)::bigint AS registered,
        coalesce(sum(existing), 0)::bigint AS existing,
        coalesce(sum(vanished), 0)::bigint AS vanished,
        coalesce(sum(quarantined), 0)::bigint AS quarantined,
        coalesce(jsonb_object_agg(collection_name, jsonb_build_object(
            'planned', planned, 'registered', registered, 'existing', existing,
            'vanished', vanished, 'quarantined', quarantined)), '{{}}') AS outcomes
    FROM {S}.birth_accounting(r.run_id)) AS a
CROSS JOIN LATERAL (
    SELECT max(rows) AS largest FROM (
        SELECT t.seq_to - t.seq_from + 1 AS rows FROM {S}.birth_backfill_ledger AS l
        CROSS JOIN LATERAL (
            SELECT * FROM {S}.birth_backfill_batch AS t
            WHERE t.ledger_id = l.ledger_id
            ORDER BY t.epoch DESC LIMIT 3) AS t
        WHERE l.run_id = r.run_id AND l.next_seq <= l.missing AND l.last_epoch > 0) AS latest) AS b
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(state, workers), '{{}}') AS states,
        coalesce(jsonb_agg(reason ORDER BY reason) FILTER (WHERE reason IS NOT NULL), '[]') AS reasons
    FROM (SELECT w.state, count(*) AS workers, min(w.reason) AS reason
        FROM {S}.birth_backfill_worker AS w
        JOIN pg_catalog.pg_stat_activity AS s ON s.pid = w.backend_pid AND coalesce(s.backend_start <= w.seen_at, true)
        WHERE w.run_id = r.run_id GROUP BY w.state) AS w) AS w
CROSS JOIN LATERAL (
    SELECT bool_or(l.next_seq <= l.missing OR b.finished_at IS NULL AND b.ledger_id IS NOT NULL) AS is_open,
        max(b.finished_at) AS latest
    FROM {S}.birth_backfill_ledger AS l LEFT JOIN LATERAL (
        SELECT * FROM {S}.birth_backfill_batch AS t
        WHERE t.ledger_id = l.ledger_id ORDER BY t.epoch DESC LIMIT 1) AS b ON true
    WHERE r.status = 'applying' AND l.run_id = r.run_id) AS n
WHERE r.status = 'applying' OR r.run_id = ANY (%(runs)s::bigint[])
ORDER BY r.run_id
