-- Apply a claimed batch: the only way to write the registry. One transaction does the work and records its outcome.
-- A single item that cannot be registered is set aside with the server's reason; a larger batch fails as a whole, and
-- its caller splits it. With `p_next` it also claims that many rows more: they are committed as claimed together with
-- what was done, before anybody works on them. `next` is what birth_backfill_claim answers, or NULL.
CREATE FUNCTION {S}.birth_backfill_apply_batch(p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer DEFAULT NULL,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET "DateStyle" = 'ISO, YMD' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'iso_8601'
-- Nor may its caller switch off what the register function asserts, or let a source's policies run as the owner.
SET "plpgsql.check_asserts" = 'on' SET row_security = 'off' SET standard_conforming_strings = 'on' SET transform_null_equals = 'off'
SET quote_all_identifiers = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_person text := {S}.birth_actor('birth_operator', 'apply a run');
    v_entry {S}.birth_backfill_ledger;
    v_batch {S}.birth_backfill_batch;
    v_permit bigint;
    v_before jsonb;
    v_writes jsonb;
    v_done record;
BEGIN
    PERFORM {S}.birth_batch_alone(p_ledger_id);
    SELECT * INTO v_entry FROM {S}.birth_backfill_ledger WHERE ledger_id = p_ledger_id;
    PERFORM {S}.birth_batch_run(v_entry.run_id);
    v_batch := {S}.birth_batch_claimed(p_ledger_id, p_epoch);
    IF p_rows IS NULL OR v_batch.seq_to - v_batch.seq_from + 1 > p_rows THEN
        PERFORM {S}.birth_refuse('BR002', 'batch_too_large', format('the claim holds %s rows, more than %s', v_batch.seq_to - v_batch.seq_from + 1, p_rows),
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch), 'Allow as many rows as were claimed.');
    END IF;
    IF NOT {S}.birth_backfill_is_watched(v_entry.run_id) THEN
        PERFORM {S}.birth_backfill_look(v_entry.run_id);
    END IF;
    PERFORM {S}.birth_batch_pins(v_entry);
    v_permit := {S}.birth_batch_permit(v_entry);
    v_before := {S}.birth_batch_writes();
    SELECT * INTO v_done FROM {S}.birth_batch_attempt(v_entry, v_batch.seq_from, v_batch.seq_to);
    IF v_done.quarantined < v_batch.seq_to - v_batch.seq_from + 1 THEN
        v_writes := {S}.birth_batch_written(v_before, v_entry.collection_name, v_done.registered);
    ELSE
        -- Nothing was registered, and what was undone would be counted, too.
        v_writes := jsonb_build_object(format('%I.birth_backfill_quarantine', {s}), v_done.quarantined);
    END IF;
    -- Once more: what was replaced while the batch ran was not what the plan pinned, even if it is back by now.
    PERFORM {S}.birth_batch_pins(v_entry);
    -- What every worker updates comes last: the budget, then the entry, then the head of the chain.
    PERFORM {S}.birth_batch_spend(v_permit, v_done.registered);
    UPDATE {S}.birth_backfill_batch AS b SET permit_id = v_permit, registered = v_done.registered, existing = v_done.existing,
        vanished = v_done.vanished, quarantined = v_done.quarantined, writes = v_writes, transaction_id = pg_current_xact_id(), finished_at = clock_timestamp()
    WHERE b.ledger_id = p_ledger_id AND b.epoch = p_epoch;
    IF p_next IS NOT NULL THEN
        SELECT to_jsonb(c) INTO next FROM {S}.birth_backfill_claim(v_entry.run_id, p_next) AS c;
    END IF;
    PERFORM {S}.birth_ledger_append('batch', jsonb_build_object('run', v_entry.run_id, 'ledger_id', p_ledger_id, 'epoch', p_epoch,
        'from', v_batch.seq_from, 'to', v_batch.seq_to, 'permit', v_permit, 'person', v_person, 'registered', v_done.registered,
        'existing', v_done.existing, 'vanished', v_done.vanished, 'quarantined', v_done.quarantined));
    SELECT v_done.registered, v_done.existing, v_done.vanished, v_done.quarantined INTO registered, existing, vanished, quarantined;
END
$body$;

-- A batch comes first in its transaction, and ends with it. What its caller left to be checked at commit would be checked here,
-- as the owner; and a transaction that can be prepared could commit whenever its caller likes, with permit and gates long
-- closed: whoever exported a snapshot cannot prepare it.
CREATE FUNCTION {S}.birth_batch_alone(p_ledger_id bigint) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'not_alone', 'a batch is a transaction of its own: this one wrote before',
            jsonb_build_object('ledger_id', p_ledger_id), 'Commit, then apply the batch.');
    ELSIF current_setting('max_prepared_transactions')::integer > 0 THEN
        PERFORM pg_export_snapshot();
    END IF;
END
$body$;

-- The run must be at work, and stay so until this batch commits: whoever supersedes or certifies it waits. One that
-- was brought to its end has no claim left: whoever comes late with one is told that it is lost.
CREATE FUNCTION {S}.birth_batch_run(p_run bigint) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_status text;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN ROW SHARE MODE;
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR SHARE;
    IF v_status IS NULL OR v_status NOT IN ('applying', 'applied', 'certified') THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_applying', concat(format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
                (SELECT format(' by run %s, planned by %s', o.run_id, o.planned_by) FROM {S}.birth_backfill_run AS r
                    JOIN {S}.birth_backfill_run AS o ON o.run_id = r.superseded_by WHERE r.run_id = p_run)),
            jsonb_build_object('run', p_run, 'status', v_status), 'Only a run that was begun is applied.');
    END IF;
    RETURN v_status;
END
$body$;

-- An open permit, locked so that closing it waits for this batch, and judged by the server's clock at this moment. Its
-- gateway is held against the plan's, which was just found to be the live one.
CREATE FUNCTION {S}.birth_batch_permit(p_entry {S}.birth_backfill_ledger) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_permit bigint;
    v_live jsonb := (SELECT gateway FROM {S}.birth_backfill_run WHERE run_id = p_entry.run_id);
    v_expected jsonb;
BEGIN
    LOCK TABLE {S}.birth_admission_permit IN ROW SHARE MODE;
    v_permit := {S}.birth_permit_for(p_entry.collection_name);
    SELECT jsonb_build_object('norm_md5', expect_gateway, 'full_sha256', expect_full) INTO v_expected FROM {S}.birth_admission_permit
    WHERE permit_id = v_permit AND closed_at IS NULL AND expires_at > clock_timestamp() FOR SHARE;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'permit_in_scope', format('no open permit with budget covers %s', p_entry.collection_name),
            jsonb_build_object('gates', jsonb_build_array(jsonb_build_object('gate', 'permit_in_scope', 'evidence', jsonb_build_object('collection', p_entry.collection_name)))),
            'Ask a gatekeeper to open one.');
    END IF;
    IF NOT coalesce(v_live @> v_expected, false) THEN
        PERFORM {S}.birth_refuse('BR004', 'gateway_changed', 'the gateway is not the one the permit was opened for',
            jsonb_build_object('permit', v_permit, 'permitted', v_expected, 'live', v_live), 'Find out who changed it, then open a permit for what it is now.');
    END IF;
    RETURN v_permit;
END
$body$;

-- What the plan pinned must still hold: gateway, triggers, identity, and the very table.
CREATE FUNCTION {S}.birth_batch_pins(p_entry {S}.birth_backfill_ledger) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
    v_drift text[];
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run WHERE run_id = p_entry.run_id;
    -- Nobody takes the identity back or exempts the collection between this look and the commit.
    PERFORM FROM {S}.birth_identity WHERE collection_name = p_entry.collection_name FOR SHARE;
    PERFORM FROM {S}.birth_policy WHERE collection_name = p_entry.collection_name FOR SHARE;
    v_drift := array_remove(ARRAY[
        CASE WHEN v_run.alert_rows IS DISTINCT FROM (SELECT count(*) FROM {S}.trigger_guard_alerts) THEN 'alert_rows' END,
        CASE WHEN NOT p_entry.columns || p_entry.locator <@ ARRAY(SELECT attname::text FROM pg_attribute
            WHERE attrelid = p_entry.relid AND attnum > 0 AND NOT attisdropped) THEN 'columns' END,
        CASE WHEN v_run.gateway IS DISTINCT FROM {S}.birth_gateway_fingerprint() THEN 'gateway' END,
        CASE WHEN v_run.registry_triggers IS DISTINCT FROM {S}.birth_trigger_fingerprint(format('%I.birth_registry', {s})::regclass) THEN 'registry_triggers' END,
        CASE WHEN p_entry.triggers IS DISTINCT FROM {S}.birth_trigger_fingerprint(p_entry.relid) THEN 'triggers' END,
        CASE WHEN p_entry.relid IS DISTINCT FROM {S}.birth_collection_table(p_entry.collection_name) THEN 'table' END,
        CASE WHEN NOT EXISTS (SELECT FROM {S}.birth_identity WHERE collection_name = p_entry.collection_name AND version = p_entry.identity_version) THEN 'identity' END,
        CASE WHEN NOT EXISTS (SELECT FROM {S}.birth_policy WHERE collection_name = p_entry.collection_name AND requirement = 'REQUIRED') THEN 'policy_required' END
    ], NULL);
    IF cardinality(v_drift) > 0 THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_stale', format('what the plan of %s pinned has changed: %s', p_entry.collection_name, array_to_string(v_drift, ', ')),
            jsonb_build_object('collection', p_entry.collection_name, 'drift', v_drift), 'Plan again.');
    END IF;
END
$body$;

CREATE FUNCTION {S}.birth_batch_spend(p_permit bigint, p_rows bigint) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE {S}.birth_admission_budget SET used_rows = used_rows + p_rows WHERE permit_id = p_permit AND used_rows + p_rows <= budget_rows;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'budget_left', format('the budget of permit %s does not cover this batch', p_permit),
            (SELECT jsonb_build_object('permit', p_permit, 'budget', budget_rows, 'used', used_rows, 'batch', p_rows) FROM {S}.birth_admission_budget WHERE permit_id = p_permit),
            'Ask a gatekeeper for a larger one.');
    END IF;
END
$body$;

-- Rows written by this session and not reported yet, by table: inserted, updated and deleted together. Beside them,
-- under '', by how many rows the registry grew. Two looks within a transaction tell what was written in between.
CREATE FUNCTION {S}.birth_batch_writes() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH touched AS MATERIALIZED (
        -- Not each of thousands of tables: whoever writes one keeps a lock on it. Those that a batch may write are among
        -- them in any case: they may have figures of an earlier transaction.
        SELECT relation AS relid FROM pg_locks
        WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'RowShareLock')
        UNION SELECT to_regclass(name)::oid FROM unnest(ARRAY[format('%I.birth_registry', {s}), format('%I.birth_backfill_quarantine', {s})]
            || (SELECT value FROM {S}.birth_setting WHERE birth_setting.name = 'register_writes')) AS name
    )
    SELECT coalesce(jsonb_object_agg(w.relid::text, w.ins + w.upd + w.del), '{{}}') || jsonb_build_object('',
        coalesce(sum(w.ins - w.del) FILTER (WHERE w.relid = format('%I.birth_registry', {s})::regclass), 0))
    -- What pg_stat_xact_user_tables shows, without what it reads besides.
    FROM (SELECT c.oid AS relid, pg_stat_get_xact_tuples_inserted(c.oid) AS ins, pg_stat_get_xact_tuples_updated(c.oid) AS upd,
            pg_stat_get_xact_tuples_deleted(c.oid) AS del
        FROM touched JOIN pg_class AS c ON c.oid = touched.relid
        WHERE c.relkind IN ('r', 'm') AND c.relnamespace <> 'pg_catalog'::regnamespace) AS w
    WHERE w.ins + w.upd + w.del > 0
$body$;

-- What registering wrote, by table; refuses where that is more than the registry, the quarantine and the tables that
-- the register function is known to write, and where the registry grew by more than the planned rows.
CREATE FUNCTION {S}.birth_batch_written(p_before jsonb, p_collection text, p_registered bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_after jsonb := {S}.birth_batch_writes();
    v_grown bigint := (v_after ->> '')::bigint - (p_before ->> '')::bigint;
    v_writes jsonb;
    v_elsewhere text[];
BEGIN
    IF NOT current_setting('track_counts')::boolean THEN
        PERFORM {S}.birth_refuse('BR005', 'writes_unseen', 'what a batch writes cannot be seen: track_counts is off',
            jsonb_build_object('track_counts', 'off'), 'Switch track_counts on for this database.');
    ELSIF v_grown > p_registered THEN
        PERFORM {S}.birth_refuse('BR005', 'registered_besides', format('registering %s rows of %s put %s rows into the registry', p_registered, p_collection, v_grown),
            jsonb_build_object('collection', p_collection, 'registered', p_registered, 'rows', v_grown),
            'Nothing of this batch was kept. The register function must register what it is given, under the origin it is given, and nothing else.');
    END IF;
    SELECT jsonb_object_agg(relid::oid::regclass, rows::bigint - coalesce((p_before ->> relid)::bigint, 0)) INTO v_writes
    FROM jsonb_each_text(v_after - '') AS w(relid, rows) WHERE rows::bigint > coalesce((p_before ->> relid)::bigint, 0);
    SELECT array_agg(name) INTO v_elsewhere FROM jsonb_object_keys(v_writes) AS name
    WHERE name NOT IN (format('%I.birth_registry', {s}), format('%I.birth_backfill_quarantine', {s}))
      AND name <> ALL (SELECT unnest(value) FROM {S}.birth_setting WHERE birth_setting.name = 'register_writes');
    IF v_elsewhere IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR005', 'wrote_elsewhere', format('registering rows of %s also wrote %s', p_collection, array_to_string(v_elsewhere, ', ')),
            jsonb_build_object('collection', p_collection, 'tables', v_elsewhere),
            'Nothing of this batch was kept. Where the register function may write there, whoever installs names all such tables: `birth-console init --register-writes SCHEMA.TABLE …`, with --collections as before.');
    END IF;
    RETURN v_writes;
END
$body$;

-- Whether an error speaks of the row that caused it. Not: what another session, the server, rights or our own gates
-- refuse. The console splits batches by the same rule, but for 54: a smaller batch may stay below a limit.
CREATE FUNCTION {S}.birth_is_poison(p_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p_state = 'BR008' OR left(p_state, 2) NOT IN ('00', '01', '02', '03', '08', '0L', '0P', '25', '26', '28', '2B', '2D', '34',
        '3B', '3D', '3F', '40', '53', '55', '57', '58', 'BR', 'F0', 'HV', 'XX')
        -- How deep a stack may grow is the server's to say, and how deep it is already, the caller's.
        AND p_state NOT IN ('42501', '54001')
$body$;

-- Register a range. A range of one item that the server or the register function refuses goes into quarantine; what a
-- repetition may cure (a deadlock, a timeout, a lost lock) and our own refusals are passed on.
CREATE FUNCTION {S}.birth_batch_attempt(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_done record;
    v_state text;
BEGIN
    IF p_from < p_to THEN
        SELECT * INTO v_done FROM {S}.birth_batch_register(p_entry, p_from, p_to);
    ELSE
        BEGIN
            SELECT * INTO v_done FROM {S}.birth_batch_register(p_entry, p_from, p_to);
        EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
            v_state := SQLSTATE;
            IF NOT {S}.birth_is_poison(v_state) THEN
                RAISE;
            END IF;
            INSERT INTO {S}.birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
            SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, v_state, left(SQLERRM, 1000)
            FROM {S}.birth_backfill_item AS i WHERE i.ledger_id = p_entry.ledger_id AND i.seq = p_from;
            SELECT 0, 0, 0, 1 INTO registered, existing, vanished, quarantined;
            RETURN;
        END;
    END IF;
    SELECT v_done.registered, v_done.existing, v_done.vanished, v_done.quarantined INTO registered, existing, vanished, quarantined;
END
$body$;

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_apply_batch(bigint, bigint, integer, integer) TO birth_operator;
