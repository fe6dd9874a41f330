-- needs: backfill/withdraw_shards
-- Withdraw a run: a run of its own takes back exactly the registry rows that the first one wrote, that were not changed
-- since, and that the company did not certify. It is planned, reconciled, applied, verified and certified as any other.

-- Whether withdrawing was allowed, by an administrator with the owner's rights: `init --allow-withdraw`.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_allowed() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT EXISTS (SELECT FROM {S}.birth_setting AS s WHERE s.name = 'withdraw_allowed')
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_allowed() IS 'True if runs may be withdrawn. Private.';

-- The query of a run's rows in the registry for one of its collections: code, xmin, and why a row is left, if it is.
-- Its batch knew which transactions were at work when it ended: a row that another one wrote since has another xmin.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_query(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF {S}.birth_registry_is_spread() THEN
        RETURN {S}._birth_withdraw_shards_query(p_entry);
    END IF;
    RETURN format($query$
        SELECT i.entity_code AS code, g.row_xmin::text AS version, CASE
            WHEN g.certified OR g.certified_at IS NOT NULL OR g.inspect_pen IS NOT NULL
                OR g.inspect_stamp IS NOT NULL OR g.inspect_gate IS NOT NULL THEN 'certified'
            WHEN g.xid = t.transaction_id OR g.xid > t.transaction_id AND pg_visible_in_snapshot(g.xid, t.snapshot)
                THEN NULL
            ELSE 'changed' END AS reason
        FROM {S}.birth_backfill_batch AS t
        JOIN {S}.birth_backfill_item AS i ON i.ledger_id = t.ledger_id AND i.seq BETWEEN t.seq_from AND t.seq_to
        JOIN (SELECT r.*, {S}.birth_full_xid(r.row_xmin) AS xid FROM {S}.birth_registry_rows() AS r
            WHERE r.dot_origin = %2$L AND r.collection_name = %3$L) AS g ON g.entity_code = i.entity_code
        WHERE t.ledger_id = %1$s AND t.registered > 0 $query$,
        p_entry.ledger_id, 'birth-backfill:run-' || p_entry.run_id, p_entry.collection_name);
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_query({S}.birth_backfill_ledger) IS
    'The query of the registry rows that an entry wrote, and why each is left, if it is. Private.';

-- Plan to withdraw a run. Returns the number of the run that does it.
CREATE OR REPLACE FUNCTION {S}.birth_run_withdraw(p_run bigint, p_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'withdraw a run');
    v_draft bigint := -(pg_current_xact_id()::text::bigint);
    v_first {S}.birth_backfill_run;
    v_entry {S}.birth_backfill_ledger;
    v_run bigint;
    v_left jsonb := '[]'::jsonb;
    v_shards jsonb;
BEGIN
    PERFORM {S}._birth_insist_on_text(p_reason, 'reason_missing', 'a withdrawal needs a reason',
        jsonb_build_object('run', p_run), 'Give --reason.');
    IF NOT {S}._birth_withdraw_allowed() THEN
        PERFORM {S}.birth_refuse('BR003', 'withdraw_not_allowed', 'runs may not be withdrawn from this registry',
            jsonb_build_object('run', p_run),
            'Ask an administrator with the registry owner''s rights: `birth-console init --allow-withdraw`.');
    END IF;
    SELECT * INTO v_first FROM {S}.birth_backfill_run WHERE run_id = p_run FOR SHARE;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_run', format('unknown run %s', p_run),
            jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    ELSIF v_first.withdraws IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'not_withdrawable',
            format('run %s withdraws run %s itself', p_run, v_first.withdraws),
            jsonb_build_object('run', p_run, 'withdraws', v_first.withdraws),
            'Plan the collections again: their rows are missing.');
    END IF;
    PERFORM {S}._birth_backfill_undisturbed(ARRAY(
        SELECT l.collection_name FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run));
    v_shards := {S}.birth_shard_snapshots();
    INSERT INTO {S}.birth_backfill_run (run_id, withdraws, system_identifier, gateway, registry_triggers,
        registry_rows, alert_rows, alerts, snapshot, shards, registry_parts, planned_person)
    OVERRIDING SYSTEM VALUE
    SELECT v_draft, p_run,
        (SELECT system_identifier::text FROM pg_control_system()),
        {S}.birth_gateway_fingerprint(),
        {S}.birth_trigger_fingerprint({S}.birth_bound_table('registry')),
        {S}._birth_rows_shown(v_shards), {S}.birth_bound_count('alerts'), {S}._birth_alert_pins(),
        pg_current_snapshot(), v_shards, {S}._birth_registry_parts(), v_person;
    FOR v_entry IN SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run ORDER BY l.ledger_id LOOP
        v_left := v_left || {S}._birth_withdraw_entry(v_draft, v_entry);
    END LOOP;
    IF NOT EXISTS (SELECT FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = v_draft) THEN
        PERFORM {S}.birth_refuse('BR003', 'nothing_to_withdraw',
            format('run %s has no row that can be withdrawn', p_run),
            jsonb_build_object('run', p_run, 'left', v_left), 'Rows that were changed or certified since are left.');
    END IF;
    v_run := {S}._birth_backfill_number(v_draft);
    PERFORM {S}._birth_backfill_supersede(v_run);
    PERFORM {S}.birth_ledger_append('planned', (
        SELECT jsonb_build_object('run', r.run_id, 'withdraws', p_run, 'reason', p_reason, 'digest', r.digest,
            'gateway', r.gateway, 'registry_rows', r.registry_rows, 'alert_rows', r.alert_rows,
            'skipped', '[]'::jsonb, 'left', v_left, 'rows', {S}._birth_run_images(r.run_id),
            'entries', (
                SELECT jsonb_agg(jsonb_build_object('ledger_id', ledger_id, 'collection', collection_name,
                    'identity', identity, 'missing', missing, 'digest', digest) ORDER BY ledger_id)
                FROM {S}.birth_backfill_ledger WHERE run_id = v_run))
        FROM {S}.birth_backfill_run AS r WHERE r.run_id = v_run));
    RETURN v_run;
END
$body$;
COMMENT ON FUNCTION {S}.birth_run_withdraw(bigint, text) IS
    'Plans a run that takes back the registry rows of another one. Returns its number. For birth_operator. Raises '
    'BR002 reason_missing, unknown_run; BR003 withdraw_not_allowed, not_withdrawable, nothing_to_withdraw, and what '
    '_birth_actor raises.';

-- Plan to withdraw what one entry wrote. An item keeps the version of its registry row: another one is not touched.
-- Answers the rows that are left, with their reasons.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_entry(
    p_draft bigint, p_entry {S}.birth_backfill_ledger) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET work_mem = '256MB' AS $body$
DECLARE
    v_ledger bigint;
    v_rows bigint;
    v_last text;
    v_left jsonb;
BEGIN
    INSERT INTO {S}.birth_backfill_ledger (run_id, collection_name, relid, strategy, columns, identity,
        identity_version, locator, locator_indexed, triggers, identity_pins)
    VALUES (p_draft, p_entry.collection_name, p_entry.relid, p_entry.strategy, p_entry.columns, p_entry.identity,
        p_entry.identity_version, ARRAY['entity_code'], true, {S}.birth_trigger_fingerprint(p_entry.relid),
        p_entry.identity_pins)
    RETURNING ledger_id INTO v_ledger;
    INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
    SELECT v_ledger, row_number() OVER (ORDER BY f.code COLLATE "C"), f.code, ARRAY[f.version]
    FROM {S}._birth_reading({S}._birth_withdraw_query(p_entry)) AS f(code text, version text, reason text)
    WHERE f.reason IS NULL;
    SELECT count(*), max(i.entity_code COLLATE "C") INTO v_rows, v_last
    FROM {S}.birth_backfill_item AS i WHERE i.ledger_id = v_ledger;
    SELECT coalesce(jsonb_agg(jsonb_build_object('collection', p_entry.collection_name, 'reason', l.reason,
        'rows', l.rows, 'examples', l.examples) ORDER BY l.reason), '[]')
    INTO v_left
    FROM (
        SELECT f.reason, count(*) AS rows, (array_agg(f.code ORDER BY f.code COLLATE "C"))[:3] AS examples
        FROM {S}._birth_reading({S}._birth_withdraw_query(p_entry)) AS f(code text, version text, reason text)
        WHERE f.reason IS NOT NULL GROUP BY 1) AS l;
    IF v_rows = 0 THEN
        DELETE FROM {S}.birth_backfill_ledger WHERE ledger_id = v_ledger;
        RETURN v_left;
    END IF;
    UPDATE {S}.birth_backfill_ledger
    SET source_rows = v_rows, distinct_codes = v_rows, missing = v_rows, upper_bound = v_last,
        digest = {S}.birth_item_digest(v_ledger)
    WHERE ledger_id = v_ledger;
    RETURN v_left;
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_entry(bigint, {S}.birth_backfill_ledger) IS
    'Plans to withdraw what one entry of a run wrote; answers the rows that are left. Private.';

-- A withdrawal's items once more, by another query: the rows of the first run, without those that are left.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_recount(p_run bigint)
RETURNS TABLE (collection_name text, digest text, moved jsonb, unidentified boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET work_mem = '256MB' AS $body$
#variable_conflict use_column
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_first {S}.birth_backfill_ledger;
BEGIN
    FOR v_entry IN SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run ORDER BY l.ledger_id LOOP
        SELECT l.* INTO STRICT v_first FROM {S}.birth_backfill_ledger AS l
        JOIN {S}.birth_backfill_run AS r ON r.withdraws = l.run_id
        WHERE r.run_id = p_run AND l.collection_name = v_entry.collection_name;
        collection_name := v_entry.collection_name;
        SELECT encode(sha256(coalesce(string_agg(chunk.hash, ''::bytea ORDER BY chunk.number), ''::bytea)), 'hex')
        INTO digest
        FROM (
            SELECT n.number / 10000 AS number, sha256(convert_to(
                string_agg(octet_length(n.code) || ':' || n.code, '' ORDER BY n.number), 'UTF8')) AS hash
            FROM (
                SELECT f.code, row_number() OVER (ORDER BY f.code COLLATE "C") - 1 AS number
                FROM {S}._birth_reading(format(CASE WHEN {S}.birth_registry_is_spread()
                    THEN 'SELECT entity_code COLLATE "C" FROM {S}._birth_withdraw_shards(%L, %L)'
                    ELSE 'SELECT entity_code COLLATE "C" FROM {S}.birth_registry_rows()'
                    ' WHERE dot_origin = %L AND collection_name = %L' END
                    || ' EXCEPT SELECT l.code COLLATE "C" FROM (%s) AS l WHERE l.reason IS NOT NULL',
                    'birth-backfill:run-' || v_first.run_id, v_first.collection_name,
                    {S}._birth_withdraw_query(v_first))) AS f(code text)) AS n
            GROUP BY 1) AS chunk;
        unidentified := digest IS DISTINCT FROM v_entry.digest;
        moved := CASE WHEN unidentified THEN '{{}}'::jsonb END;
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_recount(bigint) IS
    'Recounts the rows that a withdrawal takes back, by another query than its plan. Private.';

-- What must hold of a withdrawal in every batch: that it is allowed, and the registry and the gateway as planned.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_pins(p_entry {S}.birth_backfill_ledger) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
    v_drift text[];
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run WHERE run_id = p_entry.run_id;
    PERFORM FROM {S}.birth_setting WHERE name = 'withdraw_allowed' FOR SHARE;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'withdraw_not_allowed', 'runs may not be withdrawn from this registry',
            jsonb_build_object('run', p_entry.run_id),
            'Ask an administrator with the registry owner''s rights: `birth-console init --allow-withdraw`.');
    END IF;
    v_drift := array_remove(ARRAY[
        CASE WHEN v_run.alert_rows IS DISTINCT FROM {S}.birth_bound_count('alerts')
                AND EXISTS (SELECT FROM {S}.birth_alerts_changed(v_run.run_id))
            THEN 'alert_rows' END,
        CASE WHEN v_run.gateway IS DISTINCT FROM {S}.birth_gateway_fingerprint() THEN 'gateway' END,
        CASE WHEN NOT {S}.birth_shards_kept(v_run.shards) THEN 'shards' END,
        CASE WHEN v_run.registry_triggers
                IS DISTINCT FROM {S}.birth_trigger_fingerprint({S}.birth_bound_table('registry'))
            THEN 'registry_triggers' END], NULL);
    IF cardinality(v_drift) > 0 THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_stale',
            format('the plan of %s is stale, changed: %s', p_entry.collection_name, array_to_string(v_drift, ', ')),
            jsonb_build_object('collection', p_entry.collection_name, 'drift', v_drift), 'Withdraw again.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_pins({S}.birth_backfill_ledger) IS
    'Refuses a withdrawal whose pins no longer hold. Private. Raises BR003 withdraw_not_allowed; BR004 plan_stale.';

-- The registry rows of a range: those in the very version that was planned, and how many have another.
-- Read as in _birth_reading.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_found(p_entry {S}.birth_backfill_ledger, p_from bigint,
    p_to bigint,
    OUT codes text[], OUT versions text[], OUT others bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = 'off' SET jit = 'off' AS $body$
DECLARE
    v_origin text := 'birth-backfill:run-'
        || (SELECT r.withdraws FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_entry.run_id);
    v_is_read boolean := false;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        SELECT r.*
        INTO codes, versions, others
        FROM {S}._birth_reading_range(
            'SELECT f.* FROM {S}.birth_backfill_ledger AS l, {S}._birth_withdraw_found(l, $2, $3) AS f'
            ' WHERE l.ledger_id = $1', p_entry.ledger_id, p_from, p_to)
            AS r(codes text[], versions text[], others bigint);
        RETURN;
    END IF;
    {READ_ONLY}
    IF {S}.birth_registry_is_spread() THEN
        SELECT coalesce(array_agg(i.entity_code ORDER BY i.seq) FILTER (WHERE same.is_planned), '{{}}'),
            coalesce(array_agg(i.source_key[1] ORDER BY i.seq) FILTER (WHERE same.is_planned), '{{}}'),
            count(*) FILTER (WHERE NOT same.is_planned)
        INTO codes, versions, others
        FROM {S}.birth_backfill_item AS i
        JOIN {S}._birth_withdraw_probe(ARRAY(
            SELECT p.entity_code FROM {S}.birth_backfill_item AS p
            WHERE p.ledger_id = p_entry.ledger_id AND p.seq BETWEEN p_from AND p_to)) AS g
            ON g.entity_code = i.entity_code
        CROSS JOIN LATERAL (SELECT coalesce(g.row_xmin = i.source_key[1] AND g.dot_origin = v_origin
            AND g.collection_name = p_entry.collection_name AND NOT g.certified, false) AS is_planned) AS same
        WHERE i.ledger_id = p_entry.ledger_id AND i.seq BETWEEN p_from AND p_to;
    ELSE
        SELECT coalesce(array_agg(i.entity_code ORDER BY i.seq) FILTER (WHERE same.is_planned), '{{}}'),
            coalesce(array_agg(i.source_key[1] ORDER BY i.seq) FILTER (WHERE same.is_planned), '{{}}'),
            count(*) FILTER (WHERE NOT same.is_planned)
        INTO codes, versions, others
        FROM {S}.birth_backfill_item AS i
        JOIN {S}.birth_registry_rows() AS g ON g.entity_code = i.entity_code
        CROSS JOIN LATERAL (SELECT coalesce(g.row_xmin::text = i.source_key[1] AND g.dot_origin = v_origin
            AND g.collection_name = p_entry.collection_name AND NOT coalesce(g.certified, false)
            AND g.certified_at IS NULL, false) AS is_planned) AS same
        WHERE i.ledger_id = p_entry.ledger_id AND i.seq BETWEEN p_from AND p_to;
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_found({S}.birth_backfill_ledger, bigint, bigint) IS
    'The registry rows of a range in the planned version, and how many have another. Private.';
GRANT EXECUTE ON FUNCTION {S}._birth_withdraw_found({S}.birth_backfill_ledger, bigint, bigint) TO birth_caller;

-- Take back the rows of a range, by one statement that runs as birth_caller: triggers on the registry are the
-- company's. It takes only the planned version of each row: who changes one meanwhile keeps it. Its answer is not
-- believed.
CREATE OR REPLACE FUNCTION {S}._birth_batch_withdraw(p_entry {S}.birth_backfill_ledger, p_from bigint,
    p_to bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found record;
    v_marks text[];
    v_left text[];
    v_before jsonb := {S}._birth_batch_writes(true);
    v_shrunk bigint;
BEGIN
    v_found := {S}._birth_withdraw_found(p_entry, p_from, p_to);
    PERFORM {S}._birth_caller_ready();
    v_marks := {S}._birth_session_marks(pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_as_caller(
        CASE WHEN {S}.birth_registry_is_spread() THEN 'SELECT {S}._birth_withdraw_delete($1, $2)'
        ELSE format('WITH gone AS (DELETE FROM %s AS b USING unnest($1, $2) AS item(code, version)'
            ' WHERE b.%I = item.code AND b.xmin::text = item.version RETURNING 1) SELECT count(*) FROM gone',
        {S}.birth_bound_table('registry')::regclass, {S}.birth_bound_name('registry', 'entity_code')) END,
        v_found.codes, v_found.versions, NULL, ARRAY[]::text[]);
    -- Nothing comes in between: names and operators mean what they did only when this has been asked.
    PERFORM {S}._birth_session_kept(v_marks, pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_caller_ready();
    v_left := ARRAY(SELECT p.code FROM {S}.birth_registry_probe(v_found.codes) AS p);
    IF cardinality(v_left) > 0 THEN
        PERFORM {S}.birth_refuse('BR008', 'not_withdrawn',
            format('%s of %s rows of %s stayed in the registry',
                cardinality(v_left), cardinality(v_found.codes), p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'from', p_from, 'to', p_to),
            'Nothing of this batch was kept. Ask the registry''s owner: a trigger or rule keeps these rows.');
    END IF;
    v_shrunk := (v_before ->> '')::bigint - ({S}._birth_batch_writes() ->> '')::bigint;
    IF v_shrunk <> cardinality(v_found.codes) THEN
        PERFORM {S}.birth_refuse('BR005', 'withdrew_besides',
            format('withdrawing %s rows of %s took %s rows out of the registry',
                cardinality(v_found.codes), p_entry.collection_name, v_shrunk),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'withdrawn', cardinality(v_found.codes),
                'rows', v_shrunk),
            'Nothing of this batch was kept. Ask the registry''s owner: a trigger deletes further rows.');
    END IF;
    registered := cardinality(v_found.codes);
    existing := v_found.others;
    vanished := p_to - p_from + 1 - registered - existing;
    quarantined := 0;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_withdraw({S}.birth_backfill_ledger, bigint, bigint) IS
    'Takes back the registry rows of a range, in the planned version alone. Private. Raises BR005 withdrew_besides; '
    'BR008 not_withdrawn.';

-- Allow withdrawing: for init, by an administrator with the owner's rights. It is a setting and an event.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_allow() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    INSERT INTO {S}.birth_setting VALUES ('withdraw_allowed', ARRAY[session_user::text]) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM {S}.birth_ledger_append('withdraw_allowed', jsonb_build_object(
            'registry', {S}.birth_bound_table('registry')::regclass::text));
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_allow() IS
    'Allows runs to be withdrawn, as a setting and an event. For administrators, by init. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_run_withdraw(bigint, text) TO birth_operator;

-- The facts of a run for its gates: of a withdrawal, what concerns sources has nothing to hold, and that it is allowed
-- is part of trust.
CREATE OR REPLACE FUNCTION {S}.birth_withdrawal_facts(p_run {S}.birth_backfill_run, p_facts jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
    SELECT CASE WHEN p_run.withdraws IS NULL THEN p_facts ELSE p_facts || jsonb_build_object(
        'audit', (p_facts -> 'audit') || CASE WHEN {S}._birth_withdraw_allowed() THEN '[]'::jsonb
            ELSE jsonb_build_array(jsonb_build_object('check', 'withdraw_allowed', 'evidence', '[]'::jsonb)) END,
        'entries', (SELECT coalesce(jsonb_agg(e.entry || jsonb_build_object(
                'requirement', 'REQUIRED', 'trigger', 'enabled', 'missing_columns', '[]'::jsonb,
                'table', jsonb_build_object('planned', e.entry -> 'table' -> 'planned',
                    'live', e.entry -> 'table' -> 'planned'),
                'identity', jsonb_build_object('planned', e.entry -> 'identity' -> 'planned',
                    'live', e.entry -> 'identity' -> 'planned'),
                'triggers', jsonb_build_object('planned', e.entry -> 'triggers' -> 'planned',
                    'live', e.entry -> 'triggers' -> 'planned')) ORDER BY e.place), '[]')
            FROM jsonb_array_elements(p_facts -> 'entries') WITH ORDINALITY AS e(entry, place))) END
$body$;
COMMENT ON FUNCTION {S}.birth_withdrawal_facts({S}.birth_backfill_run, jsonb) IS
    'The facts of a run for its gates, those of a withdrawal without what concerns sources. For '
    'birth_reader.';

-- Why a permit does not admit rows of a run by its kind, or NULL: to take rows back needs one of a gatekeeper who had
-- no hand in the run that is withdrawn, under any name or login.
CREATE OR REPLACE FUNCTION {S}.birth_permit_unkind(p_permit {S}.birth_admission_permit, p_run bigint)
    RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
BEGIN
    RETURN (
        SELECT CASE
            WHEN found.first IS NULL
                THEN CASE WHEN p_permit.kind <> 'backfill' THEN 'admits withdrawals alone' END
            WHEN p_permit.kind <> 'withdraw'
                THEN 'admits no withdrawal'
            WHEN EXISTS (SELECT FROM {S}._birth_hands(found.first) AS h
                JOIN {S}._birth_aliases(p_permit.opened_by, p_permit.opened_person) AS a
                    ON h.person = a.person OR h.login = a.login)
                THEN format('%s took part in run %s', p_permit.opened_by, found.first) END
        FROM (SELECT (SELECT r.withdraws FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run)) AS found(first)
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_unkind({S}.birth_admission_permit, bigint) IS
    'Why a permit does not admit rows of a run by its kind or by who opened it; NULL if it does. For birth_reader.';
GRANT EXECUTE ON FUNCTION {S}.birth_permit_unkind({S}.birth_admission_permit, bigint),
    {S}.birth_withdrawal_facts({S}.birth_backfill_run, jsonb) TO birth_reader;
