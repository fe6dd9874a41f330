-- Compare the plan with the source, by another query, in one snapshot. The database counts for itself: whatever a
-- client says it counted could be copied from the ledger.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_reconcile(p_run bigint, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
BEGIN
    PERFORM {S}._birth_backfill_reconcile(p_run, p_note, 0);
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_reconcile(bigint, text) IS
    'Reconciles a plan: recounts its sources by other queries. Refuses if anything differs. For birth_operator. '
    'Raises BR002 note_missing, text_too_long; BR004 run_not_planned, plan_differs, and what _birth_actor raises.';

-- The same for tables that are in use: up to so many rows may have been born, be gone or be registered since the plan.
-- Each of them is listed in the event. Answers the counts and the list.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_reconcile_drift(p_run bigint, p_note text, p_rows bigint)
    RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
BEGIN
    PERFORM {S}._birth_actor('birth_operator', 'reconcile a run');
    IF p_rows IS NULL OR p_rows NOT BETWEEN 0 AND 10000 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_option',
            'drift of 0 to 10000 rows can be allowed',
            jsonb_build_object('rows', p_rows),
            'Every accepted row is listed in the ledger. If more rows moved, plan again.');
    END IF;
    RETURN {S}._birth_backfill_reconcile(p_run, p_note, p_rows);
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_reconcile_drift(bigint, text, bigint) IS
    'Reconciles a plan whose source moved by at most so many rows, and lists them in the event. For birth_operator. '
    'Raises BR002 bad_option, and what birth_backfill_reconcile raises.';

CREATE OR REPLACE FUNCTION {S}._birth_backfill_reconcile(p_run bigint, p_note text, p_rows bigint) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'reconcile a run');
    v_status text;
    v_found record;
    v_drift jsonb;
BEGIN
    PERFORM {S}._birth_caller_ready();
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IS DISTINCT FROM 'planned' AND v_status IS DISTINCT FROM 'reconciled' THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_planned',
            format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', p_run, 'status', v_status),
            'Plan again, then reconcile.');
    END IF;
    PERFORM {S}._birth_reconcile_note(p_run, p_note);
    -- One statement: all of it is read in one snapshot.
    SELECT jsonb_agg(c.collection_name ORDER BY c.collection_name) FILTER (WHERE c.moved IS NOT NULL) AS differing,
        jsonb_object_agg(c.collection_name, c.digest) AS digests,
        jsonb_object_agg(c.collection_name, c.moved) FILTER (WHERE c.moved IS NOT NULL) AS moved,
        coalesce(sum((c.moved ->> 'late')::bigint), 0)::bigint AS late,
        coalesce(sum((c.moved ->> 'gone')::bigint), 0)::bigint AS gone,
        coalesce(sum((c.moved ->> 'registered_since')::bigint), 0)::bigint AS registered_since,
        coalesce(bool_or(c.unidentified), false) AS unidentified
    INTO v_found
    FROM {S}._birth_backfill_moved(p_run, p_rows) AS c;
    IF v_found.unidentified OR v_found.late + v_found.gone + v_found.registered_since > p_rows
       OR v_found.differing IS NOT NULL AND p_rows = 0 THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_differs',
            'the source no longer matches the plan',
            jsonb_build_object('collections', v_found.differing, 'allowed', p_rows, 'drift', jsonb_build_object(
                'late', v_found.late, 'gone', v_found.gone, 'registered_since', v_found.registered_since)),
            'Plan again.');
    END IF;
    IF v_found.differing IS NOT NULL THEN
        v_drift := jsonb_build_object('accepted', v_found.late + v_found.gone + v_found.registered_since,
            'late', v_found.late, 'gone', v_found.gone, 'registered_since', v_found.registered_since,
            'digest', encode(sha256(convert_to(v_found.moved::text, 'UTF8')), 'hex'));
    END IF;
    PERFORM {S}._birth_run_reconciled(p_run, p_note, v_person, v_drift,
        jsonb_strip_nulls(jsonb_build_object('digests', v_found.digests, 'moved', v_found.moved)));
    RETURN jsonb_build_object('accepted', 0, 'late', 0, 'gone', 0, 'registered_since', 0, 'digest', NULL)
        || coalesce(v_drift, '{{}}')
        || jsonb_build_object('rows', coalesce(v_found.moved, '{{}}'));
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_reconcile(bigint, text, bigint) IS
    'Reconciles a plan, with at most so many rows of drift. Private. Raises BR004 run_not_planned, plan_differs.';

-- Record that a run is reconciled, and with which drift; `p_seen` goes into the event.
CREATE OR REPLACE FUNCTION {S}._birth_run_reconciled(
    p_run bigint, p_note text, p_person text, p_drift jsonb, p_seen jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE {S}.birth_backfill_run
    SET status = 'reconciled',
        reconciled_by = session_user,
        reconciled_person = p_person,
        reconciled_at = clock_timestamp(),
        reconcile_note = p_note,
        drift = p_drift
    WHERE run_id = p_run;
    PERFORM {S}.birth_ledger_append('reconciled', p_seen || jsonb_strip_nulls(jsonb_build_object(
        'run', p_run, 'note', p_note, 'person', p_person, 'drift', p_drift))
        || jsonb_build_object('rows', {S}._birth_images('birth_backfill_run', 't.run_id = $1', p_run)));
END
$body$;
COMMENT ON FUNCTION {S}._birth_run_reconciled(bigint, text, text, jsonb, jsonb) IS
    'Records that a run is reconciled, with the drift that was accepted. Private.';

CREATE OR REPLACE FUNCTION {S}._birth_reconcile_note(p_run bigint, p_note text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
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
END
$body$;
COMMENT ON FUNCTION {S}._birth_reconcile_note(bigint, text) IS
    'Refuses a note that says nothing, or too much. Private. Raises BR002 note_missing, text_too_long.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_reconcile(bigint, text),
    {S}.birth_backfill_reconcile_drift(bigint, text, bigint) TO birth_operator;
