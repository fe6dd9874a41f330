-- What a run would add to: how many replicas there are, the lag of the slowest in seconds (NULL: not to be seen) and
-- what it has replayed, sessions that wait for a lock on the registry or a source of the run, and the WAL's end. Both
-- positions are in bytes. `active` are backends of others that are at work at this moment, and wait neither for a lock
-- nor for their client; `busy` also those that were within the last tenth of a second, as an application is between
-- its small transactions. Both are NULL where that is hidden. The last three are what the registry owes to vacuum.
DROP FUNCTION IF EXISTS {S}.birth_load(bigint);
CREATE OR REPLACE FUNCTION {S}.birth_load(p_run bigint,
    OUT replicas bigint, OUT replica_lag numeric, OUT replayed_bytes numeric,
    OUT lock_waits bigint, OUT wal_bytes numeric, OUT active bigint,
    OUT busy bigint, OUT vacuuming boolean, OUT dead_rows bigint, OUT live_rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
    WITH touched AS MATERIALIZED (
        SELECT relid FROM {S}.birth_backfill_ledger WHERE run_id = p_run
        UNION SELECT {S}.birth_bound_table('registry')
    ), worker AS MATERIALIZED (
        -- A process number comes back: that of a worker who is gone may be another session's by now.
        SELECT w.backend_pid
        FROM {S}.birth_backfill_worker AS w
        JOIN pg_stat_activity AS a ON a.pid = w.backend_pid AND a.backend_start < w.seen_at
        WHERE w.run_id = p_run
    ), waiting AS MATERIALIZED (
        -- A session that waits for a row holds its tuple lock: that names the table, the wait itself does not.
        SELECT DISTINCT w.pid FROM pg_locks AS w
        WHERE NOT w.granted AND w.pid NOT IN (SELECT backend_pid FROM worker)
          AND (w.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND w.relation IN (SELECT relid FROM touched)
              OR EXISTS (SELECT FROM pg_locks AS t
                  WHERE t.pid = w.pid AND t.locktype = 'tuple' AND t.relation IN (SELECT relid FROM touched)
                    AND t.database = (SELECT oid FROM pg_database WHERE datname = current_database())))
    ), replica AS MATERIALIZED (
        SELECT replay_lsn, CASE WHEN replay_lsn IS NOT NULL THEN coalesce(extract(epoch FROM replay_lag), 0) END AS lag
        FROM pg_stat_replication WHERE coalesce(state, 'streaming') IN ('streaming', 'catchup')
    ), other AS MATERIALIZED (
        SELECT a.backend_type,
            a.state = 'active' AND coalesce(a.wait_event_type, '') NOT IN ('Lock', 'Client') AS is_active,
            a.state <> 'active' AND a.state_change > clock_timestamp() - interval '0.1 s' AS was_active
        FROM pg_stat_activity AS a
        WHERE a.pid <> pg_backend_pid() AND a.pid NOT IN (SELECT backend_pid FROM worker)
          AND coalesce(a.leader_pid, 0) NOT IN (SELECT backend_pid FROM worker)
          AND coalesce(a.backend_type, 'client backend') IN ('client backend', 'parallel worker')
    )
    SELECT (SELECT count(*) FROM replica),
        (SELECT CASE WHEN count(*) = count(lag) THEN coalesce(max(lag), 0) END FROM replica),
        (SELECT min(pg_wal_lsn_diff(replay_lsn, '0/0')) FROM replica),
        (SELECT count(*) FROM waiting),
        CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END,
        (SELECT CASE WHEN count(*) = count(o.backend_type) THEN count(*) FILTER (WHERE o.is_active) END
            FROM other AS o),
        (SELECT CASE WHEN count(*) = count(o.backend_type)
                THEN count(*) FILTER (WHERE o.is_active OR o.was_active) END
            FROM other AS o),
        EXISTS (SELECT FROM pg_stat_progress_vacuum AS v JOIN pg_stat_activity AS a ON a.pid = v.pid
            WHERE v.datname = current_database() AND v.relid = {S}.birth_bound_table('registry')
              AND a.backend_type = 'autovacuum worker'),
        coalesce(pg_stat_get_dead_tuples({S}.birth_bound_table('registry')), 0),
        coalesce(pg_stat_get_live_tuples({S}.birth_bound_table('registry')), 0)
$body$;
COMMENT ON FUNCTION {S}.birth_load(bigint) IS
    'The load for throttling: replicas, their lag, sessions that wait for locks, WAL positions in bytes, backends of '
    'others at work, and what the registry owes to vacuum. For birth_operator.';

GRANT EXECUTE ON FUNCTION {S}.birth_load(bigint) TO birth_operator;
