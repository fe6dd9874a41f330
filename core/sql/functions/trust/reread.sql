-- What every source of a run holds now: rows of the plan that a rerun would register, rows that came since, rows
-- without a code, rows that share one and codes that are the same but for what is not seen, with examples. NULL where
-- the planned table or a column of its identity is gone. STABLE, so that all of its statements see the one snapshot
-- of the query that calls it.
CREATE OR REPLACE FUNCTION {S}._birth_run_reread(p_run bigint)
RETURNS TABLE (
    collection_name text, planned bigint, late bigint,
    without_code bigint, duplicates bigint, twins bigint, examples jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB' SET enable_hashagg = 'off' SET enable_nestloop = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_alone bigint[] := ARRAY(
        SELECT l.ledger_id FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = p_run AND {S}._birth_entry_readable(l));
    v_together bigint[];
    v_found jsonb := '{{}}'::jsonb;
    v_suspects bigint;
    v_shared jsonb;
    v_twins jsonb;
BEGIN
    FOR v_together IN SELECT * FROM {S}._birth_together(v_alone) LOOP
        SELECT v_found || coalesce(jsonb_object_agg(row.entry, to_jsonb(row)), '{{}}') INTO v_found
        FROM {S}._birth_reading({S}._birth_reread_together(v_together)) AS row(
            entry bigint, planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint);
    END LOOP;
    FOR v_entry IN SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run ORDER BY l.ledger_id LOOP
        collection_name := v_entry.collection_name;
        SELECT NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::jsonb
        INTO planned, late, without_code, duplicates, twins, examples;
        IF v_entry.ledger_id <> ALL (v_alone) THEN
            v_entry := {S}._birth_entry_renamed(v_entry);
        END IF;
        IF {S}._birth_entry_readable(v_entry) THEN
            IF v_found ? v_entry.ledger_id::text THEN
                SELECT row.*, NULL::jsonb, 0::bigint, NULL::jsonb
                INTO planned, late, without_code, duplicates, v_suspects, v_shared, twins, v_twins
                FROM jsonb_to_record(v_found -> v_entry.ledger_id::text) AS row(
                    planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint);
            ELSE
                SELECT row.* INTO planned, late, without_code, duplicates, v_suspects, v_shared, twins, v_twins
                FROM {S}._birth_reading({S}._birth_reread_statement(v_entry),
                    {S}._birth_entry_bounds(v_entry), {S}._birth_in_parts(v_entry)) AS row(
                    planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint, shared jsonb,
                    twins bigint, same jsonb);
            END IF;
            IF v_suspects > 0 THEN
                SELECT row.* INTO twins, v_twins FROM {S}._birth_reading({S}._birth_twins_statement(
                    v_entry.relid, {S}._birth_identity_expression(
                        v_entry.relid, v_entry.collection_name, v_entry.strategy, v_entry.columns, 'source')))
                    AS row(twins bigint, examples jsonb);
            END IF;
            IF without_code + duplicates + twins > 0 THEN
                examples := {S}._birth_offenders(v_entry, without_code, duplicates, v_shared)
                    || jsonb_strip_nulls(jsonb_build_object('twins', v_twins));
            END IF;
        END IF;
        RAISE NOTICE 'reread %', collection_name;
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_run_reread(bigint) IS
    'What every source of a run holds now: rows that a new run would register, new rows, rows without a code, '
    'shared codes. Private.';

-- The statement that reads one entry again, in two shapes: rows of the plan that a rerun would register, new ones, rows
-- without a code, duplicates, those that may have a twin, shared codes, twins, examples of these.
CREATE OR REPLACE FUNCTION {S}._birth_reread_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_code text := {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source');
    v_young xid := {S}._birth_unproven_from(p_entry);
    v_parts text;
BEGIN
    IF v_young IS NOT NULL THEN
        v_parts := {S}._birth_reread_parts(p_entry, NULL);
    END IF;
    RETURN format($query$
        WITH %1$s, %2$s
        SELECT count(*) FILTER (WHERE item.seq IS NOT NULL AND aside.seq IS NULL),
            count(*) FILTER (WHERE item.seq IS NULL),
            (SELECT without_code FROM judged), (SELECT duplicates FROM judged), (SELECT suspects FROM judged),
            (SELECT shared FROM judged), (SELECT twins FROM judged), (SELECT same FROM judged)
        FROM missing
        LEFT JOIN {S}.birth_backfill_item AS item ON item.ledger_id = %3$s AND item.entity_code = missing.code
        LEFT JOIN {S}.birth_backfill_quarantine AS aside ON aside.ledger_id = item.ledger_id
            AND aside.seq = item.seq
        $query$,
        CASE WHEN v_parts IS NULL
                THEN format('missing AS MATERIALIZED (%s)', {S}._birth_missing_query(p_entry, NULL))
            ELSE format('part AS MATERIALIZED (%s), missing AS MATERIALIZED (%s)', v_parts,
                {S}._birth_missing_of_parts('part')) END,
        CASE WHEN v_parts IS NOT NULL
                THEN {S}._birth_judged_by_parts(p_entry, v_young)
            WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
                OR cardinality({S}.birth_own_equality(p_entry.relid, p_entry.columns)) > 0
                THEN {S}._birth_judged_by_code(p_entry, v_code)
            ELSE {S}._birth_judged_by_form(p_entry.relid, v_code) END, p_entry.ledger_id);
END
$body$;
COMMENT ON FUNCTION {S}._birth_reread_statement({S}.birth_backfill_ledger) IS
    'The statement that reads the source of one entry again. Private.';

-- The query of an entry's missing codes, range by range: an array for each (`codes`), where codes stand in order, few
-- are missing and none can repeat; else NULL. `p_within`: as in _birth_missing_query; then it is one range.
CREATE OR REPLACE FUNCTION {S}._birth_reread_parts(p_entry {S}.birth_backfill_ledger, p_within text)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_text text := {S}._birth_parts_text(p_entry, true, p_within);
BEGIN
    RETURN (
        SELECT string_agg({S}._birth_unmatched_query(p_entry.relid, v_text, ranges.ours, ranges.theirs,
            coalesce(p_within, {S}._birth_within_bounds())), E'\nUNION ALL ')
        FROM {S}.birth_code_ranges(CASE WHEN p_within IS NULL THEN p_entry.relid END, p_entry.columns[1]) AS ranges
        WHERE v_text IS NOT NULL);
END
$body$;
COMMENT ON FUNCTION {S}._birth_reread_parts({S}.birth_backfill_ledger, text) IS
    'The query of an entry''s missing codes, range by range, by anti joins; NULL where they are found otherwise. '
    'Private.';

-- What it judges where codes are compared range by range, and none can repeat. Only rows that the plan did not see may
-- be blank, or have a twin that it did not see.
CREATE OR REPLACE FUNCTION {S}._birth_judged_by_parts(p_entry {S}.birth_backfill_ledger, p_young xid)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format('judged AS MATERIALIZED (
            SELECT unproven.blank AS without_code, 0::bigint AS duplicates, unproven.suspects, NULL::jsonb AS shared,
                0::bigint AS twins, NULL::jsonb AS same
            FROM (%s) AS unproven
        )', {S}._birth_unproven_query(p_entry, p_young));
END
$body$;
COMMENT ON FUNCTION {S}._birth_judged_by_parts({S}.birth_backfill_ledger, xid) IS
    'The part of the statement that reads an entry again: of codes that are compared range by range. Private.';

-- What it judges where codes cannot repeat, and are counted as a plan counts them, or where their columns have an
-- equality of their own; twins are looked for afterwards, if any code may have one.
CREATE OR REPLACE FUNCTION {S}._birth_judged_by_code(
    p_entry {S}.birth_backfill_ledger, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$repeated AS MATERIALIZED (%1$s), judged AS MATERIALIZED (
            SELECT counted.without_code, (SELECT coalesce(sum(rows - 1), 0)::bigint FROM repeated) AS duplicates,
                counted.suspects, (%2$s) AS shared, 0::bigint AS twins, NULL::jsonb AS same
            FROM (%3$s) AS counted
        )$query$, {S}._birth_repeated_query(p_entry), {S}._birth_shared_query('repeated'), CASE
            WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
                THEN {S}._birth_counted_query(p_entry)
            ELSE format('SELECT count(*) - count(row.code) AS without_code,
                    count(*) FILTER (WHERE row.code ~ ''[^!-~]'') AS suspects
                FROM (SELECT %s AS code FROM %s AS source) AS row',
                p_expression, {S}._birth_source(p_entry.relid)) END)
$body$;
COMMENT ON FUNCTION {S}._birth_judged_by_code({S}.birth_backfill_ledger, text) IS
    'Parts of the statement that reads an entry again: of codes that cannot repeat, or whose type compares them by '
    'its own rules. Private.';

-- What it judges elsewhere. One sort by folded forms finds rows without a code, shared codes and twins, and three of
-- each: a proof that fails takes little longer than one that holds. Of a form, rows whose code is the form itself have
-- one code; how many the odd ones have is told by their first and last, but where three or more rows have different
-- ones (`many`): the source is read once more for these alone.
CREATE OR REPLACE FUNCTION {S}._birth_judged_by_form(p_relid oid, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$repeated AS MATERIALIZED (
            SELECT row.form, count(*) AS rows, count(*) FILTER (WHERE row.odd) AS odd,
                min(row.code) FILTER (WHERE row.odd) AS first, max(row.code) FILTER (WHERE row.odd) AS last
            FROM (%1$s) AS row
            GROUP BY row.form HAVING count(*) > 1 OR row.form IS NULL
        ), many AS MATERIALIZED (
            SELECT row.form, row.code, count(*) AS rows
            FROM (%1$s) AS row
            WHERE (SELECT coalesce(bool_or(odd > 2 AND first <> last), false) FROM repeated)
              AND row.odd AND row.form IN (SELECT form FROM repeated WHERE odd > 2 AND first <> last)
            GROUP BY row.form, row.code
        ), shared AS (
            SELECT form AS code, rows - odd AS rows FROM repeated WHERE rows - odd > 1 AND form IS NOT NULL
            UNION ALL SELECT first, odd FROM repeated WHERE odd > 1 AND first = last
            UNION ALL SELECT code, rows FROM many WHERE rows > 1
        ), met AS (
            SELECT form, first, last, CASE WHEN rows > odd THEN form END AS plain
            FROM repeated
            WHERE odd > 0 AND (rows > odd OR first <> last)
            ORDER BY least(first, CASE WHEN rows > odd THEN form END) LIMIT 3
        ), summed AS MATERIALIZED (
            SELECT coalesce(sum(rows) FILTER (WHERE form IS NULL), 0)::bigint AS without_code,
                coalesce(sum(rows - 1) FILTER (WHERE form IS NOT NULL), 0)::bigint AS surplus,
                (SELECT count(*) FROM many) + coalesce(sum(CASE
                    WHEN odd = 0 THEN 0
                    WHEN first = last THEN (rows > odd)::integer
                    WHEN odd = 2 THEN 1 + (rows > odd)::integer
                    ELSE (rows > odd)::integer - 1 END), 0)::bigint AS twins
            FROM repeated
        ), judged AS MATERIALIZED (
            SELECT without_code, surplus - twins AS duplicates, 0::bigint AS suspects, (%2$s) AS shared, twins, (
                SELECT jsonb_agg((
                        SELECT array_agg(DISTINCT each.code)
                        FROM (SELECT unnest(ARRAY[met.plain, met.first, met.last])
                            UNION SELECT many.code FROM many WHERE many.form = met.form) AS each(code)
                        WHERE each.code IS NOT NULL) ORDER BY least(met.first, met.plain))
                FROM met) AS same
            FROM summed
        )$query$, {S}._birth_forms_query(p_relid, p_expression), {S}._birth_shared_query('shared'))
$body$;
COMMENT ON FUNCTION {S}._birth_judged_by_form(oid, text) IS
    'Parts of the statement that reads an entry again: one sort finds rows without a code, shared codes and twins. '
    'Private.';

-- The query of an entry's codes that rows share, and by how many. None are looked for where they cannot repeat.
CREATE OR REPLACE FUNCTION {S}._birth_repeated_query(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format(CASE
            WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
                THEN 'SELECT NULL::text AS code, 0::bigint AS rows WHERE false'
            WHEN cardinality({S}.birth_own_equality(p_entry.relid, p_entry.columns)) = 0
                THEN 'SELECT row.same AS code, count(*) AS rows FROM (SELECT %2$s AS same FROM %3$s AS source) AS row
                    WHERE row.same IS NOT NULL GROUP BY row.same HAVING count(*) > 1'
            ELSE 'SELECT min(row.code COLLATE "C") AS code, count(*) AS rows
                FROM (SELECT %1$s AS code, %2$s AS same FROM %3$s AS source) AS row
                WHERE row.code IS NOT NULL GROUP BY row.same HAVING count(*) > 1' END,
        code.expression, {S}._birth_same_expression(p_entry.relid, code.expression, p_entry.columns),
        {S}._birth_source(p_entry.relid))
    FROM {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS code(expression)
$body$;
COMMENT ON FUNCTION {S}._birth_repeated_query({S}.birth_backfill_ledger) IS
    'The query of an entry''s codes that rows share, and by how many. Private.';

-- The query of three of them, those of most rows first; `p_repeated` is where they stand, as a FROM takes it.
CREATE OR REPLACE FUNCTION {S}._birth_shared_query(p_repeated text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT jsonb_agg(jsonb_build_object(''code'', few.code, ''rows'', few.rows))'
        ' FROM (SELECT each.code, each.rows FROM %s AS each ORDER BY each.rows DESC, each.code LIMIT 3) AS few',
        p_repeated)
$body$;
COMMENT ON FUNCTION {S}._birth_shared_query(text) IS
    'The query of three codes that rows share, those of most rows first. Private.';

-- Examples of an entry's rows without a code, and of shared codes. `p_shared`: those that were found with the counts.
-- No more rows are looked for than there are: the last of a table would be waited for in vain.
CREATE OR REPLACE FUNCTION {S}._birth_offenders(
    p_entry {S}.birth_backfill_ledger, p_without_code bigint, p_duplicates bigint, p_shared jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_keys jsonb;
    v_shared jsonb := p_shared;
BEGIN
    IF p_without_code > 0 THEN
        SELECT row.keys
        INTO v_keys
        FROM {S}._birth_reading(format('SELECT jsonb_agg(few.key) FROM (
                SELECT jsonb_build_object(%s) AS key FROM %s AS source WHERE (%s) IS NULL LIMIT %s) AS few',
            (SELECT string_agg(format('%L, source.%I::text', l.name, l.name), ', ' ORDER BY l.position)
                FROM unnest(p_entry.locator) WITH ORDINALITY AS l(name, position)),
            {S}._birth_source(p_entry.relid),
            {S}._birth_identity_expression(
                p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source'),
            least(p_without_code, 3))) AS row(keys jsonb);
    END IF;
    IF p_duplicates > 0 AND v_shared IS NULL THEN
        SELECT row.shared
        INTO v_shared
        FROM {S}._birth_reading(
            {S}._birth_shared_query(format('(%s)', {S}._birth_repeated_query(p_entry)))) AS row(shared jsonb);
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object('without_code', v_keys, 'shared', v_shared));
END
$body$;
COMMENT ON FUNCTION {S}._birth_offenders({S}.birth_backfill_ledger, bigint, bigint, jsonb) IS
    'Examples of an entry''s rows without a code, and of shared codes. Private.';
