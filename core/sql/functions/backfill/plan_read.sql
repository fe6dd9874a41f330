-- What planning an entry reads: its missing rows, which become items, and what is counted of its source, in one
-- statement and so in one snapshot.

DROP FUNCTION IF EXISTS {S}._birth_plan_by_join(text, text, text, text), {S}._birth_recounted_part(text, text);

-- Read one begun entry by itself; answers what was counted.
CREATE OR REPLACE FUNCTION {S}._birth_plan_read(p_ledger bigint, p_recount boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_expression text;
    v_reads record;
    v_statement text;
    v_bounds text;
    v_recount text;
    v_found record;
BEGIN
    SELECT * INTO STRICT v_entry FROM {S}.birth_backfill_ledger WHERE ledger_id = p_ledger;
    v_expression := {S}._birth_identity_expression(
        v_entry.relid, v_entry.collection_name, v_entry.strategy, v_entry.columns, 'source');
    v_bounds := {S}._birth_code_bounds(v_entry.relid, v_expression);
    IF p_recount THEN
        v_recount := format('{S}._birth_reading(%L, %L, %L)',
            {S}._birth_recount_statement(v_entry), v_bounds, {S}._birth_in_parts(v_entry));
    END IF;
    IF {S}.birth_windowed(v_entry.relid) THEN
        v_statement := {S}._birth_plan_in_windows(
            v_entry.relid, v_entry.collection_name, v_expression, v_entry.locator, v_recount);
    ELSE
        v_reads := {S}._birth_plan_queries(
            v_entry.relid, v_entry.collection_name, v_expression, v_entry.locator, v_entry.columns);
        PERFORM {S}._birth_plan_affordable(v_entry.relid, v_entry.collection_name, v_reads.met);
        v_statement := {S}._birth_plan_by_join(
            coalesce({S}._birth_plan_in_order(v_entry, v_expression, v_reads.met, v_bounds),
                format('{S}._birth_reading(%L, %L)', v_reads.met, v_bounds)),
            coalesce(
                {S}._birth_counted_since(v_entry, {S}._birth_proven_before(v_entry), false), v_reads.counted),
            v_recount);
    END IF;
    EXECUTE v_statement INTO v_found USING p_ledger;
    RETURN to_jsonb(v_found);
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_read(bigint, boolean) IS
    'Reads a begun entry: stores its missing items, and answers the counts. Private.';

-- Read these begun entries in one pass; answers what was counted of each, by its number. Never by a nested loop: for a
-- row of one of many sources, it could read a whole table. And by the server's workers: of many joined rows that it
-- expects, few are handed on.
CREATE OR REPLACE FUNCTION {S}._birth_plan_read_together(p_ledgers bigint[], p_recount boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_nestloop = 'off' SET parallel_tuple_cost = '0.001' AS $body$
DECLARE
    v_recounted text := 'SELECT NULL::bigint AS ledger_id, NULL::text AS digest, NULL::bigint AS unidentified';
    v_apart boolean := {S}._birth_together_apart(p_ledgers);
    v_found jsonb;
BEGIN
    IF p_recount THEN
        v_recounted := format('SELECT row.ledger_id, row.digest, row.without_code + row.duplicates AS unidentified'
            ' FROM {S}._birth_reading(%L)'
            ' AS row(ledger_id bigint, missing bigint, digest text, without_code bigint, duplicates bigint)',
            {S}._birth_recount_together(p_ledgers));
    END IF;
    EXECUTE format($query$
        WITH met AS MATERIALIZED (
            SELECT *
            FROM {S}._birth_reading(%L)
                AS row(ledger_id bigint, owner text, code text, source_key text[], seq bigint)
        ), stored AS (
            INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT ledger_id, seq, code, source_key FROM met WHERE owner IS NULL
        ), taken AS (
            SELECT ledger_id, count(*) AS codes, min(code COLLATE "C") AS example
            FROM met WHERE owner IS NOT NULL GROUP BY 1
        ), counted AS (
            SELECT *
            FROM {S}._birth_reading(%L) AS row(ledger_id bigint, rows bigint, codes bigint, distinct_codes bigint,
                longest integer, suspects bigint)
        ), recounted AS (%s)
        SELECT jsonb_object_agg(c.ledger_id, to_jsonb(c) || jsonb_build_object(
            'foreign_codes', coalesce(t.codes, 0), 'foreign_example', t.example,
            'recounted', r.digest, 'unidentified', r.unidentified))
        FROM counted AS c
        LEFT JOIN taken AS t ON t.ledger_id = c.ledger_id
        LEFT JOIN recounted AS r ON r.ledger_id = c.ledger_id $query$,
        {S}._birth_together_met(p_ledgers, v_apart), {S}._birth_together_counted(p_ledgers, 'before', v_apart),
        v_recounted) INTO v_found;
    RETURN v_found;
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_read_together(bigint[], boolean) IS
    'Reads begun entries in one pass: stores their missing items, and answers the counts of each. Private.';

-- The statement that plans an entry ($1) by a join of its source with the registry: it stores the missing items and
-- answers what was counted. Each part is read READ ONLY; `p_met` and `p_recount` say how.
CREATE OR REPLACE FUNCTION {S}._birth_plan_by_join(p_met text, p_counted text, p_recount text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH met AS MATERIALIZED (
            SELECT * FROM %s AS row(owner text, code text, source_key text[], seq bigint)
        ), stored AS (
            INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, met.seq, met.code, met.source_key
            FROM met
            WHERE met.owner IS NULL
        ), taken AS (
            SELECT count(*) AS foreign_codes, min(met.code COLLATE "C") AS foreign_example
            FROM met
            WHERE met.owner IS NOT NULL
        ), counted AS (
            SELECT *
            FROM {S}._birth_reading(%L)
                AS row(rows bigint, codes bigint, distinct_codes bigint, longest integer, suspects bigint)
        ), recounted AS (%s)
        SELECT *, NULL::bigint AS twins FROM counted CROSS JOIN taken CROSS JOIN recounted $query$,
        p_met, p_counted, {S}._birth_recounted_part(p_recount))
$body$;
COMMENT ON FUNCTION {S}._birth_plan_by_join(text, text, text) IS
    'The statement that stores and counts an entry by joining its source with the registry. Private.';

-- How to read the rows that a plan meets, where its codes are in order. Where few may be missing, the codes of these by
-- a merge of both indexes, range by range, and then these rows alone: at most a twentieth, and half a million of each
-- range. If more are missing, and rows lie in the order of their codes, one merge tells which rows these are, and the
-- registry is asked by itself for codes of others; else the join finds them. NULL where none of it is to be tried.
CREATE OR REPLACE FUNCTION {S}._birth_plan_in_order(
    p_entry {S}.birth_backfill_ledger, p_expression text, p_met text, p_bounds text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_text text := {S}._birth_code_in_order(p_entry.relid, p_entry.strategy, p_entry.columns);
    v_rows bigint := {S}._birth_rows_about(p_entry.relid);
    v_most bigint := least(v_rows / 20, 500000);
    -- An array holds what may be missing of a range.
    v_few boolean := v_rows <= 50000000
        AND v_rows - {S}._birth_rows_about({S}.birth_bound_table('registry')) <= v_most;
    v_lies boolean := {S}._birth_rows_in_order(p_entry.relid, p_entry.columns[1]);
    v_source text := {S}._birth_source(p_entry.relid);
    v_key text := {S}._birth_source_key(p_entry.locator);
    v_others text;
BEGIN
    IF v_text IS NULL OR NOT (v_few OR v_lies) THEN
        RETURN NULL;
    END IF;
    v_others := format('SELECT r.collection_name AS owner, %1$s AS code, %2$s AS source_key, NULL::bigint AS seq
        FROM {S}.birth_registry_rows() AS r JOIN %3$s AS source ON %4$s = r.entity_code
        WHERE r.collection_name <> %5$L AND (%1$s) IS NOT NULL AND (%6$s)',
        p_expression, v_key, v_source, v_text, p_entry.collection_name, {S}._birth_within_bounds());
    RETURN format('{S}._birth_reading_few(%L, %s, %L, %L, %L, %L, %L)',
        CASE WHEN v_few THEN format(
            'SELECT coalesce(array_agg(few.code), ''{{}}'') FROM (%s) AS part, unnest(part.codes) AS few(code)', (
                SELECT string_agg(format('SELECT part.codes[:$3] AS codes FROM (%s) AS part',
                    {S}._birth_unmatched_query(p_entry.relid, v_text, ranges.ours, ranges.theirs,
                        {S}._birth_within_bounds())),
                    E'\nUNION ALL ')
                FROM {S}.birth_code_ranges(p_entry.relid, p_entry.columns[1]) AS ranges)) END,
        v_most,
        format('SELECT NULL::text, row.code, row.source_key, row_number() OVER (ORDER BY row.code COLLATE "C")
            FROM (
                SELECT %1$s AS code, %2$s AS source_key
                FROM unnest($3) AS missing(code) JOIN %3$s AS source ON %4$s = missing.code) AS row
            WHERE row.code IS NOT NULL
            UNION ALL %5$s', p_expression, v_key, v_source, v_text, v_others),
        CASE WHEN v_lies THEN format(
            'SELECT NULL::text, row.code, row.source_key, row_number() OVER (ORDER BY row.code COLLATE "C")
            FROM (
                SELECT %1$s AS code, %2$s AS source_key FROM %3$s AS source
                WHERE NOT EXISTS (SELECT FROM {S}.birth_registry_rows() AS r WHERE r.entity_code = %4$s AND (%5$s))
                OFFSET 0) AS row
            WHERE row.code IS NOT NULL',
            p_expression, v_key, v_source, v_text, {S}._birth_within_bounds()) END,
        v_others, p_met, p_bounds);
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_in_order({S}.birth_backfill_ledger, text, text, text) IS
    'The function call that reads the rows that a plan meets along both indexes; NULL where codes are not in order, '
    'or that would not be quicker. Private.';

-- The query of the codes of a range that the registry does not hold, as one array (`codes`): an anti join of two
-- indexes.
CREATE OR REPLACE FUNCTION {S}._birth_unmatched_query(
    p_relid oid, p_text text, p_ours text, p_theirs text, p_within text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT array_agg(%1$s) AS codes FROM %2$s AS source
        WHERE %3$s AND NOT EXISTS (
            SELECT FROM {S}.birth_registry_rows() AS r WHERE r.entity_code = %1$s AND %4$s AND (%5$s))',
        p_text, {S}._birth_source(p_relid), p_ours, p_theirs, p_within)
$body$;
COMMENT ON FUNCTION {S}._birth_unmatched_query(oid, text, text, text, text) IS
    'The query of the codes of a range that the registry does not hold. Private.';

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
        format('SELECT %s AS code, %s::text AS source_key FROM %s AS source ORDER BY (%1$s) COLLATE "C"',
            p_expression, {S}._birth_source_key(p_locator), {S}._birth_source(p_relid)),
        p_collection, {S}._birth_recounted_part(p_recount))
$body$;
COMMENT ON FUNCTION {S}._birth_plan_in_windows(oid, text, text, text[], text) IS
    'The statement that stores and counts an entry whose source cannot be joined with the registry. Private.';

-- The part of a plan's statement that counts once more, by another query in the same snapshot; NULLs without one.
CREATE OR REPLACE FUNCTION {S}._birth_recounted_part(p_recount text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN p_recount IS NULL
            THEN 'SELECT NULL::text AS recounted, NULL::bigint AS unidentified'
        ELSE format('SELECT row.digest AS recounted, row.without_code + row.duplicates AS unidentified
            FROM %s AS row(missing bigint, digest text, without_code bigint, duplicates bigint)', p_recount) END
$body$;
COMMENT ON FUNCTION {S}._birth_recounted_part(text) IS
    'The part of a plan''s statement that recounts the source in the same snapshot. Private.';
