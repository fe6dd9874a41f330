-- How long a claim holds without a sign of life.
CREATE OR REPLACE FUNCTION {S}._birth_lease() RETURNS interval
LANGUAGE sql IMMUTABLE AS $body$ SELECT interval '30 seconds' $body$;
COMMENT ON FUNCTION {S}._birth_lease() IS
    'How long a claim or a sign of life counts. Private.';

-- Claim the next items of a run, committed before the work, so that a crash leaves a trace. `verdict`:
--   claimed   a range is yours, under an epoch; an abandoned one is taken over first, under a higher epoch
--   waiting   nothing is left but what others are at work on
--   finished  every item has an outcome, or another worker brought the run to its end meanwhile
--   pause, cancel   an operator holds the run
-- A claim is abandoned when its session is gone or its lease has run out, unless it is at work: then its row is locked.
-- A session that began after the claim was last touched is another one: process numbers come back, also after a crash.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text,
    OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint, OUT batch_size integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
#variable_conflict use_column
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'apply a run');
    v_entry {S}.birth_backfill_ledger;
    v_rows integer;
    v_passed text;
BEGIN
    IF p_rows IS NULL OR p_rows NOT BETWEEN 1 AND 10000 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_batch_size',
            'a batch holds 1 to 10,000 rows',
            jsonb_build_object('rows', p_rows),
            'Choose another --batch-size.');
    END IF;
    IF {S}._birth_batch_run(p_run) <> 'applying' THEN
        verdict := 'finished';
        RETURN;
    END IF;
    SELECT c.command, c.batch_size INTO verdict, batch_size FROM {S}.birth_backfill_control AS c
    WHERE c.run_id = p_run;
    IF verdict <> 'run' THEN
        RETURN;
    END IF;
    -- Where nothing is left to be stopped, only vanished rows hold a run: to go on, an operator states how many may.
    v_passed := {S}._birth_limit_passed(p_run);
    IF v_passed IS NOT NULL THEN
        IF v_passed = 'too_many_vanished'
            OR EXISTS (SELECT FROM {S}.birth_backfill_ledger AS l
                WHERE l.run_id = p_run AND l.next_seq <= l.missing)
            OR EXISTS (SELECT FROM {S}.birth_backfill_batch AS b
                JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
                WHERE l.run_id = p_run AND b.finished_at IS NULL)
        THEN
            PERFORM {S}._birth_limit_held(p_run);
        END IF;
    END IF;
    verdict := 'claimed';
    SELECT t.* INTO ledger_id, epoch, seq_from, seq_to FROM {S}._birth_batch_take_over(p_run, v_person) AS t;
    IF ledger_id IS NOT NULL THEN
        RETURN;
    END IF;
    v_rows := coalesce(batch_size, p_rows);
    -- The first batch is a small one, whichever worker asks for it: it is looked at before the rest.
    IF NOT EXISTS (SELECT FROM {S}.birth_backfill_batch AS b
        JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
        WHERE l.run_id = p_run AND b.finished_at IS NOT NULL) THEN
        v_rows := least(v_rows, 100);
    END IF;
    -- One claimer at a time on an entry: the counters move under its row's lock.
    SELECT l.* INTO v_entry FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run AND l.next_seq <= l.missing
    ORDER BY l.ledger_id LIMIT 1 FOR NO KEY UPDATE;
    IF FOUND THEN
        SELECT v_entry.ledger_id, v_entry.last_epoch + 1,
            v_entry.next_seq, least(v_entry.next_seq + v_rows - 1, v_entry.missing)
        INTO ledger_id, epoch, seq_from, seq_to;
        PERFORM {S}._birth_batch_open(v_entry.ledger_id, epoch, seq_from, seq_to, v_person);
    ELSE
        verdict := CASE
            WHEN EXISTS (SELECT FROM {S}.birth_backfill_batch AS b
                JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
                WHERE l.run_id = p_run AND b.finished_at IS NULL)
            OR EXISTS (SELECT FROM {S}.birth_backfill_ledger AS l
                WHERE l.run_id = p_run AND l.next_seq <= l.missing)
            THEN 'waiting' ELSE 'finished' END;
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_claim(bigint, integer) IS
    'Claims the next items of a run: claimed, waiting, finished, pause or cancel. The caller commits before it '
    'works on them. For birth_operator. Raises BR002 bad_batch_size, and what _birth_actor raises.';

-- Write a new claim and move the entry's counters past it. The caller holds the entry's row.
CREATE OR REPLACE FUNCTION {S}._birth_batch_open(
    p_ledger_id bigint, p_epoch bigint, p_from bigint, p_to bigint, p_person text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE {S}.birth_backfill_ledger
    SET next_seq = greatest(next_seq, p_to + 1), last_epoch = p_epoch
    WHERE ledger_id = p_ledger_id;
    INSERT INTO {S}.birth_backfill_batch (ledger_id, epoch, seq_from, seq_to, backend_pid, lease_until,
        claimed_person)
    VALUES (p_ledger_id, p_epoch, p_from, p_to, pg_backend_pid(), clock_timestamp() + {S}._birth_lease(), p_person);
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_open(bigint, bigint, bigint, bigint, text) IS
    'Writes a new claim and moves the entry''s counters past it. Private.';

-- The claim of this login under this epoch, locked; refuses one that is done, taken over or another login's.
CREATE OR REPLACE FUNCTION {S}._birth_batch_claimed(p_ledger_id bigint, p_epoch bigint)
    RETURNS {S}.birth_backfill_batch
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_batch {S}.birth_backfill_batch;
BEGIN
    SELECT * INTO v_batch
    FROM {S}.birth_backfill_batch
    WHERE ledger_id = p_ledger_id AND epoch = p_epoch AND finished_at IS NULL
    FOR UPDATE;
    IF NOT FOUND OR v_batch.claimed_by <> session_user THEN
        PERFORM {S}.birth_refuse('BR004', 'claim_lost',
            format('batch %s of entry %s is not yours, or done', p_epoch, p_ledger_id),
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch, 'claimed_by', v_batch.claimed_by),
            'Claim a batch again.');
    END IF;
    RETURN v_batch;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_claimed(bigint, bigint) IS
    'The claim of this login under this epoch, locked. Refuses one that is done, taken over or another login''s. '
    'Private. Raises BR004 claim_lost.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_claim(bigint, integer) TO birth_operator;
