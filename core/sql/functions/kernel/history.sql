-- Which server this is, and on which timeline of it. Another one than before means a failover or a restore, and that
-- decisions may be gone.
CREATE OR REPLACE FUNCTION {S}._birth_history_place() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_object(
        'system_identifier', (SELECT system_identifier::text FROM pg_control_system()),
        -- The control file learns of a promotion only by the next checkpoint.
        'timeline', CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id::bigint FROM pg_control_checkpoint())
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint END)
$body$;
COMMENT ON FUNCTION {S}._birth_history_place() IS 'The server''s system identifier and timeline. Private.';

-- The same, with how far WAL and chain have come.
CREATE OR REPLACE FUNCTION {S}.birth_history_read() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_history_place() || jsonb_build_object(
        'wal', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END,
        'head', (SELECT h.seq FROM {S}.birth_ledger_head AS h))
$body$;
COMMENT ON FUNCTION {S}.birth_history_read() IS
    'The server''s system identifier, timeline and WAL position, and the number of the last event. For birth_reader.';

-- Whether two such records are of the same server on the same timeline.
CREATE OR REPLACE FUNCTION {S}._birth_history_same(p_one jsonb, p_other jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p_one -> 'system_identifier' = p_other -> 'system_identifier' AND p_one -> 'timeline' = p_other -> 'timeline'
$body$;
COMMENT ON FUNCTION {S}._birth_history_same(jsonb, jsonb) IS
    'Whether two records of history are of the same server on the same timeline. Private.';

-- The acceptance of the server and timeline that are live, or NULL.
CREATE OR REPLACE FUNCTION {S}._birth_history_accepted(p_live jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT a.accepted_person FROM {S}.birth_history_acceptance AS a
    WHERE a.system_identifier = p_live ->> 'system_identifier' AND a.timeline = (p_live -> 'timeline')::bigint
$body$;
COMMENT ON FUNCTION {S}._birth_history_accepted(jsonb) IS
    'The person who accepted the live server and timeline; NULL if there is none. Private.';

-- Other servers and timelines on which something was recorded, with the runs that were begun or ended there; nothing
-- once a gatekeeper accepted the live one.
CREATE OR REPLACE FUNCTION {S}.birth_history_changes()
RETURNS TABLE (system_identifier text, timeline bigint, runs bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    WITH live AS MATERIALIZED (SELECT {S}._birth_history_place() AS history),
    told AS (
        SELECT r.history, r.run_id FROM {S}.birth_backfill_run AS r WHERE r.history IS NOT NULL
        UNION ALL
        SELECT e.payload::jsonb -> 'history', NULL
        FROM {S}.birth_schema_version AS v JOIN {S}.birth_ledger_event AS e ON e.seq = v.event_seq
        WHERE e.payload::jsonb ? 'history')
    SELECT told.history ->> 'system_identifier', (told.history -> 'timeline')::bigint,
        array_remove(array_agg(told.run_id ORDER BY told.run_id), NULL)
    FROM told, live
    WHERE NOT {S}._birth_history_same(told.history, live.history)
      AND {S}._birth_history_accepted(live.history) IS NULL
    GROUP BY 1, 2 ORDER BY 1, 2
$body$;
COMMENT ON FUNCTION {S}.birth_history_changes() IS
    'Other servers and timelines on which runs or the installation were recorded; none once the live one is accepted. '
    'For birth_reader.';

-- Synchronous standbys: those that the server waits for at a commit. `needed` is how many must confirm, 0 without any;
-- `streaming` how many of them are there, and `reached` how many have all up to `p_wal` on their disks, or up to
-- `wal`, which is the server's own position. Both are NULL where birth_owner may not see it.
CREATE OR REPLACE FUNCTION {S}.birth_standbys_read(p_wal pg_lsn DEFAULT NULL,
    OUT names text, OUT needed integer, OUT streaming integer, OUT reached integer, OUT wal pg_lsn)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT setting.names,
        CASE WHEN setting.names = '' THEN 0
            ELSE coalesce(substring(lower(setting.names) FROM '^(?:(?:first|any)\s*)?(\d+)\s*\(')::integer, 1) END,
        CASE WHEN seen.allowed THEN standby.streaming END,
        CASE WHEN seen.allowed THEN standby.reached END,
        here.wal
    FROM (SELECT btrim(current_setting('synchronous_standby_names')) AS names) AS setting,
        (SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS allowed) AS seen,
        (SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn() END AS wal) AS here,
        LATERAL (
            SELECT count(*)::integer AS streaming,
                (count(*) FILTER (WHERE r.flush_lsn >= coalesce(p_wal, here.wal)))::integer AS reached
            FROM pg_stat_replication AS r
            WHERE r.state = 'streaming' AND r.sync_state IN ('sync', 'quorum')) AS standby
$body$;
COMMENT ON FUNCTION {S}.birth_standbys_read(pg_lsn) IS
    'The setting synchronous_standby_names, how many standbys must confirm a commit, and how many of them stream and '
    'have all up to a position; NULL where it cannot be seen. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_history_read(), {S}.birth_history_changes(),
    {S}.birth_standbys_read(pg_lsn)
    TO birth_reader;
