-- Refuse to plan collections (NULL: any) of a run that other sessions are at work on: it would end under their hands,
-- and what it registered could never be certified. An operator who must, cancels it first: that can be seen.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_undisturbed(p_collections text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run bigint;
    v_logins text[];
BEGIN
    SELECT work.run_id, array_agg(DISTINCT work.login)
    INTO v_run, v_logins
    FROM (
        SELECT w.run_id, w.login, w.backend_pid, w.seen_at AS since
        FROM {S}.birth_backfill_worker AS w
        UNION ALL
        SELECT l.run_id, b.claimed_by, b.backend_pid, b.lease_until - {S}._birth_lease()
        FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
        WHERE b.finished_at IS NULL) AS work
    JOIN {S}.birth_backfill_run AS r USING (run_id)
    JOIN {S}.birth_backfill_control AS c USING (run_id)
    JOIN pg_stat_activity AS a ON a.pid = work.backend_pid AND coalesce(a.backend_start <= work.since, true)
    WHERE r.status = 'applying' AND c.command <> 'cancel' AND work.backend_pid <> pg_backend_pid()
      AND EXISTS (SELECT FROM {S}.birth_backfill_ledger AS o
          WHERE o.run_id = r.run_id AND (p_collections IS NULL OR o.collection_name = ANY (p_collections)))
    GROUP BY work.run_id ORDER BY work.run_id LIMIT 1;
    IF v_run IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'run_at_work',
            format('run %s is being applied by %s', v_run, array_to_string(v_logins, ', ')),
            jsonb_build_object('run', v_run, 'logins', v_logins),
            format('Wait until it ends, plan other collections, or cancel it: birth-console control %s cancel.',
                v_run));
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_undisturbed(text[]) IS
    'Refuses to plan collections of a run that other sessions are applying. Private. Raises BR003 run_at_work.';

-- Other plans of the same collections are over, unless they were applied to the end. Waits for a batch in flight, and
-- for a plan that is about to be over: of two made at a time, the one that ends last holds. The queue is a table that
-- no login can lock: an advisory lock is for every session to take.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_supersede(p_run bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_other bigint;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN EXCLUSIVE MODE;
    PERFORM {S}._birth_backfill_undisturbed(
        ARRAY(SELECT collection_name FROM {S}.birth_backfill_ledger WHERE run_id = p_run));
    FOR v_other IN
        SELECT r.run_id FROM {S}.birth_backfill_run AS r
        WHERE r.run_id <> p_run AND r.status IN ('planned', 'reconciled', 'applying')
          AND EXISTS (SELECT
              FROM {S}.birth_backfill_ledger AS o JOIN {S}.birth_backfill_ledger AS n USING (collection_name)
              WHERE o.run_id = r.run_id AND n.run_id = p_run)
        ORDER BY r.run_id FOR UPDATE OF r
    LOOP
        UPDATE {S}.birth_backfill_run SET status = 'superseded', superseded_by = p_run
        WHERE run_id = v_other AND status <> 'applied';
        UPDATE {S}.birth_backfill_ledger SET status = 'superseded'
        WHERE run_id = v_other AND status <> 'applied';
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_supersede(bigint) IS
    'Supersedes other plans of the same collections; waits for their batches. Private.';
