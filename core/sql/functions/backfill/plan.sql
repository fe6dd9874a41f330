-- Plan a backfill: store exactly what is missing, in code order, with everything pinned that must not change
-- before it is applied. NULL plans every classified REQUIRED collection that can be planned, and notes the others in
-- the event. Reads each source once; touches no source, registry or gateway object.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_plan(p_collections text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB'
{TEXT_SETTINGS} AS $body$
BEGIN
    RETURN {S}._birth_backfill_plan(p_collections, NULL);
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_plan(text[]) IS
    'Plans a run: stores exactly the missing rows and pins what must not change. NULL plans every collection that '
    'can be planned. For birth_operator. Raises BR002 nothing_named; BR003 nothing_plannable, and what _birth_actor '
    'raises.';

-- The same, reconciled at once: each source is counted by two queries in one snapshot, so that nothing comes between.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_plan_reconciled(p_collections text[], p_note text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB'
{TEXT_SETTINGS} AS $body$
BEGIN
    PERFORM {S}._birth_actor('birth_operator', 'plan a backfill');
    PERFORM {S}._birth_reconcile_note(NULL, p_note);
    RETURN {S}._birth_backfill_plan(p_collections, p_note);
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_plan_reconciled(text[], text) IS
    'Plans a run and reconciles it in the snapshot of the plan. For birth_operator. Raises BR002 note_missing, '
    'text_too_long; BR004 plan_differs, and what birth_backfill_plan raises.';

-- Plans, and reconciles where there is a note.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_plan(p_collections text[], p_note text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'plan a backfill');
    v_draft bigint := -(pg_current_xact_id()::text::bigint);
    v_shards jsonb;
    v_run bigint;
    v_skipped jsonb;
BEGIN
    IF cardinality(p_collections) = 0 THEN
        PERFORM {S}.birth_refuse('BR002', 'nothing_named',
            'a plan names at least one collection',
            NULL,
            'Name collections, or use --all.');
    END IF;
    PERFORM {S}._birth_caller_ready();
    PERFORM {S}._birth_backfill_undisturbed(p_collections);
    v_shards := {S}.birth_shard_snapshots();
    INSERT INTO {S}.birth_backfill_run
        (run_id, system_identifier, gateway, registry_triggers, registry_rows, alert_rows, alerts, snapshot,
        shards, registry_parts, planned_person)
    OVERRIDING SYSTEM VALUE
    SELECT v_draft,
        (SELECT system_identifier::text FROM pg_control_system()),
        {S}.birth_gateway_fingerprint(),
        {S}.birth_trigger_fingerprint({S}.birth_bound_table('registry')),
        {S}._birth_rows_shown(v_shards),
        {S}.birth_bound_count('alerts'),
        {S}._birth_alert_pins(),
        pg_current_snapshot(), v_shards, {S}._birth_registry_parts(), v_person;
    v_skipped := {S}._birth_backfill_plan_each(v_draft, p_collections, p_note IS NOT NULL);
    v_skipped := v_skipped || {S}._birth_backfill_plan_apart(v_draft, p_collections IS NULL);
    IF NOT EXISTS (SELECT FROM {S}.birth_backfill_ledger WHERE run_id = v_draft) THEN
        PERFORM {S}.birth_refuse('BR003', 'nothing_plannable', 'no collection can be planned',
            jsonb_build_object('skipped', v_skipped), 'Correct the rows that the evidence names, or classify again.');
    END IF;
    v_run := {S}._birth_backfill_number(v_draft);
    PERFORM {S}._birth_backfill_supersede(v_run);
    PERFORM {S}.birth_ledger_append('planned', (
        SELECT jsonb_build_object(
            'run', r.run_id, 'digest', r.digest, 'gateway', r.gateway,
            'rows', {S}._birth_run_images(r.run_id),
            'registry_rows', r.registry_rows, 'alert_rows', r.alert_rows, 'skipped', v_skipped,
            'entries', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'ledger_id', ledger_id, 'collection', collection_name, 'identity', identity,
                    'missing', missing, 'digest', digest) ORDER BY ledger_id), '[]')
                FROM {S}.birth_backfill_ledger
                WHERE run_id = v_run))
        FROM {S}.birth_backfill_run AS r
        WHERE r.run_id = v_run));
    IF p_note IS NOT NULL THEN
        PERFORM {S}._birth_run_reconciled(v_run, p_note, v_person, NULL, jsonb_build_object('digests', (
            SELECT jsonb_object_agg(collection_name, digest) FROM {S}.birth_backfill_ledger WHERE run_id = v_run)));
    END IF;
    RETURN v_run;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_plan(text[], text) IS
    'Plans a run, and reconciles it where there is a note. Private. Raises BR002 nothing_named; BR003 '
    'nothing_plannable.';

-- Plan each of these collections. NULL stands for all that are classified: then one that is refused, or cannot be read,
-- holds nothing up. Returns those, each with the gate that is closed. All are begun before any is read: many are read
-- in one pass. Where that fails, reading each by itself tells which it was.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_plan_each(
    p_draft bigint, p_collections text[], p_recount boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_entry record;
    v_names text[] := coalesce(p_collections, ARRAY(
        SELECT c.collection_name FROM {S}.birth_collections() AS c
        WHERE c.requirement = 'REQUIRED' AND {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns)));
    v_name text;
    v_known jsonb;
    v_together bigint[];
    v_found jsonb := '{{}}'::jsonb;
    v_skipped jsonb := '[]'::jsonb;
    v_message text;
    v_detail text;
BEGIN
    SELECT jsonb_object_agg(c.collection_name, to_jsonb(c)) INTO v_known
    FROM {S}._birth_collections_now(v_names) AS c;
    FOR v_name IN SELECT DISTINCT unnest(v_names) ORDER BY 1 LOOP
        BEGIN
            PERFORM {S}._birth_plan_begin(p_draft, v_name, v_known -> v_name);
        EXCEPTION WHEN OTHERS THEN
            IF p_collections IS NOT NULL OR {S}._birth_is_servers(SQLSTATE) THEN
                RAISE;
            END IF;
            GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
            v_skipped := v_skipped || {S}._birth_plan_skipped(v_name, SQLSTATE, v_message, v_detail);
        END;
    END LOOP;
    FOR v_together IN
        SELECT * FROM {S}._birth_together(ARRAY(
            SELECT l.ledger_id FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_draft))
    LOOP
        BEGIN
            v_found := v_found || {S}._birth_plan_read_together(v_together, p_recount);
        EXCEPTION WHEN OTHERS THEN
            IF {S}._birth_is_servers(SQLSTATE) THEN
                RAISE;
            END IF;
        END;
    END LOOP;
    FOR v_entry IN
        SELECT l.ledger_id, l.collection_name FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = p_draft ORDER BY l.collection_name
    LOOP
        BEGIN
            PERFORM {S}._birth_plan_finish(v_entry.ledger_id, v_found -> v_entry.ledger_id::text, p_recount);
            RAISE NOTICE 'planned %', v_entry.collection_name;
        EXCEPTION WHEN OTHERS THEN
            IF p_collections IS NOT NULL OR {S}._birth_is_servers(SQLSTATE) THEN
                RAISE;
            END IF;
            GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
            v_skipped := v_skipped
                || {S}._birth_plan_skipped(v_entry.collection_name, SQLSTATE, v_message, v_detail);
            DELETE FROM {S}.birth_backfill_item WHERE ledger_id = v_entry.ledger_id;
            DELETE FROM {S}.birth_backfill_ledger WHERE ledger_id = v_entry.ledger_id;
        END;
    END LOOP;
    RETURN v_skipped;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_plan_each(bigint, text[], boolean) IS
    'Plans each collection of a draft. If all are planned, those that cannot be are returned with their gate. '
    'Private.';

-- Whether an error is the server's, or is cured by repeating: no fault of a collection.
CREATE OR REPLACE FUNCTION {S}._birth_is_servers(p_sqlstate text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    -- 08: a node of Citus is gone.
    RETURN left(p_sqlstate, 2) IN ('08', '40', '53', '55', '57', '58', 'XX');
END
$body$;
COMMENT ON FUNCTION {S}._birth_is_servers(text) IS
    'True if an SQLSTATE tells of the server, or is cured by repeating. Private.';

-- What a plan of everything says of a collection that it leaves out.
CREATE OR REPLACE FUNCTION {S}._birth_plan_skipped(
    p_collection text, p_sqlstate text, p_message text, p_detail text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RAISE NOTICE 'skipped %', p_collection;
    RETURN CASE
        WHEN p_sqlstate LIKE 'BR%' THEN jsonb_build_object('collection', p_collection,
            'gate', split_part(p_message, ': ', 1), 'evidence', p_detail::jsonb)
        ELSE jsonb_build_object('collection', p_collection, 'gate', 'source_readable',
            'evidence', jsonb_build_object('sqlstate', p_sqlstate, 'message', left(p_message, 200))) END;
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_skipped(text, text, text, text) IS
    'What a plan of everything says of a collection that it leaves out. Private.';

-- Two collections that give one code cannot be planned together. Where all are planned, both are left out and returned.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_plan_apart(p_draft bigint, p_leave boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_examples jsonb;
    v_names text[];
    v_skipped jsonb;
BEGIN
    -- One collection cannot clash with itself: that was looked at before.
    IF (SELECT count(*) FROM {S}.birth_backfill_ledger WHERE run_id = p_draft) < 2 THEN
        RETURN '[]'::jsonb;
    END IF;
    WITH clash AS MATERIALIZED (
        SELECT i.entity_code, array_agg(l.collection_name ORDER BY l.collection_name) AS collections
        FROM {S}.birth_backfill_ledger AS l JOIN {S}.birth_backfill_item AS i USING (ledger_id)
        -- Synthetic codes of two collections differ in their prefix; but a column may come to hold what reads like one.
        WHERE l.run_id = p_draft
          AND (l.strategy = 'column' OR i.entity_code IN (
              SELECT c.entity_code
              FROM {S}.birth_backfill_item AS c JOIN {S}.birth_backfill_ledger AS o USING (ledger_id)
              WHERE o.run_id = p_draft AND o.strategy = 'column' AND position(':' IN c.entity_code) > 0))
        GROUP BY 1 HAVING count(*) > 1
    )
    SELECT (
            SELECT jsonb_agg(jsonb_build_object('code', few.entity_code, 'collections', few.collections))
            FROM (SELECT * FROM clash ORDER BY entity_code LIMIT 3) AS few),
        ARRAY(SELECT DISTINCT n.name FROM clash, unnest(clash.collections) AS n(name) ORDER BY 1)
    INTO v_examples, v_names;
    IF v_examples IS NULL THEN
        RETURN '[]'::jsonb;
    ELSIF NOT p_leave THEN
        PERFORM {S}.birth_refuse('BR003', 'codes_collide', 'two collections of this plan have the same code',
            jsonb_build_object('examples', v_examples), 'Give one of them a synthetic identity.');
    END IF;
    DELETE FROM {S}.birth_backfill_item AS i
    USING {S}.birth_backfill_ledger AS l
    WHERE l.run_id = p_draft AND l.collection_name = ANY (v_names) AND i.ledger_id = l.ledger_id;
    DELETE FROM {S}.birth_backfill_ledger WHERE run_id = p_draft AND collection_name = ANY (v_names);
    SELECT jsonb_agg(jsonb_build_object('collection', name, 'gate', 'codes_collide',
        'evidence', jsonb_build_object('examples', v_examples)))
    INTO v_skipped FROM unnest(v_names) AS name;
    RETURN v_skipped;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_plan_apart(bigint, boolean) IS
    'Refuses collections of a draft that give the same code; if p_leave, leaves them out and returns them. Private. '
    'Raises BR003 codes_collide.';

-- Make a draft a run, under the next number: a plan that is refused uses up none. The fence lets one plan at a time
-- come to its end; a plan that reads a source for long holds up no other before that.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_number(p_draft bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN EXCLUSIVE MODE;
    SELECT * INTO STRICT v_run FROM {S}.birth_backfill_run WHERE run_id = p_draft;
    v_run.run_id := (SELECT greatest(max(run_id), 0) + 1 FROM {S}.birth_backfill_run);
    SELECT encode(sha256(convert_to(coalesce(
        string_agg(collection_name || ' ' || digest, E'\n' ORDER BY collection_name COLLATE "C"),
        ''), 'UTF8')), 'hex')
    INTO v_run.digest
    FROM {S}.birth_backfill_ledger
    WHERE run_id = p_draft;
    INSERT INTO {S}.birth_backfill_run OVERRIDING SYSTEM VALUE SELECT v_run.*;
    INSERT INTO {S}.birth_backfill_control (run_id) VALUES (v_run.run_id);
    INSERT INTO {S}.birth_gate_check (run_id) VALUES (v_run.run_id);
    UPDATE {S}.birth_backfill_ledger SET run_id = v_run.run_id WHERE run_id = p_draft;
    DELETE FROM {S}.birth_backfill_run WHERE run_id = p_draft;
    RETURN v_run.run_id;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_number(bigint) IS
    'Gives a planned draft its number as a run, now that all of it is stored. Private.';

-- What is read of a source when it is planned, for people who look on. Which part of the registry is read changes
-- nothing.
CREATE OR REPLACE FUNCTION {S}._birth_plan_text(
    p_relid oid, p_collection text, p_expression text, p_locator text[], p_columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN {S}.birth_windowed(p_relid)
            THEN {S}._birth_plan_in_windows(p_relid, p_collection, p_expression, p_locator, NULL)
        ELSE (
            SELECT replace(concat_ws(E';\n',
                format('INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, seq, code, source_key FROM (%s) AS met WHERE met.owner IS NULL', met),
                counted), format(' AND (%s)', {S}._birth_within_bounds()), '')
            FROM {S}._birth_plan_queries(p_relid, p_collection, p_expression, p_locator, p_columns)) END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_text(oid, text, text, text[], text[]) IS
    'The statements that would plan a source, to show them. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_plan(text[]), {S}.birth_backfill_plan_reconciled(text[], text)
    TO birth_operator;
