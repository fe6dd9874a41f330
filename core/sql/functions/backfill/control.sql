-- Steer a run from any session: pause, cancel or run on, and how many rows a batch may hold. NULL leaves a value alone;
-- a batch size of 0 leaves it to the workers again.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_steer(
    p_run bigint, p_command text, p_batch_size integer, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'control a run');
    v_status text;
    v_now text := (SELECT c.command FROM {S}.birth_backfill_control AS c WHERE c.run_id = p_run);
BEGIN
    -- What holds a run that is not held, or holds it for good, is never refused. The same over and over, or one and the
    -- other in turn, would only fill the chain.
    IF NOT coalesce(p_command = 'pause' AND v_now = 'run' OR p_command = 'cancel' AND v_now <> 'cancel', false) THEN
        PERFORM {S}._birth_steered_seldom(p_run);
    END IF;
    IF p_command = 'cancel' THEN
        PERFORM {S}._birth_brake(format('run %s is cancelled', p_run));
    END IF;
    -- So weak a lock never waits for a batch, only for one that is about to begin, end, supersede or certify the run.
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR KEY SHARE;
    IF p_command NOT IN ('run', 'pause', 'cancel') OR p_batch_size NOT BETWEEN 0 AND 10000 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_control',
            'invalid control of a run: run, pause or cancel, and 1 to 10,000 rows per batch',
            jsonb_build_object('command', p_command, 'batch_size', p_batch_size),
            'See `birth-console control --help`.');
    END IF;
    PERFORM {S}._birth_insist_on_text(coalesce(p_reason, 'none'), 'reason_missing', 'a reason says something',
        jsonb_build_object('run', p_run), 'Omit it, or write a reason.');
    IF v_status IN ('applied', 'certified', 'superseded') THEN
        PERFORM {S}.birth_refuse('BR004', 'run_over',
            format('run %s is %s: nothing left to control', p_run, v_status),
            jsonb_build_object('run', p_run, 'status', v_status), 'See `birth-console ledger`.');
    END IF;
    UPDATE {S}.birth_backfill_control
    SET command = coalesce(p_command, command),
        batch_size = nullif(coalesce(p_batch_size, batch_size), 0),
        reason = p_reason,
        steered_by = session_user,
        steered_at = clock_timestamp()
    WHERE run_id = p_run;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_run',
            format('unknown run %s', p_run),
            jsonb_build_object('run', p_run),
            'See `birth-console ledger`.');
    END IF;
    PERFORM {S}.birth_ledger_append('steered', jsonb_build_object(
        'run', p_run, 'command', p_command, 'batch_size', p_batch_size,
        'reason', p_reason, 'person', v_person,
        'rows', {S}._birth_images('birth_backfill_control', 't.run_id = $1', p_run)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_steer(bigint, text, integer, text) IS
    'Pauses, resumes or cancels a run, and sets the most rows per batch (0: the workers choose). Cancelling ends '
    'sessions that hold the chain. For birth_operator. Raises BR002 bad_control, unknown_run, reason_missing; BR004 '
    'run_over; BR007 controlled_too_often, and what _birth_actor raises.';

-- Refuse to steer a run for the 61st time within a minute.
CREATE OR REPLACE FUNCTION {S}._birth_steered_seldom(p_run bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_most integer := 60;
    v_at_us bigint := (
        SELECT e.at_us FROM {S}.birth_ledger_event AS e
        WHERE e.payload::jsonb ->> 'run' = p_run::text AND e.kind = 'steered'
          AND e.kind IN ('planned', 'reconciled', 'started', 'resumed', 'steered', 'applied', 'certified')
        ORDER BY e.seq DESC OFFSET v_most - 1 LIMIT 1);
BEGIN
    IF v_at_us > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - 60000000 THEN
        PERFORM {S}.birth_refuse('BR007', 'controlled_too_often',
            format('run %s was controlled %s times within a minute', p_run, v_most),
            jsonb_build_object('run', p_run, 'most', v_most, 'seconds', 60),
            'Wait a minute. You can always pause or cancel.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_steered_seldom(bigint) IS
    'Refuses to control a run more than 60 times within a minute. Private. Raises BR007 controlled_too_often.';

-- Refuse while an operator holds the run: it can be resumed, so this is no closed gate.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_held(p_run bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_control {S}.birth_backfill_control;
BEGIN
    SELECT * INTO v_control FROM {S}.birth_backfill_control WHERE run_id = p_run;
    IF v_control.command <> 'run' THEN
        PERFORM {S}.birth_refuse('BR007',
            'run_' || CASE v_control.command WHEN 'pause' THEN 'paused' ELSE 'cancelled' END,
            format('run %s was %s by %s', p_run,
                CASE v_control.command WHEN 'pause' THEN 'paused' ELSE 'cancelled' END, v_control.steered_by),
            jsonb_build_object('run', p_run, 'by', v_control.steered_by,
                'at', v_control.steered_at, 'reason', v_control.reason),
            format('Resume it: birth-console control %s resume.', p_run));
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_held(bigint) IS
    'Refuses a run that is paused or cancelled. Private. Raises BR007 run_paused, run_cancelled.';

-- Say who is at work on a run and whether something holds it up, for people who look on.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_report(p_run bigint, p_state text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
BEGIN
    PERFORM {S}._birth_actor('birth_operator', 'apply a run');
    IF p_state IS NULL OR p_state NOT IN ('applying', 'paused', 'throttled', 'waiting') THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_state',
            'a worker is applying, paused, throttled or waiting',
            jsonb_build_object('run', p_run, 'state', left(p_state, 100)),
            'Use one of these states.');
    END IF;
    INSERT INTO {S}.birth_backfill_worker AS w (run_id, backend_pid, state, reason)
    VALUES (p_run, pg_backend_pid(), p_state, left(p_reason, 1000))
    ON CONFLICT (run_id, backend_pid) DO UPDATE
    SET login = session_user, state = excluded.state, reason = excluded.reason, seen_at = clock_timestamp();
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_report(bigint, text, text) IS
    'Reports that this session works on a run, and what delays it. Nothing is decided by it. For birth_operator. '
    'Raises BR002 bad_state, and what _birth_actor raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_steer(bigint, text, integer, text),
    {S}.birth_backfill_report(bigint, text, text) TO birth_operator;
