-- name: place
SELECT pg_catalog.quote_ident({s}) AS quoted,
    pg_catalog.obj_description(
        pg_catalog.to_regclass(pg_catalog.quote_ident({s}) || '.birth_migration'), 'pg_class') AS comment

-- name: files
SELECT name, sha256 FROM {S}.birth_migration

-- name: functions
-- The functions that this version makes, as the server writes them.
SELECT pg_catalog.format('%%s.%%I(%%s)', pg_catalog.quote_ident({s}), f.value ->> 0, (
    SELECT pg_catalog.string_agg(
        pg_catalog.to_regtype(pg_catalog.replace(t.type, '{{S}}', pg_catalog.quote_ident({s})))::text,
        ',' ORDER BY t.place)
    FROM pg_catalog.jsonb_array_elements_text(f.value -> 1) WITH ORDINALITY AS t(type, place))) AS name
FROM pg_catalog.jsonb_array_elements(%(functions)s) AS f

-- name: stand_ins
-- Those of these functions that are still birth_owner's.
SELECT p.proname::text AS name FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = {s} AND p.proowner = pg_catalog.to_regrole('birth_owner') AND p.proname = ANY (%(names)s)

-- name: idle
-- Whoever is at work on a run when this is asked is told to end it first; nobody begins while it is held.
DO $body$
DECLARE
    v_working jsonb;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN EXCLUSIVE MODE;
    SELECT pg_catalog.jsonb_agg(w) INTO v_working FROM (
        SELECT l.run_id AS run, b.claimed_by AS login, b.backend_pid AS pid
        FROM {S}.birth_backfill_batch AS b
        JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
        JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.backend_pid
        WHERE b.finished_at IS NULL AND b.lease_until > clock_timestamp()
          AND coalesce(a.backend_start <= b.lease_until, true)
        UNION
        SELECT w.run_id, w.login, w.backend_pid
        FROM {S}.birth_backfill_worker AS w
        JOIN {S}.birth_backfill_run AS r USING (run_id)
        JOIN pg_catalog.pg_stat_activity AS a ON a.pid = w.backend_pid
        WHERE r.status = 'applying' AND coalesce(a.backend_start <= w.seen_at, true)) AS w;
    IF v_working IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'BR003',
            MESSAGE = 'run_applying: a run is being applied',
            DETAIL = pg_catalog.jsonb_build_object('workers', v_working)::text,
            HINT = 'Pause it (`birth-console control RUN pause`), or wait until it ends; then upgrade.';
    END IF;
END
$body$;
