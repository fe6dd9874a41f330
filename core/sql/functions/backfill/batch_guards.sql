-- A batch comes first in its transaction, and ends with it. What its caller left to be checked at commit would be
-- checked here, as the owner. A transaction that can be prepared could commit whenever its caller likes, with permit
-- and gates long closed: the event of a batch sees to it that its transaction cannot be.
CREATE OR REPLACE FUNCTION {S}._birth_batch_alone(p_ledger_id bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'not_alone',
            'a batch needs its own transaction: this one has already written',
            jsonb_build_object('ledger_id', p_ledger_id),
            'Commit, then apply the batch.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_alone(bigint) IS
    'Refuses a batch in a transaction that has written before. Private. Raises BR002 not_alone.';

-- No batch runs beside what a login of the console made: the company's code could take it for its own. A temporary
-- table stands in for one that is named without a schema; a function, an operator or a type may fit better than the
-- meant one. Nothing can be made between this look and the call.
CREATE OR REPLACE FUNCTION {S}._birth_batch_apart() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_temporary text := (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema());
    v_found text[];
BEGIN
    WITH person AS MATERIALIZED (
        SELECT r.oid FROM pg_roles AS r
        WHERE NOT r.rolsuper
          AND (r.rolname = session_user OR r.rolname IN (SELECT login FROM {S}.birth_person_login))
    ), role AS MATERIALIZED (
        SELECT oid, true AS is_person FROM person
        UNION ALL
        -- What its login can be, it could be while it made something of its session alone.
        SELECT r.oid, false FROM pg_roles AS r
        WHERE r.oid NOT IN (SELECT oid FROM person) AND pg_has_role(session_user, r.oid, 'MEMBER')
          AND NOT (SELECT s.rolsuper FROM pg_roles AS s WHERE s.rolname = session_user)
    )
    SELECT array_agg(concat(o.type, ' ', o.identity) ORDER BY o.identity COLLATE "C") INTO v_found
    FROM role
    JOIN pg_shdepend AS d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = role.oid AND d.deptype = 'o'
        AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
    WHERE d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass,
            'pg_opclass'::regclass, 'pg_namespace'::regclass)
      -- Another session's temporary objects are not seen here.
      AND (o.schema = v_temporary OR role.is_person AND coalesce(o.schema, '') !~ '^pg_temp');
    IF v_found IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'objects_planted',
            format('%s objects of logins stand where the company''s code may look for names', cardinality(v_found)),
            jsonb_build_object('objects', v_found[1:5]),
            'Drop them, or give them to a role that no person here belongs to. Then apply again.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_apart() IS
    'Refuses a batch if its login made temporary objects in this session, or a person of the console owns objects. '
    'Private. Raises BR003 objects_planted.';

-- The run must be at work, and stay so until this batch commits: who supersedes or certifies it waits. One that
-- was brought to its end has no claim left: a worker that comes late with one is told that it is lost.
CREATE OR REPLACE FUNCTION {S}._birth_batch_run(p_run bigint) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_status text;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN ROW SHARE MODE;
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR SHARE;
    IF v_status IS NULL OR v_status NOT IN ('applying', 'applied', 'certified') THEN
        PERFORM {S}.birth_refuse('BR004', 'run_not_applying',
            concat(format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
                (SELECT format(' by run %s, planned by %s', o.run_id, o.planned_by)
                FROM {S}.birth_backfill_run AS r
                JOIN {S}.birth_backfill_run AS o ON o.run_id = r.superseded_by
                WHERE r.run_id = p_run)),
            jsonb_build_object('run', p_run, 'status', v_status),
            'Start the run: `birth-console apply`.');
    END IF;
    RETURN v_status;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_run(bigint) IS
    'Locks a run for a batch or claim and returns its status. Refuses a run that is not being applied. Private. '
    'Raises BR004 run_not_applying.';

-- An open permit, locked so that closing it waits for this batch, and judged by the server's clock at this moment. Its
-- gateway is held against the plan's, which was just found to be the live one.
CREATE OR REPLACE FUNCTION {S}._birth_batch_permit(p_entry {S}.birth_backfill_ledger) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_permit bigint;
    v_live jsonb := (SELECT gateway FROM {S}.birth_backfill_run WHERE run_id = p_entry.run_id);
    v_expected jsonb;
BEGIN
    LOCK TABLE {S}.birth_admission_permit IN ROW SHARE MODE;
    v_permit := {S}.birth_permit_for(p_entry.collection_name, p_entry.run_id);
    SELECT jsonb_build_object('norm_md5', expect_gateway, 'full_sha256', expect_full)
    INTO v_expected
    FROM {S}.birth_admission_permit
    WHERE permit_id = v_permit AND closed_at IS NULL AND expires_at > clock_timestamp()
    FOR SHARE;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'permit_in_scope',
            format('no open permit with budget covers %s', p_entry.collection_name),
            jsonb_build_object('gates', jsonb_build_array(jsonb_build_object(
                'gate', 'permit_in_scope',
                'evidence', jsonb_build_object('collection', p_entry.collection_name,
                    'permits', {S}.birth_permit_refusals(p_entry.collection_name, p_entry.run_id))))),
            'Ask a gatekeeper to open a permit.');
    END IF;
    IF NOT coalesce(v_live @> v_expected, false) THEN
        PERFORM {S}.birth_refuse('BR004', 'gateway_changed',
            'the gateway no longer matches the permit',
            jsonb_build_object('permit', v_permit, 'permitted', v_expected, 'live', v_live),
            'Ask the gateway''s owner about the change. Close this permit, then open a new one.');
    END IF;
    RETURN v_permit;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_permit({S}.birth_backfill_ledger) IS
    'The open permit that covers an entry, locked until the batch commits. Refuses without one, or if the gateway '
    'changed. Private. Raises BR003 permit_in_scope; BR004 gateway_changed.';

DROP FUNCTION IF EXISTS {S}._birth_batch_pins({S}.birth_backfill_ledger);

-- What the plan pinned must still hold: gateway, triggers, identity, and the very table. With `p_is_calm` this was
-- looked at before in this transaction, and _birth_is_calm tells that none of it changed: then only what the register
-- function may have written is looked at.
CREATE OR REPLACE FUNCTION {S}._birth_batch_pins(
    p_entry {S}.birth_backfill_ledger, p_is_calm boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
    v_policy text;
    v_drift text[];
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run WHERE run_id = p_entry.run_id;
    IF v_run.withdraws IS NOT NULL THEN
        PERFORM {S}._birth_withdraw_pins(p_entry);
        RETURN;
    END IF;
    -- No session takes the identity back or exempts the collection between this check and the commit.
    PERFORM FROM {S}.birth_identity WHERE collection_name = p_entry.collection_name FOR SHARE;
    v_policy := {S}._birth_policy_hold(p_entry.collection_name);
    v_drift := array_remove(ARRAY[
        -- Few alerts concern the run: they are looked at where there are more or fewer than when it was planned, and
        -- each time that all gates are checked.
        CASE WHEN v_run.alert_rows IS DISTINCT FROM {S}.birth_bound_count('alerts')
                AND EXISTS (SELECT FROM {S}.birth_alerts_changed(v_run.run_id))
            THEN 'alert_rows' END,
        CASE WHEN NOT {S}.birth_shards_kept(v_run.shards)
            THEN 'shards' END,
        CASE WHEN v_policy IS DISTINCT FROM 'REQUIRED'
            THEN 'policy_required' END
    ], NULL);
    IF NOT p_is_calm THEN
        v_drift := v_drift || array_remove(ARRAY[
            CASE WHEN NOT p_entry.columns || p_entry.locator <@ ARRAY(
                    SELECT attname::text FROM pg_attribute
                    WHERE attrelid = p_entry.relid AND attnum > 0 AND NOT attisdropped)
                    OR p_entry.identity_pins <> {S}.birth_identity_pins(p_entry.relid, p_entry.columns)
                THEN 'columns' END,
            CASE WHEN p_entry.locator_pins <> {S}.birth_locator_pins(p_entry.relid, p_entry.locator)
                THEN 'locator' END,
            CASE WHEN v_run.gateway IS DISTINCT FROM {S}.birth_gateway_fingerprint()
                THEN 'gateway' END,
            CASE WHEN NOT {S}._birth_triggers_carried(
                    v_run.registry_triggers, {S}.birth_bound_table('registry'))
                THEN 'registry_triggers' END,
            CASE WHEN NOT {S}._birth_triggers_carried(p_entry.triggers, p_entry.relid)
                THEN 'triggers' END,
            CASE WHEN p_entry.relid IS DISTINCT FROM {S}.birth_collection_table(p_entry.collection_name)
                THEN 'table' END,
            CASE WHEN NOT EXISTS (SELECT FROM {S}.birth_identity
                    WHERE collection_name = p_entry.collection_name AND version = p_entry.identity_version)
                THEN 'identity' END
        ], NULL);
    END IF;
    IF cardinality(v_drift) > 0 THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_stale',
            format('the plan of %s is stale, changed: %s', p_entry.collection_name, array_to_string(v_drift, ', ')),
            jsonb_build_object('collection', p_entry.collection_name, 'drift', v_drift),
            'Plan again.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_pins({S}.birth_backfill_ledger, boolean) IS
    'Refuses an entry whose pins no longer hold: gateway, triggers, identity, table, policy, alerts. Private. '
    'Raises BR004 plan_stale.';

-- Take rows from a permit's budget; refuses where that does not cover them.
CREATE OR REPLACE FUNCTION {S}._birth_batch_spend(p_permit bigint, p_rows bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE {S}.birth_admission_budget
    SET used_rows = used_rows + p_rows
    WHERE permit_id = p_permit AND used_rows + p_rows <= budget_rows;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'budget_left',
            format('the budget of permit %s does not cover this batch', p_permit),
            (SELECT jsonb_build_object('permit', p_permit, 'budget', budget_rows, 'used', used_rows, 'batch', p_rows)
            FROM {S}.birth_admission_budget
            WHERE permit_id = p_permit),
            'Ask a gatekeeper for a larger permit.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_spend(bigint, bigint) IS
    'Takes rows from a permit''s budget. Refuses if they are more than it has left. Private. Raises BR003 '
    'budget_left.';
