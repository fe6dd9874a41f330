-- Plan one collection of a run: an entry with its pins, its missing items in code order, and what was counted. Refuses
-- a collection that cannot be planned, and one whose rows its identity does not identify any more.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_plan_entry(
    p_run bigint, p_collection text, p_recount boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_collection record;
    v_expression text;
    v_locator text[];
    v_ledger bigint;
    v_reads record;
    v_statement text;
    v_found record;
    v_counted jsonb;
    v_last record;
    v_entry {S}.birth_backfill_ledger;
    v_recount text;
    v_digest text;
BEGIN
    SELECT * INTO v_collection FROM {S}._birth_collection_now(p_collection);
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
    IF {S}._birth_identity_drifted(
        {S}._birth_identity_pinned(p_collection), v_collection.relid, v_collection.columns)
    THEN
        PERFORM {S}.birth_refuse('BR004', 'identity_drifted',
            format('the columns of %s are not what they were when it was classified', p_collection),
            jsonb_build_object('collection', p_collection, 'classified', {S}._birth_identity_pinned(p_collection),
                'live', {S}.birth_identity_pins(v_collection.relid, v_collection.columns)),
            'Ask the table''s owner about the change. If it is right, classify the collection again.');
    END IF;
    v_expression := {S}._birth_identity_expression(
        v_collection.relid, p_collection, v_collection.strategy, v_collection.columns, 'source');
    INSERT INTO {S}.birth_backfill_ledger
        (run_id, collection_name, relid, strategy, columns, identity, identity_version,
        locator, locator_indexed, triggers, identity_pins)
    SELECT p_run, p_collection, v_collection.relid, v_collection.strategy, v_collection.columns,
        v_collection.identity, v_collection.version,
        l.locator, l.indexed, {S}.birth_trigger_fingerprint(v_collection.relid),
        {S}.birth_identity_pins(v_collection.relid, v_collection.columns)
    FROM {S}._birth_locator(v_collection.relid, v_collection.columns) AS l
    RETURNING ledger_id, locator INTO v_ledger, v_locator;
    IF p_recount THEN
        SELECT * INTO v_entry FROM {S}.birth_backfill_ledger WHERE ledger_id = v_ledger;
        v_recount := {S}._birth_recount_statement(v_entry);
    END IF;
    IF {S}.birth_windowed(v_collection.relid) THEN
        v_statement := {S}._birth_plan_in_windows(v_collection.relid, p_collection, v_expression, v_locator, v_recount);
    ELSE
        v_reads := {S}._birth_plan_reads(
            v_collection.relid, p_collection, v_expression, v_locator, v_collection.columns);
        PERFORM {S}._birth_plan_affordable(p_collection, v_reads.missing),
            {S}._birth_plan_affordable(p_collection, v_reads.taken);
        v_statement := {S}._birth_plan_by_join(v_reads.missing, v_reads.counted, v_reads.taken, v_recount,
            {S}._birth_code_bounds(v_collection.relid, v_expression));
    END IF;
    EXECUTE v_statement INTO v_found USING v_ledger;
    v_counted := {S}._birth_identity_counted(
        v_found.rows, v_found.codes, v_found.distinct_codes, v_found.foreign_codes, v_found.longest,
        coalesce(v_found.twins, {S}._birth_identity_twins(v_collection.relid, v_expression, v_found.suspects)));
    IF NOT {S}._birth_identity_holds(v_counted) THEN
        PERFORM {S}.birth_refuse('BR003', 'contract_broken',
            format('the rows of %s are no longer identified by %s', p_collection, v_collection.identity),
            v_counted || jsonb_build_object('collection', p_collection, 'identity', v_collection.identity,
                'example', v_found.foreign_example),
            'Classify it again: the data changed since.');
    END IF;
    SELECT seq, entity_code INTO v_last
    FROM {S}.birth_backfill_item
    WHERE ledger_id = v_ledger
    ORDER BY seq DESC LIMIT 1;
    UPDATE {S}.birth_backfill_ledger
    SET source_rows = v_found.rows,
        distinct_codes = v_found.distinct_codes,
        registered = v_found.rows - coalesce(v_last.seq, 0),
        missing = coalesce(v_last.seq, 0),
        digest = {S}.birth_item_digest(v_ledger),
        upper_bound = v_last.entity_code
    WHERE ledger_id = v_ledger
    RETURNING digest INTO v_digest;
    IF p_recount AND (v_found.recounted IS DISTINCT FROM v_digest OR v_found.unidentified IS DISTINCT FROM 0) THEN
        PERFORM {S}.birth_refuse('BR004', 'plan_differs',
            format('two queries of one moment disagree on %s', p_collection),
            jsonb_build_object('collection', p_collection, 'planned', v_digest, 'recounted', v_found.recounted),
            'Plan without --reconcile, then reconcile: it shows what differs.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_plan_entry(bigint, text, boolean) IS
    'Plans one collection of a run. Refuses one that cannot be planned, or that its identity no longer identifies. '
    'Private. Raises BR003 not_plannable, gateway_code, contract_broken; BR004 identity_drifted, plan_differs.';

-- The statement that plans an entry ($1) by a join of its source with the registry: it stores the missing items and
-- answers what was counted. Each part is read READ ONLY.
CREATE OR REPLACE FUNCTION {S}._birth_plan_by_join(
    p_missing text, p_counted text, p_taken text, p_recount text, p_bounds text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH stored AS (
            INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, row.seq, row.code, row.source_key
            FROM {S}._birth_reading(%L, %L) AS row(seq bigint, code text, source_key text[])
        ), counted AS (
            SELECT *
            FROM {S}._birth_reading(%L)
                AS row(rows bigint, codes bigint, distinct_codes bigint, longest integer, suspects bigint)
        ), taken AS (
            SELECT * FROM {S}._birth_reading(%L, %L) AS row(foreign_codes bigint, foreign_example text)
        ), recounted AS (%s)
        SELECT *, NULL::bigint AS twins FROM counted CROSS JOIN taken CROSS JOIN recounted $query$,
        p_missing, p_bounds, p_counted, p_taken, p_bounds, {S}._birth_recounted_part(p_recount, p_bounds))
$body$;
COMMENT ON FUNCTION {S}._birth_plan_by_join(text, text, text, text, text) IS
    'The statement that stores and counts an entry by joining its source with the registry. Private.';

-- The same where source and registry cannot be joined: the source is read once, in windows.
CREATE OR REPLACE FUNCTION {S}._birth_plan_in_windows(
    p_relid oid, p_collection text, p_expression text, p_locator text[], p_recount text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH row AS MATERIALIZED (
            SELECT code, source_key, owner FROM {S}.birth_windows(%L)
        ), stored AS (
            INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, row_number() OVER (ORDER BY row.code COLLATE "C"), row.code, row.source_key::text[]
            FROM row WHERE row.code IS NOT NULL AND row.owner IS NULL
        ), counted AS (
            SELECT count(*) AS rows,
                count(row.code) AS codes,
                count(DISTINCT row.code COLLATE "C") AS distinct_codes,
                max(length(row.code)) AS longest,
                0::bigint AS suspects,
                count(DISTINCT row.code COLLATE "C")
                    - count(DISTINCT {S}.birth_code_fold(row.code) COLLATE "C") AS twins
            FROM row
        ), taken AS (
            SELECT count(*) AS foreign_codes, min(row.code COLLATE "C") AS foreign_example
            FROM row
            WHERE row.owner <> %L
        ), recounted AS (%s)
        SELECT * FROM counted CROSS JOIN taken CROSS JOIN recounted $query$,
        format('SELECT %s AS code, ARRAY[%s]::text AS source_key FROM %s AS source ORDER BY (%1$s) COLLATE "C"',
            p_expression,
            (SELECT string_agg(format('source.%I::text', name), ', ' ORDER BY position)
            FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)),
            {S}._birth_source(p_relid)),
        p_collection, {S}._birth_recounted_part(p_recount, NULL))
$body$;
COMMENT ON FUNCTION {S}._birth_plan_in_windows(oid, text, text, text[], text) IS
    'The statement that stores and counts an entry whose source cannot be joined with the registry. Private.';

-- The part of a plan's statement that counts once more, by another query in the same snapshot; NULLs without one.
CREATE OR REPLACE FUNCTION {S}._birth_recounted_part(p_recount text, p_bounds text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN p_recount IS NULL
            THEN 'SELECT NULL::text AS recounted, NULL::bigint AS unidentified'
        ELSE format('SELECT row.digest AS recounted, row.without_code + row.duplicates AS unidentified
            FROM {S}._birth_reading(%L, %L)
                AS row(missing bigint, digest text, without_code bigint, duplicates bigint)', p_recount, p_bounds) END
$body$;
COMMENT ON FUNCTION {S}._birth_recounted_part(text, text) IS
    'The part of a plan''s statement that recounts the source in the same snapshot. Private.';

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
