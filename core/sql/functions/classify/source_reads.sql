-- The rows of a source that one join with the registry finds missing, in code order, or registered for others
-- (`owner`), for _birth_reading. Reads the registry between its bounds, or `p_within`. Where codes are a column of
-- text, joined by that text: whether anything of it is seen is asked only of the rows that are met.
CREATE OR REPLACE FUNCTION {S}._birth_met_query(
    p_relid oid, p_collection text, p_expression text, p_locator text[], p_columns text[], p_within text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    -- What is in order is a column of text.
    v_text text := CASE WHEN p_within IS NULL THEN {S}._birth_text_code(p_relid, p_expression, p_columns)
        ELSE {S}._birth_identity_text(p_relid, p_columns[1], 'source') END;
BEGIN
    RETURN format('SELECT met.owner, met.code, met.source_key,
                row_number() OVER (PARTITION BY met.owner IS NULL ORDER BY met.code COLLATE "C") AS seq
            FROM (SELECT r.collection_name AS owner, row.code, row.source_key FROM (SELECT %1$s AS code,
                    %2$s AS source_key, %6$s AS text FROM %3$s AS source) AS row
                LEFT JOIN {S}.birth_registry_rows() AS r ON r.entity_code = row.text AND (%5$s)
                WHERE (r.entity_code IS NULL OR r.collection_name <> %4$L) %7$s) AS met
            WHERE met.code IS NOT NULL',
        p_expression, {S}._birth_source_key(p_locator), {S}._birth_source(p_relid), p_collection,
        coalesce(p_within, {S}._birth_within_bounds()), coalesce(v_text, p_expression),
        CASE WHEN v_text IS NOT NULL THEN 'OFFSET 0' ELSE '' END);
END
$body$;
COMMENT ON FUNCTION {S}._birth_met_query(oid, text, text, text[], text[], text) IS
    'The query of a source''s rows that are missing or registered for other collections. Private.';

-- What a plan reads of a source that can be joined with the registry: the rows that it meets; what the contract asks
-- for; and codes that are registered for others by themselves, which reads the registry between its bounds as well.
CREATE OR REPLACE FUNCTION {S}._birth_plan_queries(
    p_relid oid, p_collection text, p_expression text, p_locator text[], p_columns text[],
    OUT met text, OUT counted text, OUT taken text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_met_query(p_relid, p_collection, p_expression, p_locator, p_columns, NULL),
        {S}._birth_counted_statement(p_relid, p_expression, p_columns),
        format('SELECT count(*), min(row.code COLLATE "C") FROM (SELECT %1$s AS code FROM %2$s AS source) AS row
            JOIN {S}.birth_registry_rows() AS r ON r.entity_code = row.code
            WHERE r.collection_name <> %3$L AND (%4$s)',
            p_expression, {S}._birth_source(p_relid), p_collection, {S}._birth_within_bounds())
$body$;
COMMENT ON FUNCTION {S}._birth_plan_queries(oid, text, text, text[], text[]) IS
    'The queries that plan a source by joins: rows that are missing or registered for other collections, its counts, '
    'and the latter alone. Private.';

-- The statement that counts rows, codes, different codes, the longest one and those that may have a twin. Codes that
-- cannot repeat are not counted twice; each is computed once (OFFSET 0). Where codes are a column of text, one is its
-- text or, if that is blank, none. Of a small table, how its codes are counted hardly shows.
CREATE OR REPLACE FUNCTION {S}._birth_counted_statement(p_relid oid, p_expression text, p_columns text[])
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_declared boolean := {S}._birth_identity_is_declared(p_relid, p_columns);
    v_text text := {S}._birth_text_code(p_relid, p_expression, p_columns);
BEGIN
    IF v_text IS NULL THEN
        RETURN format('SELECT count(*), count(row.code), count(%3$s) FILTER (WHERE row.code IS NOT NULL),
                max(length(row.code)), count(*) FILTER (WHERE row.code ~ ''[^!-~]'')
            FROM (SELECT %1$s AS code, %4$s AS same FROM %2$s AS source OFFSET 0) AS row',
            p_expression, {S}._birth_source(p_relid),
            CASE WHEN v_is_declared THEN 'row.code' ELSE 'DISTINCT row.same' END,
            {S}._birth_same_expression(p_relid, p_expression, p_columns));
    ELSIF v_is_declared AND {S}._birth_rows_about(p_relid) >= 20000 AND pg_client_encoding() = getdatabaseencoding()
        AND {S}._birth_code_in_order(p_relid, 'column', p_columns) IS NOT NULL
        -- No text may come near a gigabyte, also if its range has grown since statistics were taken.
        AND pg_indexes_size(p_relid) < 768 * 1024 * 1024
        AND pg_relation_size(p_relid) <= (SELECT 1.25 * 8192 * c.relpages FROM pg_class AS c WHERE c.oid = p_relid)
    THEN
        RETURN {S}._birth_counted_in_order(p_relid, p_columns[1], v_text);
    END IF;
    RETURN {S}._birth_counted_text(p_relid, v_text, v_is_declared, 'true');
END
$body$;
COMMENT ON FUNCTION {S}._birth_counted_statement(oid, text, text[]) IS
    'The query that counts rows, codes, different codes, the longest code and those that may have a twin. Private.';

-- The same of a column of text, row by row.
CREATE OR REPLACE FUNCTION {S}._birth_counted_text(
    p_relid oid, p_text text, p_is_declared boolean, p_when text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_seen text := {S}._birth_seen_condition('row.code');
BEGIN
    RETURN format('SELECT count(*), count(row.code) FILTER (WHERE %3$s), count(%4$s) FILTER (WHERE %3$s),
            max(CASE WHEN NOT row.odd THEN octet_length(row.code) WHEN %3$s THEN length(row.code) END),
            count(*) FILTER (WHERE row.odd AND %3$s)
        FROM (SELECT %1$s AS code, %5$s AS odd FROM %2$s AS source WHERE %6$s OFFSET 0) AS row',
        p_text, {S}._birth_source(p_relid), v_seen,
        CASE WHEN p_is_declared THEN 'row.code' ELSE 'DISTINCT row.code COLLATE "C"' END,
        {S}._birth_odd_expression(p_text), p_when);
END
$body$;
COMMENT ON FUNCTION {S}._birth_counted_text(oid, text, boolean, text) IS
    'The query that counts the codes of a column of text row by row, under a condition. Private.';

-- The same of codes that cannot repeat, where an index holds them in order: those of a range are put together and
-- looked at as one text, which tells whether any holds more than visible ASCII. If none does and none is empty, each
-- row has a code without a twin. Else they are counted row by row.
CREATE OR REPLACE FUNCTION {S}._birth_counted_in_order(p_relid oid, p_column text, p_text text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format('WITH quick AS MATERIALIZED (
            SELECT sum(part.rows)::bigint AS rows, max(part.longest) AS longest,
                coalesce(bool_or(%1$s), false) OR EXISTS (SELECT FROM %2$s AS source WHERE source.%3$I = '''') AS odd
            FROM (%4$s) AS part
        )
        SELECT q.rows, q.rows, q.rows, q.longest, 0::bigint FROM quick AS q WHERE NOT q.odd
        UNION ALL
        SELECT each.* FROM quick AS q CROSS JOIN LATERAL (%5$s) AS each WHERE q.odd',
        {S}._birth_odd_expression('part.every'), {S}._birth_source(p_relid), p_column, (
            SELECT string_agg(format('SELECT count(*) AS rows, max(octet_length(%1$s)) AS longest,
                coalesce(string_agg(%1$s, ''''), '''') AS every FROM %2$s AS source WHERE %3$s',
                p_text, {S}._birth_source(p_relid), ranges.ours), E'\nUNION ALL ')
            FROM {S}.birth_code_ranges(p_relid, p_column) AS ranges),
        {S}._birth_counted_text(p_relid, p_text, true, 'q.odd'));
END
$body$;
COMMENT ON FUNCTION {S}._birth_counted_in_order(oid, text, text) IS
    'The query that counts codes that cannot repeat and stand in order, range by range. Private.';

-- The text whose codes an expression gives, where it is that of one column of text, and text alone tells rows apart.
CREATE OR REPLACE FUNCTION {S}._birth_text_code(p_relid oid, p_expression text, p_columns text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF cardinality(p_columns) = 1 AND {S}._birth_is_text(p_relid, p_columns[1])
        AND cardinality({S}.birth_own_equality(p_relid, p_columns)) = 0
        AND p_expression = {S}._birth_identity_expression(p_relid, '', 'column', p_columns, 'source')
    THEN
        RETURN {S}._birth_identity_text(p_relid, p_columns[1], 'source');
    END IF;
    RETURN NULL;
END
$body$;
COMMENT ON FUNCTION {S}._birth_text_code(oid, text, text[]) IS
    'The text that an expression of codes takes from one column, as SQL; NULL where it is another, or rows are told '
    'apart by more than text. Private.';

-- Whether a text holds more than visible ASCII, as SQL. A regular expression says so, but its start costs more than
-- most codes: bytes written as `escape` (_birth_reading sets that) are longer than the text wherever one of them is
-- neither a space nor visible ASCII. Where they are written otherwise, or converted, the expression is asked.
CREATE OR REPLACE FUNCTION {S}._birth_odd_expression(p_text text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format(CASE
        WHEN pg_client_encoding() = getdatabaseencoding()
            THEN 'CASE WHEN octet_length(textsend(%1$s)::text) = octet_length(%1$s) AND strpos(%1$s, '' '') = 0'
                ' THEN false ELSE %1$s ~ ''[^!-~]'' END'
        ELSE '%1$s ~ ''[^!-~]''' END, p_text)
$body$;
COMMENT ON FUNCTION {S}._birth_odd_expression(text) IS
    'SQL that is true where a text holds anything but visible ASCII. Private.';

-- What is different wherever two rows are told apart: the code, byte by byte; or the columns, where one of them has an
-- equality of its own.
CREATE OR REPLACE FUNCTION {S}._birth_same_expression(p_relid oid, p_expression text, p_columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN cardinality({S}.birth_own_equality(p_relid, p_columns)) = 0
            THEN format('(%s) COLLATE "C"', p_expression)
        WHEN cardinality(p_columns) = 1
            THEN format('source.%I', p_columns[1])
        ELSE (
            SELECT format('ROW(%s)', string_agg(format('source.%I', c.name), ', ' ORDER BY c.position))
            FROM unnest(p_columns) WITH ORDINALITY AS c(name, position)) END
$body$;
COMMENT ON FUNCTION {S}._birth_same_expression(oid, text, text[]) IS
    'SQL expression that differs wherever two rows are told apart: the code, or the columns with an equality of '
    'their own. Private.';

-- The query of each row's code, whether it is odd (holds more than visible ASCII), and its folded form. Forms are found
-- as birth_code_fold does it, without calling it: half a million calls take longer than a sort. Each is computed once
-- (OFFSET 0).
CREATE OR REPLACE FUNCTION {S}._birth_forms_query(p_relid oid, p_expression text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = 'on' AS $body$
DECLARE
    v_unseen text :=
        {UNSEEN};
BEGIN
    RETURN format($query$
            SELECT seen.code, seen.odd, CASE
                WHEN NOT seen.odd THEN seen.code
                %1$s END COLLATE "C" AS form
            FROM (
                SELECT row.code, row.odd, CASE WHEN row.odd THEN regexp_replace(row.code, %2$L, '', 'g') END AS text
                FROM (
                    SELECT coded.code, %3$s AS odd
                    FROM (SELECT (%4$s) COLLATE "C" AS code FROM %5$s AS source OFFSET 0) AS coded OFFSET 0) AS row
                OFFSET 0) AS seen $query$,
        CASE WHEN getdatabaseencoding() = 'UTF8'
            THEN format('WHEN seen.text IS NFKC NORMALIZED THEN seen.text
                ELSE regexp_replace(normalize(seen.text, NFKC), %L, '''', ''g'')', v_unseen)
            ELSE 'ELSE {S}.birth_code_fold(seen.code)' END,
        v_unseen, {S}._birth_odd_expression('coded.code'), p_expression, {S}._birth_source(p_relid));
END
$body$;
COMMENT ON FUNCTION {S}._birth_forms_query(oid, text) IS
    'The query of each row''s code, whether it holds more than visible ASCII, and its folded form. Private.';

-- The statement that counts how many codes are left over when those that are the same code are one, and names three
-- groups of them. A code of visible ASCII alone has only itself as its folded form: it is looked for among the folded
-- forms first, which are few, for to look at its characters takes longer.
CREATE OR REPLACE FUNCTION {S}._birth_twins_statement(p_relid oid, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH row AS NOT MATERIALIZED (
            SELECT (%1$s) COLLATE "C" AS code FROM %2$s AS source
        ), folded AS MATERIALIZED (
            SELECT code, form FROM (%3$s) AS formed WHERE odd
        ), same AS MATERIALIZED (
            SELECT code, form
            FROM folded
            UNION ALL
            SELECT plain.code, plain.code
            FROM (SELECT code FROM row WHERE code IN (SELECT form FROM folded) OFFSET 0) AS plain
            WHERE plain.code !~ '[^!-~]'
        ), met AS MATERIALIZED (
            SELECT form, min(code) AS first, count(DISTINCT code) - 1 AS over
            FROM same
            GROUP BY form HAVING min(code) <> max(code)
        )
        SELECT coalesce(sum(over), 0)::bigint, (
            SELECT jsonb_agg((SELECT array_agg(DISTINCT same.code) FROM same WHERE same.form = few.form)
                ORDER BY few.first)
            FROM (SELECT met.form, met.first FROM met ORDER BY met.first LIMIT 3) AS few)
        FROM met $query$,
        p_expression, {S}._birth_source(p_relid), {S}._birth_forms_query(p_relid, p_expression))
$body$;
COMMENT ON FUNCTION {S}._birth_twins_statement(oid, text) IS
    'The query that counts codes whose folded form another code has as well, with examples. Private.';

-- How many codes have a twin, where any may have one.
CREATE OR REPLACE FUNCTION {S}._birth_identity_twins(p_relid oid, p_expression text, p_suspects bigint)
    RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_twins bigint := 0;
BEGIN
    IF p_suspects > 0 THEN
        SELECT found.twins
        INTO v_twins
        FROM {S}._birth_reading({S}._birth_twins_statement(p_relid, p_expression))
            AS found(twins bigint, examples jsonb);
    END IF;
    RETURN v_twins;
END
$body$;
COMMENT ON FUNCTION {S}._birth_identity_twins(oid, text, bigint) IS
    'How many codes are the same code as another one, if any can be. Private.';

-- Refuse to read a whole table once for every row of another: on a large source that never ends.
CREATE OR REPLACE FUNCTION {S}._birth_plan_affordable(p_relid oid, p_collection text, p_query text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_most CONSTANT numeric := 10000000; -- pairs of rows
    v_plan jsonb;
    v_loop jsonb;
BEGIN
    -- By the figures that the server estimates with: to plan each of many small tables takes as long as to read it.
    IF current_setting('enable_hashjoin')::boolean
       AND {S}._birth_rows_about(p_relid)
           * {S}._birth_rows_about({S}.birth_bound_table('registry')) <= v_most THEN
        RETURN;
    END IF;
    v_plan := {S}._birth_explaining(p_query);
    FOR v_loop IN SELECT jsonb_path_query(v_plan, '$.** ? (@."Node Type" == "Nested Loop")') LOOP
        IF (v_loop -> 'Plans' -> 0 ->> 'Plan Rows')::numeric * (v_loop -> 'Plans' -> 1 ->> 'Plan Rows')::numeric
               > v_most
           AND jsonb_path_exists(v_loop -> 'Plans' -> 1, '$.** ? (@."Node Type" == "Seq Scan")') THEN
            PERFORM {S}.birth_refuse('BR003', 'plan_unaffordable',
                format('planning %s would scan a whole table for every row of another', p_collection),
                jsonb_build_object(
                    'collection', p_collection,
                    'outer_rows', v_loop -> 'Plans' -> 0 -> 'Plan Rows',
                    'inner_rows', v_loop -> 'Plans' -> 1 -> 'Plan Rows'),
                'ANALYZE the source and the registry, and check that enable_hashjoin is on.');
        END IF;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_plan_affordable(oid, text, text) IS
    'Refuses a query that would scan a whole table for every row of another. Private. Raises BR003 '
    'plan_unaffordable.';
