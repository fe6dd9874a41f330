-- Begin or resume a run: every gate once more, by the database itself. NULL for a limit keeps the recorded one, else
-- takes the default.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_begin(
    p_run bigint, p_most_quarantined bigint DEFAULT NULL, p_most_vanished bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'apply a run');
    v_status text;
    v_limits jsonb;
    v_history jsonb := {S}.birth_history_read();
BEGIN
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run;
    -- Who joins a run shares its row with those at work: a moment without any of them may not come for hours.
    IF v_status <> 'applying' THEN
        SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    END IF;
    PERFORM {S}._birth_check_gates(p_run);
    PERFORM {S}._birth_backfill_held(p_run);
    v_limits := {S}._birth_limit_record(p_run, p_most_quarantined, p_most_vanished);
    IF v_status = 'applying' THEN
        PERFORM {S}._birth_batch_run(p_run);
    ELSE
        PERFORM {S}._birth_run_alike(p_run);
        UPDATE {S}.birth_backfill_run SET status = 'applying', started_at = clock_timestamp(), history = v_history
        WHERE run_id = p_run;
        UPDATE {S}.birth_backfill_ledger SET status = 'applying' WHERE run_id = p_run AND status = 'planned';
    END IF;
    PERFORM {S}.birth_ledger_append(
        CASE v_status WHEN 'applying' THEN 'resumed' ELSE 'started' END,
        jsonb_build_object('run', p_run, 'person', v_person, 'history', v_history, 'limits', v_limits, 'permits', (
            SELECT jsonb_agg(DISTINCT permit_id ORDER BY permit_id)
            FROM {S}.birth_backfill_ledger AS l, {S}.birth_permit_for(l.collection_name, p_run) AS permit_id
            WHERE l.run_id = p_run AND permit_id IS NOT NULL),
            'rows', CASE v_status WHEN 'applying' THEN '[]' ELSE {S}._birth_run_images(p_run) END
                || {S}._birth_images('birth_backfill_limit', 't.run_id = $1', p_run)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_begin(bigint, bigint, bigint) IS
    'Begins or resumes a run after checking every gate, and that its rows are filled like the gateway''s. For '
    'birth_operator. Raises BR003 born_alike, and what _birth_actor raises.';

-- The run is applied when every item has an outcome. Saying so twice is no error.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_finish(p_run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'apply a run');
    v_open bigint;
    v_status text;
    v_history jsonb := {S}.birth_history_read();
BEGIN
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IN ('applied', 'certified') THEN
        RETURN;  -- of several who were at work, another was the first to see that all is done
    END IF;
    IF v_status IS DISTINCT FROM 'applying' THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_applying',
            format('run %s is not being applied', p_run),
            jsonb_build_object('run', p_run),
            'See `birth-console ledger`.');
    END IF;
    SELECT sum(planned - registered - existing - vanished - quarantined) INTO v_open
    FROM {S}.birth_accounting(p_run);
    IF v_open <> 0 THEN
        PERFORM {S}.birth_refuse('BR003', 'accounting_open',
            format('%s items of run %s have no outcome yet', v_open, p_run),
            jsonb_build_object('run', p_run, 'open', v_open),
            'Apply the run completely.');
    END IF;
    DELETE FROM {S}.birth_backfill_worker WHERE run_id = p_run;
    UPDATE {S}.birth_backfill_run SET status = 'applied', finished_at = clock_timestamp(), history = v_history
    WHERE run_id = p_run;
    UPDATE {S}.birth_backfill_ledger SET status = 'applied' WHERE run_id = p_run;
    PERFORM {S}.birth_ledger_append('applied', jsonb_build_object(
        'run', p_run, 'person', v_person, 'history', v_history, 'accounting',
        (SELECT jsonb_agg(to_jsonb(a)) FROM {S}.birth_accounting(p_run) AS a),
        'rows', {S}._birth_run_images(p_run)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_finish(bigint) IS
    'Marks a run as applied once every item has an outcome. For birth_operator. Raises BR003 accounting_open; BR004 '
    'run_not_applying, and what _birth_actor raises.';

-- What became of the items of an entry: planned = registered + existing + vanished + quarantined once all are done.
CREATE OR REPLACE FUNCTION {S}.birth_accounting(p_run bigint) RETURNS TABLE (
    ledger_id bigint, collection_name text,
    planned bigint, registered bigint, existing bigint, vanished bigint, quarantined bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT l.ledger_id, l.collection_name, l.missing,
        coalesce(sum(b.registered), 0)::bigint,
        coalesce(sum(b.existing), 0)::bigint,
        coalesce(sum(b.vanished), 0)::bigint,
        coalesce(sum(b.quarantined), 0)::bigint
    FROM {S}.birth_backfill_ledger AS l LEFT JOIN {S}.birth_backfill_batch AS b USING (ledger_id)
    WHERE l.run_id = p_run GROUP BY l.ledger_id ORDER BY l.ledger_id
$body$;
COMMENT ON FUNCTION {S}.birth_accounting(bigint) IS
    'The outcome of the items of each entry: planned = registered + existing + vanished + quarantined. For '
    'birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_accounting(bigint) TO birth_reader;

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_begin(bigint, bigint, bigint),
    {S}.birth_backfill_finish(bigint) TO birth_operator;
