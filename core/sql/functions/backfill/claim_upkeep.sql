-- Take over an abandoned claim under a new epoch: its former holder is fenced off. All NULL where there is none.
CREATE OR REPLACE FUNCTION {S}._birth_batch_take_over(p_run bigint, p_person text,
    OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_abandoned {S}.birth_backfill_batch;
BEGIN
    -- A transaction goes on seeing the sessions that it saw first: one that came since would look dead.
    PERFORM pg_stat_clear_snapshot();
    SELECT b.* INTO v_abandoned FROM {S}.birth_backfill_batch AS b
        JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
    WHERE l.run_id = p_run AND b.finished_at IS NULL
      -- A lease that runs longer than any was given from before the clock was set back.
      AND (b.lease_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + {S}._birth_lease()
          -- What pg_stat_activity shows of this one session, without what it reads besides.
          OR NOT EXISTS (SELECT FROM pg_stat_get_activity(b.backend_pid) AS a
              WHERE coalesce(a.backend_start <= b.lease_until - {S}._birth_lease(), true)))
    ORDER BY b.ledger_id, b.epoch LIMIT 1 FOR UPDATE OF b SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE {S}.birth_backfill_ledger AS l
    SET last_epoch = l.last_epoch + 1
    WHERE l.ledger_id = v_abandoned.ledger_id
    RETURNING l.last_epoch INTO epoch;
    UPDATE {S}.birth_backfill_batch AS b
    SET epoch = _birth_batch_take_over.epoch,
        backend_pid = pg_backend_pid(),
        lease_until = clock_timestamp() + {S}._birth_lease(),
        claimed_by = session_user,
        claimed_person = p_person,
        claimed_at = clock_timestamp(),
        former_persons = array_append(array_remove(b.former_persons, b.claimed_person), b.claimed_person)
    WHERE b.ledger_id = v_abandoned.ledger_id AND b.epoch = v_abandoned.epoch;
    -- A session that is gone is no longer shown as at work.
    DELETE FROM {S}.birth_backfill_worker AS w
    WHERE w.run_id = p_run AND w.backend_pid = v_abandoned.backend_pid
      AND NOT EXISTS (SELECT FROM pg_stat_activity AS a
          WHERE a.pid = w.backend_pid AND coalesce(a.backend_start <= w.seen_at, true));
    SELECT v_abandoned.ledger_id, v_abandoned.seq_from, v_abandoned.seq_to INTO ledger_id, seq_from, seq_to;
    PERFORM {S}.birth_ledger_append('taken_over', jsonb_build_object(
        'run', p_run, 'ledger_id', ledger_id, 'epoch', epoch,
        'before', v_abandoned.epoch, 'claimed_by', v_abandoned.claimed_by));
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_take_over(bigint, text) IS
    'Takes over an abandoned claim under a new epoch; all NULL if there is none. Private.';

-- Prolong a claim that waits for its turn: a throttle, a lock, a lost link. Refuses one that was taken over.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_heartbeat(p_ledger_id bigint, p_epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
BEGIN
    PERFORM {S}._birth_actor('birth_operator', 'apply a run');
    PERFORM {S}._birth_batch_claimed(p_ledger_id, p_epoch);
    UPDATE {S}.birth_backfill_batch
    SET lease_until = clock_timestamp() + {S}._birth_lease(), backend_pid = pg_backend_pid()
    WHERE ledger_id = p_ledger_id AND epoch = p_epoch;
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_heartbeat(bigint, bigint) IS
    'Prolongs the lease of a claim that waits. For birth_operator. Raises what _birth_actor raises.';

-- Split a claim: it keeps its first `p_rows` items, the rest becomes a claim of its own, whose epoch is returned. NULL
-- where it was split so before: who asks again did not hear the answer, and the rest is free with the session it came
-- from.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_split(p_ledger_id bigint, p_epoch bigint, p_rows integer)
    RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'apply a run');
    v_batch {S}.birth_backfill_batch;
    v_epoch bigint;
BEGIN
    -- The entry first, then the batch: in the order in which a claim takes them.
    SELECT last_epoch + 1 INTO v_epoch FROM {S}.birth_backfill_ledger WHERE ledger_id = p_ledger_id
        FOR NO KEY UPDATE;
    v_batch := {S}._birth_batch_claimed(p_ledger_id, p_epoch);
    IF p_rows = v_batch.seq_to - v_batch.seq_from + 1 THEN
        RETURN NULL;
    END IF;
    IF p_rows IS NULL OR p_rows < 1 OR p_rows > v_batch.seq_to - v_batch.seq_from THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_split', 'a split leaves at least one row on each side',
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch, 'rows', p_rows), 'Split a larger claim.');
    END IF;
    UPDATE {S}.birth_backfill_batch
    SET seq_to = seq_from + p_rows - 1
    WHERE ledger_id = p_ledger_id AND epoch = p_epoch;
    PERFORM {S}._birth_batch_open(p_ledger_id, v_epoch, v_batch.seq_from + p_rows, v_batch.seq_to, v_person);
    RETURN v_epoch;
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_split(bigint, bigint, integer) IS
    'Splits a claim: it keeps its first p_rows items. Returns the epoch of the rest, or NULL if it was split '
    'before. For birth_operator. Raises BR002 bad_split, and what _birth_actor raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_heartbeat(bigint, bigint),
    {S}.birth_backfill_split(bigint, bigint, integer) TO birth_operator;
