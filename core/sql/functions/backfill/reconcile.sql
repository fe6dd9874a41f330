-- Compare the plan with the source, by another query, in one snapshot. The database counts for itself: whatever a
-- client says it counted could be copied from the ledger.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_reconcile(p_run bigint, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'reconcile a run');
    v_status text;
    v_differing jsonb;
    v_digests jsonb;
BEGIN
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IS DISTINCT FROM 'planned' AND v_status IS DISTINCT FROM 'reconciled' THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_planned',
            format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', p_run, 'status', v_status),
            'Plan again, then reconcile.');
    END IF;
    IF {S}._birth_is_blank(p_note) THEN
        PERFORM {S}.birth_refuse('BR002', 'note_missing',
            'a reconciliation needs a note',
            jsonb_build_object('run', p_run),
            'State what you compared.');
    ELSIF octet_length(p_note) > 100000 THEN
        -- The event lists collections, and may be long for that; the note may not.
        PERFORM {S}.birth_refuse('BR002', 'text_too_long',
            format('a note of %s bytes is too long for the ledger', octet_length(p_note)),
            jsonb_build_object('run', p_run, 'bytes', octet_length(p_note)),
            'Shorten it.');
    END IF;
    SELECT jsonb_agg(collection_name ORDER BY collection_name)
            FILTER (WHERE c.digest IS DISTINCT FROM l.digest OR c.without_code > 0 OR c.duplicates > 0),
        jsonb_object_agg(collection_name, c.digest)
    INTO v_differing, v_digests
    FROM {S}._birth_backfill_recount(p_run) AS c
    JOIN {S}.birth_backfill_ledger AS l USING (collection_name)
    WHERE l.run_id = p_run;
    IF v_differing IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_differs',
            'the source no longer matches the plan',
            jsonb_build_object('collections', v_differing),
            'Plan again.');
    END IF;
    UPDATE {S}.birth_backfill_run
    SET status = 'reconciled',
        reconciled_by = session_user,
        reconciled_person = v_person,
        reconciled_at = clock_timestamp(),
        reconcile_note = p_note
    WHERE run_id = p_run;
    PERFORM {S}.birth_ledger_append('reconciled', jsonb_build_object(
        'run', p_run, 'digests', v_digests, 'note', p_note, 'person', v_person,
        'rows', {S}._birth_images('birth_backfill_run', 't.run_id = $1', p_run)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_reconcile(bigint, text) IS
    'Reconciles a plan: recounts its sources by other queries. Refuses if anything differs. For birth_operator. '
    'Raises BR002 note_missing, text_too_long; BR004 run_not_planned, plan_differs, and what _birth_actor raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_reconcile(bigint, text) TO birth_operator;
