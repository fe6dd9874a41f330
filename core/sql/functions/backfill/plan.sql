-- Plan a backfill: store exactly what is missing, in code order, with everything pinned that must not change
-- before it is applied. NULL plans every classified REQUIRED collection. Reads each source once; touches no
-- source, registry or gateway object.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_plan(p_collections text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB'
SET "DateStyle" = 'ISO, YMD' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'iso_8601' AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'plan a backfill');
    v_run bigint;
    v_name text;
    v_clash jsonb;
BEGIN
    IF cardinality(p_collections) = 0 THEN
        PERFORM {S}.birth_refuse('BR002', 'nothing_named',
            'a plan names at least one collection',
            NULL,
            'Name collections, or use --all.');
    END IF;
    PERFORM {S}._birth_backfill_undisturbed(p_collections);
    INSERT INTO {S}.birth_backfill_run
        (system_identifier, gateway, registry_triggers, registry_rows, alert_rows, snapshot, planned_person)
    SELECT (SELECT system_identifier::text FROM pg_control_system()),
        {S}.birth_gateway_fingerprint(),
        {S}.birth_trigger_fingerprint({S}.birth_bound_table('registry')),
        (SELECT count(*) FROM {S}.birth_registry_rows()),
        (SELECT count(*) FROM {S}.birth_alert_rows()),
        pg_current_snapshot(), v_person
    RETURNING run_id INTO v_run;
    INSERT INTO {S}.birth_backfill_control (run_id) VALUES (v_run);
    INSERT INTO {S}.birth_backfill_look (run_id) VALUES (v_run);
    FOR v_name IN
        SELECT c.collection_name FROM {S}.birth_collections() AS c
        WHERE p_collections IS NULL AND c.requirement = 'REQUIRED'
          AND {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns)
        UNION
        SELECT unnest(p_collections)
        ORDER BY 1
    LOOP
        PERFORM {S}._birth_backfill_plan_entry(v_run, v_name);
        RAISE NOTICE 'planned %', v_name;
    END LOOP;
    SELECT jsonb_agg(jsonb_build_object('code', entity_code, 'collections', collections)) INTO v_clash FROM (
        SELECT i.entity_code, array_agg(l.collection_name) AS collections
        FROM {S}.birth_backfill_ledger AS l JOIN {S}.birth_backfill_item AS i USING (ledger_id)
        -- One collection cannot clash with itself: that was looked at before.
        -- Synthetic codes of two collections differ in their prefix; but a column may come to hold what reads like one.
        WHERE l.run_id = v_run
          AND (SELECT count(*) FROM {S}.birth_backfill_ledger WHERE run_id = v_run) > 1
          AND (l.strategy = 'column' OR i.entity_code IN (
              SELECT c.entity_code
              FROM {S}.birth_backfill_item AS c JOIN {S}.birth_backfill_ledger AS o USING (ledger_id)
              WHERE o.run_id = v_run AND o.strategy = 'column' AND position(':' IN c.entity_code) > 0))
        GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 3) AS clashes;
    IF v_clash IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'codes_collide', 'two collections of this plan have the same code',
            jsonb_build_object('examples', v_clash), 'Give one of them a synthetic identity.');
    END IF;
    UPDATE {S}.birth_backfill_run
    SET digest = (
        SELECT encode(sha256(convert_to(coalesce(
            string_agg(collection_name || ' ' || digest, E'\n' ORDER BY collection_name COLLATE "C"),
            ''), 'UTF8')), 'hex')
        FROM {S}.birth_backfill_ledger
        WHERE run_id = v_run)
    WHERE run_id = v_run;
    PERFORM {S}._birth_backfill_supersede(v_run);
    PERFORM {S}.birth_ledger_append('planned', (
        SELECT jsonb_build_object(
            'run', r.run_id, 'digest', r.digest, 'gateway', r.gateway,
            'registry_rows', r.registry_rows, 'alert_rows', r.alert_rows,
            'entries', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'ledger_id', ledger_id, 'collection', collection_name, 'identity', identity,
                    'missing', missing, 'digest', digest) ORDER BY ledger_id), '[]')
                FROM {S}.birth_backfill_ledger
                WHERE run_id = v_run))
        FROM {S}.birth_backfill_run AS r
        WHERE r.run_id = v_run));
    RETURN v_run;
END
$body$;

-- What is read of a source when it is planned, for people who look on.
CREATE OR REPLACE FUNCTION {S}._birth_plan_text(
    p_relid oid, p_collection text, p_expression text, p_locator text[], p_columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN {S}.birth_windowed(p_relid)
            THEN {S}._birth_plan_in_windows(p_relid, p_collection, p_expression, p_locator)
        ELSE (
            SELECT concat_ws(E';\n',
                format('INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, seq, code, source_key FROM (%s) AS row(seq, code, source_key)', missing),
                counted, taken)
            FROM {S}._birth_plan_reads(p_relid, p_collection, p_expression, p_locator, p_columns)) END
$body$;

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_plan(text[]) TO birth_operator;
