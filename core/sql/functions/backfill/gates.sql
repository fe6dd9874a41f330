-- Everything that the gates before an apply look at, as it is now, beside what the plan pinned.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_facts(p_run bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
    v_readiness jsonb;
    v_instead text := {S}.birth_distributed_attested();
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run WHERE run_id = p_run;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_run',
            format('unknown run %s', p_run),
            jsonb_build_object('run', p_run),
            'See `birth-console ledger`.');
    END IF;
    SELECT jsonb_object_agg(metric, value) INTO v_readiness FROM {S}.birth_readiness();
    RETURN {S}.birth_withdrawal_facts(v_run, jsonb_build_object(
        'run', p_run, 'status', v_run.status, 'superseded_by', v_run.superseded_by, 'digest', v_run.digest,
        'qt001_gate', v_readiness ->> 'qt001_gate', 'open_permits', v_readiness ->> 'open_permits',
        'reconciled_by', v_run.reconciled_by,
        'control', (
            SELECT jsonb_build_object('command', command, 'reason', reason, 'by', steered_by)
            FROM {S}.birth_backfill_control WHERE run_id = p_run),
        'audit', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('check', a.id, 'evidence', a.evidence)), '[]')
            FROM {S}.birth_audit() AS a WHERE a.verdict NOT IN ('passed', 'warning')),
        'register_function', {S}.birth_register_function() IS NOT NULL,
        'unseen', (SELECT coalesce(jsonb_agg(to_jsonb(u)), '[]') FROM {S}.birth_unseen_writes() AS u),
        'gateway', jsonb_build_object('planned', v_run.gateway, 'live', {S}.birth_gateway_fingerprint()),
        'registry_triggers', jsonb_build_object('planned', v_run.registry_triggers,
            'live', {S}.birth_triggers_live(v_run.registry_triggers, {S}.birth_bound_table('registry'))),
        'alert_rows', jsonb_build_object('planned', '[]'::jsonb, 'live', {S}.birth_alert_evidence(p_run)),
        'server', jsonb_build_object(
            'planned', v_run.system_identifier || '/' || v_run.database_name || '/' || v_run.server_version,
            'live', (SELECT system_identifier::text FROM pg_control_system())
                || '/' || current_database() || '/' || current_setting('server_version_num')),
        'entries', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'ledger_id', l.ledger_id,
                'collection', l.collection_name,
                'open', a.planned - a.registered - a.existing - a.vanished - a.quarantined,
                'requirement', c.requirement,
                'trigger', c.trigger_state,
                'instead', CASE WHEN c.trigger_state = 'never fires: distributed' THEN v_instead END,
                'missing_columns', c.missing_columns,
                'table', jsonb_build_object('planned', l.relid, 'live', c.relid),
                'identity', jsonb_build_object(
                    'planned', l.identity || ' v' || l.identity_version,
                    'live', concat(c.identity || ' v' || c.version, CASE WHEN c.relid IS NOT NULL
                        AND l.identity_pins <> {S}.birth_identity_pins(c.relid, l.columns)
                        THEN ' (its columns changed)' END, CASE WHEN c.relid IS NOT NULL
                        AND l.locator_pins <> {S}.birth_locator_pins(c.relid, l.locator)
                        THEN ' (the key by which its rows are found changed)' END)),
                'triggers', jsonb_build_object(
                    'planned', l.triggers,
                    'live', CASE WHEN c.relid IS NOT NULL THEN {S}.birth_triggers_live(l.triggers, c.relid) END),
                'permit', {S}.birth_permit_for(l.collection_name, p_run),
                'refusals', {S}.birth_permit_refusals(l.collection_name, p_run)) ORDER BY l.ledger_id), '[]')
            FROM {S}.birth_backfill_ledger AS l
            JOIN {S}.birth_accounting(p_run) AS a USING (ledger_id, collection_name)
            LEFT JOIN {S}.birth_collections() AS c USING (collection_name)
            WHERE l.run_id = p_run)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_facts(bigint) IS
    'The facts for the gates of an apply: live values beside those that the plan pinned. For birth_reader. Raises '
    'BR002 unknown_run.';

-- What the facts forbid, as `gate: evidence` objects; an empty array where nothing does. Stale pins come apart from
-- closed gates: a stale plan is made again, a closed gate is opened.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_obstacles(p_facts jsonb)
RETURNS TABLE (gate text, stale boolean, evidence jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT 'qt001_open', false, p_facts -> 'qt001_gate'
        WHERE p_facts ->> 'qt001_gate' IS DISTINCT FROM 'OPEN'
    UNION ALL
    SELECT 'reconciled', false, to_jsonb('the run is ' || (p_facts ->> 'status'))
        WHERE p_facts ->> 'reconciled_by' IS NULL
    UNION ALL
    SELECT 'trusted', false, p_facts -> 'audit'
        WHERE p_facts -> 'audit' <> '[]'
    UNION ALL
    SELECT 'register_function', false, p_facts -> 'register_function'
        WHERE NOT (p_facts ->> 'register_function')::boolean
    UNION ALL
    SELECT 'visible_writes', false, p_facts -> 'unseen'
        WHERE p_facts -> 'unseen' <> '[]'
    UNION ALL
    SELECT 'run_current', true, p_facts -> 'superseded_by'
        WHERE p_facts ->> 'status' NOT IN ('planned', 'reconciled', 'applying')
    UNION ALL
    SELECT pin, true, p_facts -> pin
        FROM unnest(ARRAY['gateway', 'registry_triggers', 'alert_rows', 'server']) AS pin
        WHERE p_facts -> pin -> 'planned' IS DISTINCT FROM p_facts -> pin -> 'live'
    UNION ALL
    SELECT problem.gate, problem.stale, jsonb_build_object('collection', entry -> 'collection', 'found', problem.found)
        FROM jsonb_array_elements(p_facts -> 'entries') AS entry
        CROSS JOIN LATERAL (
            SELECT 'permit_in_scope' AS gate, false AS stale, entry -> 'refusals' AS found
                WHERE entry ->> 'permit' IS NULL AND (entry ->> 'open')::bigint > 0
            UNION ALL
            SELECT 'policy_required', false, entry -> 'requirement'
                WHERE entry ->> 'requirement' IS DISTINCT FROM 'REQUIRED'
            UNION ALL
            SELECT 'trigger_enabled', false, entry -> 'trigger'
                WHERE entry ->> 'trigger' IS DISTINCT FROM 'enabled' AND entry ->> 'instead' IS NULL
            UNION ALL
            SELECT 'columns_present', false, entry -> 'missing_columns'
                WHERE entry -> 'missing_columns' IS DISTINCT FROM '[]'::jsonb
            UNION ALL
            SELECT pin, true, entry -> pin
                FROM unnest(ARRAY['table', 'identity', 'triggers']) AS pin
                WHERE entry -> pin -> 'planned' IS DISTINCT FROM entry -> pin -> 'live'
        ) AS problem
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_obstacles(jsonb) IS
    'What the facts of a run forbid: one row per closed gate or stale pin. Private.';

-- Refuse where the facts hold an obstacle: closed gates first (BR003), else a stale plan (BR004).
CREATE OR REPLACE FUNCTION {S}.birth_backfill_insist(p_run bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found record;
BEGIN
    SELECT count(*) AS obstacles,
        bool_and(stale) AS only_stale,
        jsonb_agg(jsonb_build_object('gate', gate, 'evidence', evidence)) AS gates
    INTO v_found
    FROM {S}._birth_backfill_obstacles({S}.birth_backfill_facts(p_run));
    IF v_found.obstacles > 0 THEN
        PERFORM {S}.birth_refuse(
            CASE WHEN v_found.only_stale THEN 'BR004' ELSE 'BR003' END,
            CASE WHEN v_found.only_stale THEN 'plan_stale' ELSE 'gate_closed' END,
            format('run %s may not be applied', p_run),
            jsonb_build_object('gates', v_found.gates),
            CASE WHEN v_found.only_stale
                THEN 'Plan again: a pinned object has changed.'
                ELSE 'Open each gate, then retry.' END);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_insist(bigint) IS
    'Refuses to apply a run while a gate is closed, or if its plan is stale. Called by the gates alone. Raises '
    'BR003 gate_closed, BR004 plan_stale.';

-- Whether every gate was asked so lately that a batch need not ask again; it always asks for pins and permit. A check
-- that lies ahead of the clock is none: the clock was set back since.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_is_watched(p_run bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT checked_at > clock_timestamp() - interval '30 seconds' AND checked_at <= clock_timestamp()
        FROM {S}.birth_gate_check
        WHERE run_id = p_run
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_is_watched(bigint) IS
    'True if all gates of a run were checked within the last 30 seconds. Private.';

-- Refuse as birth_backfill_insist does, and remember that this was asked. Who is asking at the same moment does not
-- wait: one answer is enough to remember, and each holds for its own batch.
CREATE OR REPLACE FUNCTION {S}._birth_check_gates(p_run bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_began timestamptz := clock_timestamp();
BEGIN
    PERFORM {S}.birth_backfill_insist(p_run);
    UPDATE {S}.birth_gate_check SET checked_at = v_began
    WHERE run_id = (SELECT run_id FROM {S}.birth_gate_check WHERE run_id = p_run FOR UPDATE SKIP LOCKED);
END
$body$;
COMMENT ON FUNCTION {S}._birth_check_gates(bigint) IS
    'Checks all gates of a run as birth_backfill_insist does, and records when. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_facts(bigint) TO birth_reader;
