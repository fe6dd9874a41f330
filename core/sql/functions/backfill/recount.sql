-- A run's missing sets once more, by another query shape than the plan's: a set difference instead of an anti join.
-- STABLE, so that all of its statements see the one snapshot of the query that calls it. No digest where the planned
-- table or a column of its identity is gone. Both sets are sorted: that takes no more memory than it may, whatever the
-- estimate, and leaves what is missing in code order.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_recount(p_run bigint)
RETURNS TABLE (collection_name text, missing bigint, digest text, without_code bigint, duplicates bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB' SET enable_hashagg = 'off'
{TEXT_SETTINGS} AS $body$
#variable_conflict use_column
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_alone bigint[] := ARRAY(
        SELECT l.ledger_id FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = p_run AND {S}._birth_entry_readable(l));
    v_together bigint[];
    v_found jsonb := '{{}}'::jsonb;
BEGIN
    FOR v_together IN SELECT * FROM {S}._birth_together(v_alone) LOOP
        SELECT v_found || coalesce(jsonb_object_agg(row.entry, to_jsonb(row)), '{{}}') INTO v_found
        FROM {S}._birth_reading({S}._birth_recount_together(v_together))
            AS row(entry bigint, missing bigint, digest text, without_code bigint, duplicates bigint);
    END LOOP;
    FOR v_entry IN SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run ORDER BY l.ledger_id LOOP
        collection_name := v_entry.collection_name;
        SELECT NULL::bigint, NULL::text, NULL::bigint, NULL::bigint INTO missing, digest, without_code, duplicates;
        IF v_found ? v_entry.ledger_id::text THEN
            SELECT row.* INTO missing, digest, without_code, duplicates
            FROM jsonb_to_record(v_found -> v_entry.ledger_id::text)
                AS row(missing bigint, digest text, without_code bigint, duplicates bigint);
        ELSIF v_entry.ledger_id = ANY (v_alone) THEN
            SELECT * INTO missing, digest, without_code, duplicates
            FROM {S}._birth_reading({S}._birth_recount_statement(v_entry), {S}._birth_entry_bounds(v_entry),
                    {S}._birth_in_parts(v_entry))
                AS row(missing bigint, digest text, without_code bigint, duplicates bigint);
        END IF;
        RAISE NOTICE 'recounted %', collection_name;
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_recount(bigint) IS
    'Recounts the missing rows of each entry of a run, by a set difference. Private.';

-- The statement that recounts one entry. Codes that cannot repeat are not counted twice; where they are compared range
-- by range, one pass tells which are missing, and which are blank.
CREATE OR REPLACE FUNCTION {S}._birth_recount_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_parts text := {S}._birth_missing_parts(p_entry, true, NULL);
BEGIN
    RETURN format($query$
        WITH %1$s numbered AS (
            SELECT code, row_number() OVER (ORDER BY code COLLATE "C") - 1 AS number FROM (%2$s) AS missing
        ), chunk AS (
            SELECT number / 10000 AS number, count(*) AS codes,
                sha256(convert_to(string_agg(octet_length(code) || ':' || code, '' ORDER BY number), 'UTF8')) AS hash
            FROM numbered GROUP BY 1
        ), counted AS (%3$s)
        SELECT (SELECT coalesce(sum(codes), 0)::bigint FROM chunk),
            (SELECT encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY number), ''::bytea)), 'hex') FROM chunk),
            without_code, duplicates FROM counted $query$,
        'part AS MATERIALIZED (' || v_parts || '), ',
        CASE WHEN v_parts IS NULL THEN {S}._birth_missing_query(p_entry, NULL)
            ELSE {S}._birth_missing_of_parts('part') END,
        CASE WHEN v_parts IS NULL
                THEN format('SELECT c.rows - c.codes AS without_code, c.codes - c.different AS duplicates
                    FROM (%s) AS c(rows, codes, different, longest, suspects)', {S}._birth_codes_query(p_entry))
            ELSE 'SELECT coalesce(sum(part.blank), 0)::bigint AS without_code, 0::bigint AS duplicates FROM part' END);
END
$body$;
COMMENT ON FUNCTION {S}._birth_recount_statement({S}.birth_backfill_ledger) IS
    'The statement that recounts one entry. Private.';

-- The query of an entry's codes that are missing now: a set difference, for _birth_reading. Of codes in order, by one
-- pass over both indexes; before PostgreSQL 18, EXCEPT sorts whatever it is given, so there it is said by groups. Few
-- of many are told range by range. `p_within`: as in
-- _birth_met_query, and only where codes are in order.
CREATE OR REPLACE FUNCTION {S}._birth_missing_query(p_entry {S}.birth_backfill_ledger, p_within text)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_code text := {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source');
    v_text text := CASE WHEN p_within IS NULL
        THEN {S}._birth_code_in_order(p_entry.relid, p_entry.strategy, p_entry.columns)
        ELSE {S}._birth_column_text(p_entry.columns[1]) END;
    v_within text := coalesce(p_within, {S}._birth_within_bounds());
    v_parts text;
BEGIN
    IF v_text IS NOT NULL AND p_within IS NULL THEN
        v_parts := {S}._birth_missing_parts(p_entry, false, NULL);
        IF v_parts IS NOT NULL THEN
            RETURN {S}._birth_missing_of_parts('(' || v_parts || ')');
        END IF;
    END IF;
    RETURN format(CASE
        WHEN {S}.birth_windowed(p_entry.relid)
            THEN 'SELECT DISTINCT code COLLATE "C" AS code FROM {S}.birth_windows(%3$L)
                WHERE code IS NOT NULL AND owner IS NULL'
        WHEN v_text IS NULL
            THEN 'SELECT (%1$s) COLLATE "C" AS code FROM %2$s AS source WHERE (%1$s) IS NOT NULL
                EXCEPT SELECT r.entity_code COLLATE "C" FROM {S}.birth_registry_rows() AS r
                WHERE %5$s'
        ELSE 'SELECT every.code COLLATE "C" AS code FROM (' || CASE
            WHEN current_setting('server_version_num')::integer >= 180000
                THEN 'SELECT %4$s AS code FROM %2$s AS source
                    EXCEPT SELECT r.entity_code FROM {S}.birth_registry_rows() AS r
                    WHERE %5$s'
            ELSE 'SELECT each.code FROM (
                    SELECT 1 AS side, %4$s AS code FROM %2$s AS source
                    UNION ALL SELECT 0, r.entity_code FROM {S}.birth_registry_rows() AS r
                    WHERE %5$s) AS each
                GROUP BY each.code HAVING min(each.side) > 0' END
            || ') AS every WHERE ' || {S}._birth_seen_condition('every.code')
        END, v_code, {S}._birth_source(p_entry.relid),
        format('SELECT %s AS code, NULL::text AS source_key FROM %s AS source',
            v_code, {S}._birth_source(p_entry.relid)), v_text, v_within);
END
$body$;
COMMENT ON FUNCTION {S}._birth_missing_query({S}.birth_backfill_ledger, text) IS
    'The query of an entry''s missing codes: a set difference. Private.';

-- Whether so few rows of an entry are missing, as far as its plan and statistics tell, that arrays hold them.
CREATE OR REPLACE FUNCTION {S}._birth_few_missing(p_entry {S}.birth_backfill_ledger) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_rows bigint := {S}._birth_rows_about(p_entry.relid);
BEGIN
    RETURN v_rows <= 50000000 AND coalesce(p_entry.missing, 0) <= 500000
        AND v_rows - {S}._birth_rows_about({S}.birth_bound_table('registry')) <= 500000;
END
$body$;
COMMENT ON FUNCTION {S}._birth_few_missing({S}.birth_backfill_ledger) IS
    'True if few rows of an entry are missing, as far as its plan and statistics tell. Private.';

-- The query of an entry's codes that are missing, range by range: an array for each (`codes`), where codes stand in
-- order and few are missing; else NULL. `p_judged`: it also tells how many rows have a `blank` code, and is NULL where
-- two rows may share one. `p_within`: as in _birth_missing_query; then it is one range.
CREATE OR REPLACE FUNCTION {S}._birth_missing_parts(
    p_entry {S}.birth_backfill_ledger, p_judged boolean, p_within text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_text text := {S}._birth_parts_text(p_entry, p_judged, p_within);
BEGIN
    RETURN (
        SELECT string_agg(format(
            'SELECT array_agg(o.code) FILTER (WHERE o.code IS NOT NULL AND t.code IS NULL) AS codes%s
                FROM (SELECT %s AS code FROM %s AS source WHERE %s) AS o FULL JOIN (
                    SELECT r.entity_code AS code FROM {S}.birth_registry_rows() AS r WHERE %s AND (%s)) AS t
                ON t.code = o.code',
            CASE WHEN p_judged
                THEN format(', count(*) FILTER (WHERE o.code IS NOT NULL AND NOT %s) AS blank',
                    {S}._birth_seen_condition('o.code'))
                ELSE '' END,
            v_text, {S}._birth_source(p_entry.relid), ranges.ours, ranges.theirs,
            coalesce(p_within, {S}._birth_within_bounds())),
            E'\nUNION ALL ')
        FROM {S}.birth_code_ranges(CASE WHEN p_within IS NULL THEN p_entry.relid END, p_entry.columns[1]) AS ranges
        WHERE v_text IS NOT NULL);
END
$body$;
COMMENT ON FUNCTION {S}._birth_missing_parts({S}.birth_backfill_ledger, boolean, text) IS
    'The query of an entry''s missing codes, range by range, by what a full join leaves without a partner; NULL where '
    'they are found otherwise. Private.';

-- The text of an entry's codes, where they stand in order and few are missing; else NULL, and where two rows may share
-- one, but they may not (`p_declared`). `p_within`: as in _birth_missing_query.
CREATE OR REPLACE FUNCTION {S}._birth_parts_text(
    p_entry {S}.birth_backfill_ledger, p_declared boolean, p_within text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT {S}._birth_few_missing(p_entry) OR {S}.birth_windowed(p_entry.relid)
        OR p_declared AND NOT {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
    THEN
        RETURN NULL;
    ELSIF p_within IS NOT NULL THEN
        RETURN {S}._birth_column_text(p_entry.columns[1]);
    END IF;
    RETURN {S}._birth_code_in_order(p_entry.relid, p_entry.strategy, p_entry.columns);
END
$body$;
COMMENT ON FUNCTION {S}._birth_parts_text({S}.birth_backfill_ledger, boolean, text) IS
    'SQL of the text of an entry''s codes, where they stand in order and few are missing; else NULL. Private.';

-- Whether what is missing of an entry is found range by range.
CREATE OR REPLACE FUNCTION {S}._birth_in_parts(p_entry {S}.birth_backfill_ledger) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN {S}._birth_parts_text(p_entry, false, NULL) IS NOT NULL;
END
$body$;
COMMENT ON FUNCTION {S}._birth_in_parts({S}.birth_backfill_ledger) IS
    'True if an entry''s missing codes are found range by range. Private.';

-- The query of the missing codes that such ranges tell; `p_parts`: where these stand, as a FROM takes it.
CREATE OR REPLACE FUNCTION {S}._birth_missing_of_parts(p_parts text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT every.code COLLATE "C" AS code FROM %s AS part, unnest(part.codes) AS every(code) WHERE %s',
        p_parts, {S}._birth_seen_condition('every.code'))
$body$;
COMMENT ON FUNCTION {S}._birth_missing_of_parts(text) IS
    'The query of the missing codes of ranges that were compared. Private.';

-- The query for what bounds an entry's part of the registry.
CREATE OR REPLACE FUNCTION {S}._birth_entry_bounds(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_code_bounds(p_entry.relid, source.code)
    FROM {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS source(code)
$body$;
COMMENT ON FUNCTION {S}._birth_entry_bounds({S}.birth_backfill_ledger) IS
    'The query for rows, first and last code of an entry; NULL if the registry is hardly larger. Private.';

-- The query that counts an entry's rows without a code, those that share one, and those that may have a twin.
CREATE OR REPLACE FUNCTION {S}._birth_counted_query(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT c.rows - c.codes AS without_code, c.codes - c.different AS duplicates, c.suspects
            FROM (%s) AS c(rows, codes, different, longest, suspects)',
        {S}._birth_counted_statement(p_entry.relid, source.code, p_entry.columns))
    FROM {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS source(code)
$body$;
COMMENT ON FUNCTION {S}._birth_counted_query({S}.birth_backfill_ledger) IS
    'The query that counts an entry''s rows without a code, and those that share one. Private.';

-- The query that counts an entry's rows, codes and different codes; two NULLs stand for the rest.
CREATE OR REPLACE FUNCTION {S}._birth_codes_query(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_code text := {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source');
BEGIN
    RETURN format('SELECT count(*), count(row.code), count(%s) FILTER (WHERE row.code IS NOT NULL), NULL::integer,
            NULL::bigint FROM (SELECT %s AS code%s FROM %s AS source OFFSET 0) AS row',
        CASE WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns) THEN 'row.code'
            ELSE 'DISTINCT row.same' END, v_code,
        CASE WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns) THEN ''
            ELSE format(', %s AS same', {S}._birth_same_expression(p_entry.relid, v_code, p_entry.columns)) END,
        {S}._birth_source(p_entry.relid));
END
$body$;
COMMENT ON FUNCTION {S}._birth_codes_query({S}.birth_backfill_ledger) IS
    'The query that counts an entry''s rows, codes and different codes. Private.';
