-- Whether the server still has batches whose commits it acknowledged. `p_batches` is what the applier heard: an array
-- of objects with ledger_id, epoch, finished_us and the four counts. A finished batch never changes, so one that is
-- not there, or was finished at another moment, is lost: a failover or a restore took it. What is lost is recorded, and
-- told as batches and rows; NULL where nothing is.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_compare(p_run bigint, p_batches jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'apply a run');
    v_live jsonb := {S}.birth_history_read();
    v_before jsonb := (SELECT r.history FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run);
    v_lost record;
    v_loss bigint;
    v_figures jsonb;
BEGIN
    -- Whole numbers, and no more rows than a batch has: what is told here stands in the chain.
    IF EXISTS (
        SELECT FROM jsonb_array_elements(CASE jsonb_typeof(p_batches) WHEN 'array' THEN p_batches ELSE '[0]' END)
            AS b(batch)
        WHERE jsonb_typeof(b.batch) <> 'object' OR EXISTS (
            SELECT FROM jsonb_each(CASE jsonb_typeof(b.batch) WHEN 'object' THEN b.batch ELSE '{{}}' END) AS v
            WHERE v.value <> 'null' AND v.value::text !~ CASE
                WHEN v.key IN ('registered', 'existing', 'vanished', 'quarantined') THEN '^[0-9]{{1,5}}$'
                ELSE '^[0-9]{{1,18}}$' END)) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_batches', 'acknowledged batches are objects of whole numbers',
            jsonb_build_object('run', p_run), 'Apply the run again.');
    END IF;
    SELECT count(*) AS batches, coalesce(sum(a.registered), 0) AS registered, coalesce(sum(a.existing), 0) AS existing,
        coalesce(sum(a.vanished), 0) AS vanished, coalesce(sum(a.quarantined), 0) AS quarantined,
        coalesce(jsonb_agg(jsonb_build_array(a.ledger_id, a.epoch) ORDER BY a.ledger_id, a.epoch), '[]') AS list
    INTO v_lost
    FROM jsonb_to_recordset(p_batches) AS a(ledger_id bigint, epoch bigint, finished_us bigint,
        registered bigint, existing bigint, vanished bigint, quarantined bigint)
    JOIN {S}.birth_backfill_ledger AS l ON l.ledger_id = a.ledger_id AND l.run_id = p_run
    LEFT JOIN {S}.birth_backfill_batch AS b ON b.ledger_id = a.ledger_id AND b.epoch = a.epoch
    WHERE {S}._birth_microseconds(b.finished_at) IS DISTINCT FROM a.finished_us;
    IF v_lost.batches = 0 THEN
        RETURN NULL;
    END IF;
    INSERT INTO {S}.birth_backfill_loss
        (run_id, told_person, batches, registered, existing, vanished, quarantined, history)
    VALUES (p_run, v_person, v_lost.batches, v_lost.registered, v_lost.existing, v_lost.vanished, v_lost.quarantined,
        v_live)
    RETURNING loss_id INTO v_loss;
    v_figures := jsonb_build_object('batches', v_lost.batches,
        'items', v_lost.registered + v_lost.existing + v_lost.vanished + v_lost.quarantined,
        'registered', v_lost.registered, 'existing', v_lost.existing,
        'vanished', v_lost.vanished, 'quarantined', v_lost.quarantined);
    PERFORM {S}.birth_ledger_append('history_lost', v_figures || jsonb_build_object(
        'run', p_run, 'person', v_person, 'before', v_before, 'history', v_live,
        -- Thousands of numbers would say no more.
        'list', (SELECT jsonb_agg(e.value) FROM jsonb_array_elements(v_lost.list) WITH ORDINALITY AS e(value, place)
            WHERE e.place <= 1000),
        'rows', {S}._birth_images('birth_backfill_loss', 't.loss_id = $1', v_loss)));
    RETURN v_figures || jsonb_build_object('list', v_lost.list,
        'timeline_before', v_before -> 'timeline', 'timeline', v_live -> 'timeline');
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_compare(bigint, jsonb) IS
    'Compares acknowledged batches with those that the server has; records and returns lost ones, NULL if there are '
    'none. For birth_operator. Raises BR002 bad_batches, and what _birth_actor raises.';

-- A moment as whole microseconds since 1970: what an applier remembers a batch by.
CREATE OR REPLACE FUNCTION {S}._birth_microseconds(p_at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (extract(epoch FROM p_at) * 1000000)::bigint
$body$;
COMMENT ON FUNCTION {S}._birth_microseconds(timestamptz) IS 'A moment in microseconds since 1970, UTC. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_compare(bigint, jsonb) TO birth_operator;
