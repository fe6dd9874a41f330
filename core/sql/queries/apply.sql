-- name: facts
SELECT {S}.birth_backfill_facts(%(run)s) AS facts

-- name: begin
SELECT {S}.birth_backfill_begin(%(run)s, %(most_quarantined)s::bigint, %(most_vanished)s::bigint) AS done

-- name: claim
SELECT verdict, ledger_id, epoch, seq_from, seq_to FROM {S}.birth_backfill_claim(%(run)s, %(rows)s)

-- name: batch
SELECT registered, existing, vanished, quarantined, next, finished_us, server_seconds, lock_seconds,
    pg_catalog.pg_current_xact_id()::text AS transaction_id
FROM {S}.birth_backfill_apply_batch(%(ledger_id)s, %(epoch)s, %(rows)s, %(next)s)

-- name: fate
SELECT pg_catalog.pg_xact_status(%(transaction_id)s::text::pg_catalog.xid8) AS status

-- name: outcome
SELECT coalesce(registered, 0) AS registered, coalesce(existing, 0) AS existing, coalesce(vanished, 0) AS vanished,
    coalesce(quarantined, 0) AS quarantined, transaction_id::text AS transaction_id,
    (extract(epoch FROM finished_at) * 1000000)::bigint AS finished_us
FROM {S}.birth_backfill_batch WHERE ledger_id = %(ledger_id)s AND epoch = %(epoch)s

-- name: compare
SELECT {S}.birth_backfill_compare(%(run)s, %(batches)s) AS lost

-- name: quarantined
SELECT seq, entity_code, source_key, sqlstate, message FROM {S}.birth_backfill_quarantine
WHERE ledger_id = %(ledger_id)s AND seq BETWEEN %(seq_from)s AND %(seq_to)s ORDER BY seq

-- name: item
SELECT l.collection_name AS collection, i.entity_code, i.source_key
FROM {S}.birth_backfill_item AS i JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
WHERE i.ledger_id = %(ledger_id)s AND i.seq = %(seq)s

-- name: heartbeat
SELECT {S}.birth_backfill_heartbeat(%(ledger_id)s, %(epoch)s) AS done

-- name: split
SELECT {S}.birth_backfill_split(%(ledger_id)s, %(epoch)s, %(rows)s) AS epoch

-- name: report
SELECT {S}.birth_backfill_report(%(run)s, %(state)s, %(reason)s) AS done

-- name: load
SELECT replicas, replica_lag::float8 AS replica_lag, replayed_bytes::float8 AS replayed_bytes, lock_waits,
    wal_bytes::float8 AS wal_bytes, active, busy, vacuuming, dead_rows, live_rows,
    pg_catalog.pg_postmaster_start_time() AS server_began
FROM {S}.birth_load(%(run)s)

-- name: batches
SELECT count(*) FILTER (WHERE finished_at IS NOT NULL) AS finished,
    coalesce(sum(quarantined), 0)::bigint AS quarantined,
    {S}.birth_registry_is_spread() OR {S}.birth_distributed(ARRAY(
        SELECT e.relid FROM {S}.birth_backfill_ledger AS e WHERE e.run_id = %(run)s)) <> '{{}}' AS spread
FROM {S}.birth_backfill_batch JOIN {S}.birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = %(run)s

-- name: finish
SELECT {S}.birth_backfill_finish(%(run)s) AS done

-- name: control
SELECT command, batch_size, reason, steered_by, steered_at FROM {S}.birth_backfill_control WHERE run_id = %(run)s

-- name: steer
SELECT {S}.birth_backfill_steer(%(run)s, %(command)s, %(batch_size)s, %(reason)s) AS done

-- name: rehearse
SELECT mode, would_register, existing, vanished, would_refuse
FROM {S}.birth_backfill_rehearse(%(ledger_id)s, %(seq_from)s, %(seq_to)s)
