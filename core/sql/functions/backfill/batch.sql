-- Apply a claimed batch: the only way to write the registry. One transaction does the work and records its outcome.
-- A single item that cannot be registered is set aside with the server's reason; a larger batch fails as a whole, and
-- its caller splits it. With `p_next` it also claims that many rows more: they are committed as claimed together with
-- what was done, before any worker begins them. `next` is what birth_backfill_claim answers, or NULL. `server_seconds`
-- is the work on the rows, `lock_seconds` what it took to get hold of what all workers share.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_apply_batch(
    p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer DEFAULT NULL,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb,
    OUT finished_us bigint, OUT server_seconds double precision, OUT lock_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS}
-- Nor may its caller switch off what the register function asserts, or let a source's policies run as the owner.
SET "plpgsql.check_asserts" = 'on' SET row_security = 'off'
SET transform_null_equals = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'apply a run');
    v_entry {S}.birth_backfill_ledger;
    v_batch {S}.birth_backfill_batch;
    v_permit bigint;
    v_before jsonb;
    v_writes jsonb;
    v_done record;
    v_began timestamptz := clock_timestamp();
    v_held timestamptz;
    v_worked timestamptz;
    v_finished timestamptz;
    v_began_with pg_snapshot;
    v_catalogs bigint;
    v_snapshot pg_snapshot;
    v_shards jsonb;
BEGIN
    PERFORM {S}._birth_batch_alone(p_ledger_id);
    PERFORM {S}._birth_batch_in_order();
    PERFORM {S}._birth_batch_apart();
    SELECT * INTO v_entry FROM {S}.birth_backfill_ledger WHERE ledger_id = p_ledger_id;
    PERFORM {S}._birth_batch_run(v_entry.run_id);
    v_batch := {S}._birth_batch_claimed(p_ledger_id, p_epoch);
    v_held := clock_timestamp();
    IF p_rows IS NULL OR v_batch.seq_to - v_batch.seq_from + 1 > p_rows THEN
        PERFORM {S}.birth_refuse('BR002', 'batch_too_large',
            format('the claim holds %s rows, more than %s', v_batch.seq_to - v_batch.seq_from + 1, p_rows),
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch),
            'Allow as many rows as were claimed.');
    END IF;
    IF NOT {S}._birth_backfill_is_watched(v_entry.run_id) THEN
        PERFORM {S}._birth_check_gates(v_entry.run_id);
    END IF;
    v_catalogs := {S}._birth_catalogs_written();
    v_began_with := pg_current_snapshot();
    PERFORM {S}._birth_batch_pins(v_entry);
    v_permit := {S}._birth_batch_permit(v_entry);
    v_before := {S}._birth_batch_writes(true);
    SELECT * INTO v_done
    FROM {S}._birth_batch_attempt(v_entry, v_batch.seq_from, v_batch.seq_to, v_began_with, v_catalogs);
    IF v_done.quarantined < v_batch.seq_to - v_batch.seq_from + 1 THEN
        v_writes := {S}._birth_batch_written(v_before, v_entry.collection_name, v_done.registered);
    ELSE
        -- Nothing was registered, and what was undone would be counted, too.
        v_writes := jsonb_build_object(format('%I.birth_backfill_quarantine', {s}), v_done.quarantined);
    END IF;
    v_snapshot := {S}._birth_batch_snapshot();
    -- Once more: what was replaced while the batch ran was not what the plan pinned, even if it is back by now. One
    -- subtransaction was just undone.
    PERFORM {S}._birth_batch_pins(v_entry, {S}._birth_is_calm(v_began_with, v_catalogs, v_snapshot, 1));
    v_shards := {S}.birth_shard_snapshots(true);
    v_worked := clock_timestamp();
    -- What every worker updates comes last: the budget, then the entry, then the head of the chain.
    PERFORM {S}._birth_batch_spend(v_permit, v_done.registered);
    -- What its outcome rests on is looked at again when it commits; what was made immediate above would be looked at
    -- now.
    SET CONSTRAINTS {S}.birth_batch_commits DEFERRED;
    UPDATE {S}.birth_backfill_batch AS b
    SET permit_id = v_permit,
        registered = v_done.registered,
        existing = v_done.existing,
        vanished = v_done.vanished,
        quarantined = v_done.quarantined,
        writes = v_writes,
        transaction_id = pg_current_xact_id(),
        snapshot = v_snapshot,
        shards = v_shards,
        finished_at = clock_timestamp()
    WHERE b.ledger_id = p_ledger_id AND b.epoch = p_epoch
    RETURNING b.finished_at INTO v_finished;
    PERFORM {S}._birth_limit_count(v_entry, v_done.quarantined, v_done.vanished);
    IF p_next IS NOT NULL AND {S}._birth_limit_passed(v_entry.run_id) IS NULL THEN
        SELECT to_jsonb(c) INTO next FROM {S}.birth_backfill_claim(v_entry.run_id, p_next) AS c;
    END IF;
    PERFORM {S}.birth_ledger_append('batch', jsonb_build_object(
        'run', v_entry.run_id, 'ledger_id', p_ledger_id, 'epoch', p_epoch,
        'from', v_batch.seq_from, 'to', v_batch.seq_to,
        'permit', v_permit, 'person', v_person,
        'registered', v_done.registered, 'existing', v_done.existing,
        'vanished', v_done.vanished, 'quarantined', v_done.quarantined,
        'rows', {S}._birth_batch_images(p_ledger_id, p_epoch, v_permit)
            || CASE WHEN v_done.quarantined + v_done.vanished > 0
                THEN {S}._birth_images('birth_backfill_limit', 't.run_id = $1', v_entry.run_id)
                    || {S}._birth_images('birth_backfill_quarantine',
                        format('t.ledger_id = $1 AND t.seq BETWEEN %s AND %s', v_batch.seq_from, v_batch.seq_to),
                        p_ledger_id)
                ELSE '[]' END));
    SELECT v_done.registered, v_done.existing, v_done.vanished, v_done.quarantined
    INTO registered, existing, vanished, quarantined;
    finished_us := {S}._birth_microseconds(v_finished);
    -- What it took to come by the rows that all workers share is waiting for others, not work on rows.
    lock_seconds := extract(epoch FROM v_held - v_began) + extract(epoch FROM clock_timestamp() - v_worked);
    server_seconds := extract(epoch FROM v_worked - v_held);
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_apply_batch(bigint, bigint, integer, integer) IS
    'Applies a claimed batch, the only way to write the registry: checks claim, gates, permit and pins, registers, '
    'counts and records. For birth_operator. Raises BR002 batch_too_large, and what _birth_actor raises.';

-- To the nodes of a registry that Citus spreads, a batch has one connection each: what they count is all that it wrote.
CREATE OR REPLACE FUNCTION {S}._birth_batch_in_order() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF {S}.birth_registry_is_spread() THEN
        PERFORM set_config('citus.max_adaptive_executor_pool_size', '1', true),
            set_config('citus.multi_shard_modify_mode', 'sequential', true);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_in_order() IS
    'Has a batch write to each node of Citus by one connection. Private.';

DROP FUNCTION IF EXISTS {S}._birth_batch_attempt({S}.birth_backfill_ledger, bigint, bigint);

-- Register a range. A range of one item that the server or the register function refuses goes into quarantine; what a
-- repetition may cure (a deadlock, a timeout, a lost lock) and our own refusals are passed on.
CREATE OR REPLACE FUNCTION {S}._birth_batch_attempt(p_entry {S}.birth_backfill_ledger, p_from bigint,
    p_to bigint, p_began_with pg_snapshot, p_catalogs bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_done record;
    v_state text;
BEGIN
    IF p_from < p_to THEN
        SELECT * INTO v_done FROM {S}._birth_batch_register(p_entry, p_from, p_to, p_began_with, p_catalogs);
    ELSE
        BEGIN
            SELECT * INTO v_done FROM {S}._birth_batch_register(p_entry, p_from, p_to, p_began_with, p_catalogs);
        EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
            v_state := SQLSTATE;
            IF NOT {S}._birth_is_poison(v_state) THEN
                RAISE;
            END IF;
            INSERT INTO {S}.birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
            SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, v_state, left(SQLERRM, 1000)
            FROM {S}.birth_backfill_item AS i WHERE i.ledger_id = p_entry.ledger_id AND i.seq = p_from;
            SELECT 0, 0, 0, 1 INTO registered, existing, vanished, quarantined;
            RETURN;
        END;
    END IF;
    SELECT v_done.registered, v_done.existing, v_done.vanished, v_done.quarantined
    INTO registered, existing, vanished, quarantined;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_attempt({S}.birth_backfill_ledger, bigint, bigint, pg_snapshot, bigint) IS
    'Registers a range. If it is one item that the register function refuses, it goes into quarantine with the '
    'reason. Private.';

-- The transactions visible when a batch has written its rows, its own subtransactions among them: an item alone is
-- registered in one, and a register function may open one for each row. A snapshot reaches as far as the latest
-- transaction that ended, and a subtransaction ends with its batch, unless it is undone: so one is undone here.
CREATE OR REPLACE FUNCTION {S}._birth_batch_snapshot() RETURNS pg_snapshot
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    BEGIN
        -- Takes a transaction number, and leaves no row.
        PERFORM pg_logical_emit_message(true, 'birth'::text, ''::text);
        RAISE SQLSTATE 'BR999';
    EXCEPTION WHEN SQLSTATE 'BR999' OR insufficient_privilege THEN
    END;
    RETURN pg_current_snapshot();
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_snapshot() IS
    'The transactions visible when a batch has written its rows, its own subtransactions among them. Private.';

-- Whether an error speaks of the row that caused it. Not: what another session, the server, rights or our own gates
-- refuse. The console splits batches by the same rule, but for 54: a smaller batch may stay below a limit.
CREATE OR REPLACE FUNCTION {S}._birth_is_poison(p_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p_state = 'BR008'
        OR left(p_state, 2) NOT IN ('00', '01', '02', '03', '08', '0A', '0L', '0P', '25', '26', '28', '2B', '2D', '34',
            '3B', '3D', '3F', '40', '53', '55', '57', '58', 'BR', 'F0', 'HV', 'XX')
        -- How deep a stack may grow is the server's to say, and how deep it is already, the caller's.
        AND p_state NOT IN ('42501', '54001')
$body$;
COMMENT ON FUNCTION {S}._birth_is_poison(text) IS
    'True if an error speaks of the row that caused it, not of the server, its load or a refusal by the console. '
    'Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_apply_batch(bigint, bigint, integer, integer) TO birth_operator;
