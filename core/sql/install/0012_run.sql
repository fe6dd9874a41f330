-- Compare the plan with the source, by another query, in one snapshot. The database counts for itself: whatever a client
-- says it counted could be copied from the ledger.
CREATE FUNCTION {S}.birth_backfill_reconcile(p_run bigint, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_person text := {S}.birth_actor('birth_operator', 'reconcile a run');
    v_status text;
    v_differing jsonb;
    v_digests jsonb;
BEGIN
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IS DISTINCT FROM 'planned' AND v_status IS DISTINCT FROM 'reconciled' THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_planned', format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', p_run, 'status', v_status), 'Plan again, then reconcile.');
    END IF;
    IF coalesce(p_note, '') = '' THEN
        PERFORM {S}.birth_refuse('BR002', 'note_missing', 'a reconciliation needs a note', jsonb_build_object('run', p_run), 'Say what you compared.');
    ELSIF octet_length(p_note) > 100000 THEN
        -- The event lists collections, and may be long for that; the note may not.
        PERFORM {S}.birth_refuse('BR002', 'text_too_long', format('a note of %s bytes is too long for the ledger', octet_length(p_note)),
            jsonb_build_object('run', p_run, 'bytes', octet_length(p_note)), 'Say it in fewer words.');
    END IF;
    SELECT jsonb_agg(collection_name ORDER BY collection_name) FILTER (WHERE c.digest IS DISTINCT FROM l.digest OR c.without_code > 0 OR c.duplicates > 0),
        jsonb_object_agg(collection_name, c.digest)
    INTO v_differing, v_digests
    FROM {S}.birth_backfill_recount(p_run) AS c JOIN {S}.birth_backfill_ledger AS l USING (collection_name) WHERE l.run_id = p_run;
    IF v_differing IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_differs', 'the source no longer is what was planned', jsonb_build_object('collections', v_differing), 'Plan again.');
    END IF;
    UPDATE {S}.birth_backfill_run SET status = 'reconciled', reconciled_by = session_user, reconciled_person = v_person,
        reconciled_at = clock_timestamp(), reconcile_note = p_note WHERE run_id = p_run;
    PERFORM {S}.birth_ledger_append('reconciled', jsonb_build_object('run', p_run, 'digests', v_digests, 'note', p_note, 'person', v_person));
END
$body$;

-- Begin or resume a run: every gate once more, by the database itself.
CREATE FUNCTION {S}.birth_backfill_begin(p_run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_person text := {S}.birth_actor('birth_operator', 'apply a run');
    v_status text;
BEGIN
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run;
    -- Who joins a run shares its row with those at work: a moment without any of them may not come for hours.
    IF v_status <> 'applying' THEN
        SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    END IF;
    PERFORM {S}.birth_backfill_look(p_run);
    PERFORM {S}.birth_backfill_held(p_run);
    IF v_status = 'applying' THEN
        PERFORM {S}.birth_batch_run(p_run);
    ELSE
        UPDATE {S}.birth_backfill_run SET status = 'applying', started_at = clock_timestamp() WHERE run_id = p_run;
        UPDATE {S}.birth_backfill_ledger SET status = 'applying' WHERE run_id = p_run AND status = 'planned';
    END IF;
    PERFORM {S}.birth_ledger_append(CASE v_status WHEN 'applying' THEN 'resumed' ELSE 'started' END,
        jsonb_build_object('run', p_run, 'person', v_person, 'permits', (SELECT jsonb_agg(DISTINCT permit_id ORDER BY permit_id)
            FROM {S}.birth_backfill_ledger AS l, {S}.birth_permit_for(l.collection_name) AS permit_id WHERE l.run_id = p_run AND permit_id IS NOT NULL)));
END
$body$;

-- Steer a run from any session: pause, cancel or run on, and how many rows a batch may hold. NULL leaves a value alone;
-- a batch size of 0 leaves it to the workers again.
CREATE FUNCTION {S}.birth_backfill_steer(p_run bigint, p_command text, p_batch_size integer, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_person text := {S}.birth_actor('birth_operator', 'steer a run');
    v_status text;
BEGIN
    -- So weak a lock never waits for a batch, only for whoever is about to begin, end, supersede or certify the run.
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR KEY SHARE;
    IF p_command NOT IN ('run', 'pause', 'cancel') OR p_batch_size NOT BETWEEN 0 AND 10000 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_control', 'a run is steered by run, pause or cancel, and 1 to 10,000 rows a batch',
            jsonb_build_object('command', p_command, 'batch_size', p_batch_size), 'See `birth-console control --help`.');
    END IF;
    IF v_status IN ('applied', 'certified', 'superseded') THEN
        PERFORM {S}.birth_refuse('BR004', 'run_over', format('run %s is %s: there is nothing left to steer', p_run, v_status),
            jsonb_build_object('run', p_run, 'status', v_status), 'See `birth-console ledger`.');
    END IF;
    UPDATE {S}.birth_backfill_control SET command = coalesce(p_command, command), batch_size = nullif(coalesce(p_batch_size, batch_size), 0),
        reason = p_reason, steered_by = session_user, steered_at = clock_timestamp() WHERE run_id = p_run;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_run', format('there is no run %s', p_run), jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    END IF;
    PERFORM {S}.birth_ledger_append('steered', jsonb_build_object('run', p_run, 'command', p_command, 'batch_size', p_batch_size,
        'reason', p_reason, 'person', v_person));
END
$body$;

-- Refuse while somebody holds the run: it can be resumed, so this is no closed gate.
CREATE FUNCTION {S}.birth_backfill_held(p_run bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_control {S}.birth_backfill_control;
BEGIN
    SELECT * INTO v_control FROM {S}.birth_backfill_control WHERE run_id = p_run;
    IF v_control.command <> 'run' THEN
        PERFORM {S}.birth_refuse('BR007', 'run_' || CASE v_control.command WHEN 'pause' THEN 'paused' ELSE 'cancelled' END,
            format('run %s was %s by %s', p_run, CASE v_control.command WHEN 'pause' THEN 'paused' ELSE 'cancelled' END, v_control.steered_by),
            jsonb_build_object('run', p_run, 'by', v_control.steered_by, 'at', v_control.steered_at, 'reason', v_control.reason),
            format('Resume it: birth-console control %s resume.', p_run));
    END IF;
END
$body$;

-- Say who is at work on a run and whether something holds it up, for people who look on.
CREATE FUNCTION {S}.birth_backfill_report(p_run bigint, p_state text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    PERFORM {S}.birth_actor('birth_operator', 'apply a run');
    IF p_state IS NULL OR p_state NOT IN ('applying', 'paused', 'throttled', 'waiting') THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_state', 'a worker is applying, paused, throttled or waiting', jsonb_build_object('run', p_run, 'state', left(p_state, 100)), 'Say one of these.');
    END IF;
    INSERT INTO {S}.birth_backfill_worker AS w (run_id, backend_pid, state, reason) VALUES (p_run, pg_backend_pid(), p_state, left(p_reason, 1000))
    ON CONFLICT (run_id, backend_pid) DO UPDATE SET login = session_user, state = excluded.state, reason = excluded.reason, seen_at = clock_timestamp();
END
$body$;

-- What became of the items of an entry: planned = registered + existing + vanished + quarantined once all are done.
CREATE FUNCTION {S}.birth_accounting(p_run bigint) RETURNS TABLE (ledger_id bigint, collection_name text, planned bigint,
    registered bigint, existing bigint, vanished bigint, quarantined bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT l.ledger_id, l.collection_name, l.missing, coalesce(sum(b.registered), 0)::bigint, coalesce(sum(b.existing), 0)::bigint,
        coalesce(sum(b.vanished), 0)::bigint, coalesce(sum(b.quarantined), 0)::bigint
    FROM {S}.birth_backfill_ledger AS l LEFT JOIN {S}.birth_backfill_batch AS b USING (ledger_id)
    WHERE l.run_id = p_run GROUP BY l.ledger_id ORDER BY l.ledger_id
$body$;

-- The run is applied when every item has an outcome. Saying so twice is no error.
CREATE FUNCTION {S}.birth_backfill_finish(p_run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_person text := {S}.birth_actor('birth_operator', 'apply a run');
    v_open bigint;
    v_status text;
BEGIN
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IN ('applied', 'certified') THEN
        RETURN;  -- of several who were at work, somebody else was the first to see that all is done
    END IF;
    IF v_status IS DISTINCT FROM 'applying' THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_applying', format('run %s is not being applied', p_run), jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    END IF;
    SELECT sum(planned - registered - existing - vanished - quarantined) INTO v_open FROM {S}.birth_accounting(p_run);
    IF v_open <> 0 THEN
        PERFORM {S}.birth_refuse('BR003', 'accounting_open', format('%s items of run %s have no outcome yet', v_open, p_run),
            jsonb_build_object('run', p_run, 'open', v_open), 'Apply the run to its end.');
    END IF;
    DELETE FROM {S}.birth_backfill_worker WHERE run_id = p_run;
    UPDATE {S}.birth_backfill_run SET status = 'applied', finished_at = clock_timestamp() WHERE run_id = p_run;
    UPDATE {S}.birth_backfill_ledger SET status = 'applied' WHERE run_id = p_run;
    PERFORM {S}.birth_ledger_append('applied', jsonb_build_object('run', p_run, 'person', v_person, 'accounting',
        (SELECT jsonb_agg(to_jsonb(a)) FROM {S}.birth_accounting(p_run) AS a)));
END
$body$;

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_reconcile(bigint, text), {S}.birth_backfill_begin(bigint),
    {S}.birth_backfill_steer(bigint, text, integer, text), {S}.birth_backfill_report(bigint, text, text),
    {S}.birth_backfill_finish(bigint) TO birth_operator;
GRANT EXECUTE ON FUNCTION {S}.birth_accounting(bigint) TO birth_reader;
