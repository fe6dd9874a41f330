-- Begin to plan a collection of a run: its entry, with the pins of what must not change. `p_known` is its row of
-- _birth_collections_now, NULL where it is not enrolled. Refuses a collection that cannot be planned.
CREATE OR REPLACE FUNCTION {S}._birth_plan_begin(p_run bigint, p_collection text, p_known jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_collection record;
    v_pins jsonb;
    v_ledger bigint;
BEGIN
    SELECT * INTO v_collection FROM jsonb_to_record(p_known) AS c(collection_name text, requirement text, relid oid,
        strategy text, columns text[], version integer, identity text, missing_columns text[]);
    IF v_collection.requirement IS DISTINCT FROM 'REQUIRED'
       OR NOT {S}.birth_resolvable(v_collection.relid, v_collection.strategy, v_collection.missing_columns) THEN
        PERFORM {S}.birth_refuse('BR003', 'not_plannable',
            format('%s cannot be planned: %s', p_collection, CASE
                WHEN v_collection.collection_name IS NULL
                    THEN 'unknown collection'
                WHEN v_collection.requirement IS DISTINCT FROM 'REQUIRED'
                    THEN 'it is ' || coalesce(v_collection.requirement, 'without a policy')
                WHEN v_collection.relid IS NULL
                    THEN 'it has no table'
                WHEN v_collection.strategy IS NULL
                    THEN 'it is unclassified'
                ELSE 'its identity columns are missing: ' || array_to_string(v_collection.missing_columns, ', ') END),
            jsonb_build_object(
                'collection', p_collection,
                'requirement', v_collection.requirement,
                'table', v_collection.relid::regclass::text,
                'identity', v_collection.identity,
                'missing_columns', v_collection.missing_columns),
            'Plan only collections that are REQUIRED, classified, and have their table and identity columns: '
            'see `birth-console matrix --all`.');
    END IF;
    IF NOT {S}.birth_gateway_agrees(v_collection.relid, v_collection.strategy, v_collection.columns) THEN
        PERFORM {S}.birth_refuse('BR003', 'gateway_code',
            format('the gateway registers rows of %s by %s, not by %s',
                p_collection, {S}.birth_gateway_code(v_collection.relid), v_collection.identity),
            jsonb_build_object(
                'collection', p_collection,
                'gateway', {S}.birth_gateway_code(v_collection.relid),
                'identity', v_collection.identity),
            'Classify it by the column that the gateway takes, or ask the gateway''s owner to change the trigger.');
    END IF;
    v_pins := {S}.birth_identity_pins(v_collection.relid, v_collection.columns);
    IF {S}._birth_pins_differ({S}._birth_identity_pinned(p_collection), v_pins) THEN
        PERFORM {S}.birth_refuse('BR004', 'identity_drifted',
            format('the columns of %s are not what they were when it was classified', p_collection),
            jsonb_build_object('collection', p_collection, 'classified', {S}._birth_identity_pinned(p_collection),
                'live', v_pins),
            'Ask the table''s owner about the change. If it is right, classify the collection again.');
    END IF;
    INSERT INTO {S}.birth_backfill_ledger
        (run_id, collection_name, relid, strategy, columns, identity, identity_version,
        locator, locator_indexed, triggers, identity_pins, locator_pins)
    SELECT p_run, p_collection, v_collection.relid, v_collection.strategy, v_collection.columns,
        v_collection.identity, v_collection.version,
        l.locator, l.indexed, {S}.birth_trigger_fingerprint(v_collection.relid), v_pins,
        {S}.birth_locator_pins(v_collection.relid, l.locator)
    FROM {S}._birth_locator(v_collection.relid, v_collection.columns) AS l
    RETURNING ledger_id INTO v_ledger;
    RETURN v_ledger;
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_begin(bigint, text, jsonb) IS
    'Begins an entry of a run, with its pins. Refuses a collection that cannot be planned. Private. Raises BR003 '
    'not_plannable, gateway_code; BR004 identity_drifted.';

-- Read what a begun entry needs, unless it was read together with others (`p_found`), and finish it: keep what was
-- counted. Refuses an entry whose rows its identity does not identify any more, and one that another query counts
-- otherwise.
CREATE OR REPLACE FUNCTION {S}._birth_plan_finish(p_ledger bigint, p_found jsonb, p_recount boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_found jsonb := coalesce(p_found, {S}._birth_plan_read(p_ledger, p_recount));
    v_twins bigint := coalesce((v_found ->> 'twins')::bigint, 0);
    v_counted jsonb;
    v_last record;
    v_digest text;
BEGIN
    SELECT * INTO STRICT v_entry FROM {S}.birth_backfill_ledger WHERE ledger_id = p_ledger;
    IF (v_found ->> 'suspects')::bigint > 0 THEN
        v_twins := {S}._birth_identity_twins(v_entry.relid, {S}._birth_identity_expression(
            v_entry.relid, v_entry.collection_name, v_entry.strategy, v_entry.columns, 'source'),
            (v_found ->> 'suspects')::bigint);
    END IF;
    v_counted := {S}._birth_identity_counted(
        (v_found ->> 'rows')::bigint, (v_found ->> 'codes')::bigint, (v_found ->> 'distinct_codes')::bigint,
        (v_found ->> 'foreign_codes')::bigint, (v_found ->> 'longest')::integer, v_twins);
    IF NOT {S}._birth_identity_holds(v_counted) THEN
        IF {S}._birth_proven_before(v_entry) IS NOT NULL THEN
            -- The longest code is told of all rows.
            v_counted := v_counted || (
                SELECT jsonb_build_object('longest', row.longest)
                FROM {S}._birth_reading({S}._birth_counted_statement(
                    v_entry.relid, {S}._birth_identity_expression(
                        v_entry.relid, v_entry.collection_name, v_entry.strategy, v_entry.columns, 'source'),
                    v_entry.columns)) AS row(
                    rows bigint, codes bigint, distinct_codes bigint, longest integer, suspects bigint));
        END IF;
        PERFORM {S}.birth_refuse('BR003', 'contract_broken',
            format('the rows of %s are no longer identified by %s', v_entry.collection_name, v_entry.identity),
            v_counted || jsonb_build_object('collection', v_entry.collection_name, 'identity', v_entry.identity,
                'example', v_found -> 'foreign_example'),
            'Classify it again: the data changed since.');
    END IF;
    SELECT seq, entity_code INTO v_last
    FROM {S}.birth_backfill_item
    WHERE ledger_id = p_ledger
    ORDER BY seq DESC LIMIT 1;
    UPDATE {S}.birth_backfill_ledger
    SET source_rows = (v_found ->> 'rows')::bigint,
        distinct_codes = (v_found ->> 'distinct_codes')::bigint,
        registered = (v_found ->> 'rows')::bigint - coalesce(v_last.seq, 0),
        missing = coalesce(v_last.seq, 0),
        digest = {S}.birth_item_digest(p_ledger),
        upper_bound = v_last.entity_code,
        -- Those that were compared in windows are not told apart.
        odd_codes = CASE WHEN v_found ->> 'twins' IS NULL THEN (v_found ->> 'suspects')::bigint END
    WHERE ledger_id = p_ledger
    RETURNING digest INTO v_digest;
    IF p_recount AND (v_found ->> 'recounted' IS DISTINCT FROM v_digest
        OR (v_found ->> 'unidentified')::bigint IS DISTINCT FROM 0)
    THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_differs',
            format('two queries of one moment disagree on %s', v_entry.collection_name),
            jsonb_build_object('collection', v_entry.collection_name, 'planned', v_digest,
                'recounted', v_found -> 'recounted'),
            'Plan without --reconcile, then reconcile: it shows what differs.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_finish(bigint, jsonb, boolean) IS
    'Finishes an entry whose rows were read, and reads them if they were not. Private. Raises BR003 contract_broken; '
    'BR004 plan_differs.';

-- The digest of a missing set: sha256 over the sha256 of each chunk of 10,000 codes in code order, each code as
-- `byte length:code`. In chunks, because one text value ends at 1 GB; each is read along the key, so that nothing is
-- sorted.
CREATE OR REPLACE FUNCTION {S}.birth_item_digest(p_ledger bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET enable_bitmapscan = 'off' SET enable_seqscan = 'off' AS $body$
    WITH RECURSIVE chunk(number) AS (
        SELECT (min(seq) - 1) / 10000 FROM {S}.birth_backfill_item WHERE ledger_id = p_ledger
        UNION ALL
        SELECT (
            SELECT (min(seq) - 1) / 10000 FROM {S}.birth_backfill_item
            WHERE ledger_id = p_ledger AND seq > (c.number + 1) * 10000)
        FROM chunk AS c
        WHERE c.number IS NOT NULL
    )
    SELECT encode(sha256(coalesce(string_agg(hashed.hash, ''::bytea ORDER BY c.number), ''::bytea)), 'hex')
    FROM chunk AS c CROSS JOIN LATERAL (
        SELECT sha256(convert_to(
            string_agg(octet_length(entity_code) || ':' || entity_code, '' ORDER BY seq), 'UTF8')) AS hash
        FROM {S}.birth_backfill_item
        -- A number below 1 is none of ours: it belongs to the first chunk there is, and changes its hash.
        WHERE ledger_id = p_ledger AND seq <= (c.number + 1) * 10000
          AND seq > CASE
              WHEN c.number = (SELECT min(number) FROM chunk) THEN -9223372036854775808
              ELSE c.number * 10000 END) AS hashed
    WHERE c.number IS NOT NULL
$body$;
COMMENT ON FUNCTION {S}.birth_item_digest(bigint) IS
    'Digest of the planned items of an entry: sha256 over the sha256 of each chunk of 10,000 codes. For '
    'birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_item_digest(bigint) TO birth_reader;
