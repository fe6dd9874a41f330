-- Born alike: a row that a run registers fills the registry's columns as rows of the same collection do that the
-- gateway registered. What the gateway always fills and a run leaves NULL (a species, a level, an owner) would be found
-- missing years later, in rows that no run can register again.

-- The registry's columns that are compared, by the company's names. Not: those that cannot be NULL; what inspection
-- fills later; and what the company said that stays NULL (birth_register_column).
CREATE OR REPLACE FUNCTION {S}._birth_alike_columns() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{{}}')
    FROM pg_attribute AS a
    WHERE a.attrelid = {S}.birth_bound_table('registry') AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT a.attnotnull
      AND a.attname !~ '^(inspect_|certified)'
      AND a.attname::text <> ALL (ARRAY(
          SELECT {S}.birth_bound_name('registry', given.name)
          FROM unnest(ARRAY['entity_code', 'collection_name', 'dot_origin', 'inspect_pen', 'inspect_stamp',
              'inspect_gate', 'certified', 'certified_at']) AS given(name)))
      AND NOT EXISTS (SELECT FROM {S}.birth_register_column AS r
          WHERE r.column_name = a.attname::text AND r.source = '{{"nothing": true}}')
$body$;
COMMENT ON FUNCTION {S}._birth_alike_columns() IS
    'Columns of the registry in which rows of a run are compared with rows of the gateway.';

-- The query that counts registry rows by collection, and in how many of them each compared column is filled.
-- `p_tail` says which rows.
CREATE OR REPLACE FUNCTION {S}._birth_alike_query(p_columns text[], p_tail text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT b.%I::text, count(*), ARRAY[%s]::bigint[] FROM %s AS b %s GROUP BY 1',
        {S}.birth_bound_name('registry', 'collection_name'),
        (SELECT string_agg(format('count(b.%I)', c.name), ', ' ORDER BY c.place)
            FROM unnest(p_columns) WITH ORDINALITY AS c(name, place)),
        {S}.birth_bound_table('registry')::regclass, p_tail)
$body$;
COMMENT ON FUNCTION {S}._birth_alike_query(text[], text) IS
    'The query that counts, by collection, in how many registry rows each compared column is filled.';

-- Rows of the gateway, as a condition: neither a run's nor an old script's.
CREATE OR REPLACE FUNCTION {S}._birth_alike_gateway() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('(b.%1$I IS NULL'
        ' OR b.%1$I::text NOT LIKE ''birth-backfill:run-%%'' AND b.%1$I::text NOT LIKE ''DOT:%%'')',
        {S}.birth_bound_name('registry', 'dot_origin'))
$body$;
COMMENT ON FUNCTION {S}._birth_alike_gateway() IS
    'The condition on a registry row b that the gateway registered: not a run''s, nor one with an origin DOT:.';

-- What the gateway fills, for the entries of a run: a sample of a thousand pages of the registry, which is all of a
-- small one. Where that shows few rows of a collection, those of its newest source rows are asked for by their codes.
CREATE OR REPLACE FUNCTION {S}._birth_alike_sampled(p_run bigint, p_ledger_id bigint, p_columns text[])
RETURNS TABLE (ledger_id bigint, rows bigint, filled bigint[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = 'off' SET jit = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_registry oid := {S}.birth_bound_table('registry');
    v_windowed boolean := {S}.birth_windowed(v_registry);
    v_pages bigint := greatest(pg_relation_size(v_registry),
        (SELECT sum(pg_relation_size(p.relid)) FROM pg_partition_tree(v_registry) AS p)) / 8192;
    v_percent numeric := round(least(100, 100.0 * 1000 / greatest(v_pages, 1)), 6);
    v_code name := {S}.birth_bound_name('registry', 'entity_code');
    v_collection name := {S}.birth_bound_name('registry', 'collection_name');
    v_sample jsonb := '{{}}'::jsonb;
    v_entry {S}.birth_backfill_ledger;
    v_codes text[];
BEGIN
    IF NOT v_windowed THEN
        SELECT coalesce(jsonb_object_agg(s.name, jsonb_build_object('rows', s.rows, 'filled', s.filled)), '{{}}')
        INTO v_sample
        FROM {S}._birth_reading({S}._birth_alike_query(p_columns, format(
            'TABLESAMPLE SYSTEM (%s) REPEATABLE (1) WHERE b.%I = ANY (%L::text[]) AND %s', v_percent, v_collection,
            ARRAY(SELECT l.collection_name FROM {S}.birth_backfill_ledger AS l
                WHERE l.run_id = p_run AND (p_ledger_id IS NULL OR l.ledger_id = p_ledger_id)),
            {S}._birth_alike_gateway()))) AS s(name text, rows bigint, filled bigint[]);
    END IF;
    FOR v_entry IN
        SELECT * FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = p_run AND (p_ledger_id IS NULL OR l.ledger_id = p_ledger_id)
    LOOP
        ledger_id := v_entry.ledger_id;
        rows := coalesce((v_sample -> v_entry.collection_name ->> 'rows')::bigint, 0);
        filled := ARRAY(SELECT f::bigint
            FROM jsonb_array_elements_text(v_sample -> v_entry.collection_name -> 'filled') AS f);
        IF rows < 10 AND (v_windowed OR v_percent < 100)
            AND v_entry.relid = {S}.birth_collection_table(v_entry.collection_name)
        THEN
            SELECT s.codes INTO v_codes FROM {S}._birth_reading(format(
                'SELECT array_agg(code) FROM (SELECT %s AS code FROM %s AS source %s LIMIT 500) AS newest',
                {S}._birth_identity_expression(v_entry.relid, v_entry.collection_name, v_entry.strategy,
                    v_entry.columns, 'source'),
                coalesce(
                    {S}.birth_shards(v_entry.relid, v_entry.columns || v_entry.locator,
                        p_newest => CASE WHEN v_entry.locator_indexed THEN v_entry.locator END, p_most => 500),
                    v_entry.relid::regclass::text),
                CASE WHEN v_entry.locator_indexed THEN (
                    SELECT 'ORDER BY ' || string_agg(format('source.%I DESC', l.name), ', ' ORDER BY l.place)
                    FROM unnest(v_entry.locator) WITH ORDINALITY AS l(name, place)) ELSE '' END)) AS s(codes text[]);
            SELECT s.rows, s.filled INTO rows, filled
            FROM {S}._birth_reading({S}._birth_alike_query(p_columns, format(
                'WHERE b.%I = ANY (%L::text[]) AND b.%I = %L AND %s', v_code, v_codes, v_collection,
                v_entry.collection_name, {S}._birth_alike_gateway())))
            AS s(name text, rows bigint, filled bigint[]);
        END IF;
        rows := coalesce(rows, 0);
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_alike_sampled(bigint, bigint, text[]) IS
    'For each entry of a run, or one: how many rows of the gateway a sample shows, and which columns they fill.';

-- The comparison: rows of a run with these codes, and the columns that the gateway fills in each of its rows
-- (`p_theirs`, `p_filled`) and these leave NULL, with their number.
CREATE OR REPLACE FUNCTION {S}._birth_alike_compared(p_run bigint, p_collection text, p_columns text[],
    p_theirs bigint, p_filled bigint[], p_codes text[], OUT rows bigint, OUT left_null jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = 'off' SET jit = 'off' AS $body$
DECLARE
    v_filled bigint[];
BEGIN
    SELECT s.rows, s.filled INTO rows, v_filled
    FROM {S}._birth_reading({S}._birth_alike_query(p_columns, format(
        'WHERE b.%I = ANY (%L::text[]) AND b.%I = %L AND b.%I = %L',
        {S}.birth_bound_name('registry', 'entity_code'), p_codes,
        {S}.birth_bound_name('registry', 'collection_name'), p_collection,
        {S}.birth_bound_name('registry', 'dot_origin'), 'birth-backfill:run-' || p_run)))
        AS s(name text, rows bigint, filled bigint[]);
    rows := coalesce(rows, 0);
    SELECT coalesce(jsonb_object_agg(c.name, rows - v_filled[c.place]), '{{}}') INTO left_null
    FROM unnest(p_columns) WITH ORDINALITY AS c(name, place)
    WHERE p_filled[c.place] = p_theirs AND v_filled[c.place] < rows;
END
$body$;
COMMENT ON FUNCTION {S}._birth_alike_compared(bigint, text, text[], bigint, bigint[], text[]) IS
    'Columns that the gateway always fills and rows of a run with these codes leave NULL. Private.';

-- The one judgement: each entry of a run, or one, with the columns that the gateway always fills and rows of the run
-- leave NULL, and how many do. Looked at are rows with these codes, or up to a thousand items from all over the entry.
CREATE OR REPLACE FUNCTION {S}._birth_born_alike(p_run bigint, p_ledger_id bigint DEFAULT NULL,
    p_codes text[] DEFAULT NULL)
RETURNS TABLE (collection_name text, gateway_rows bigint, rows bigint, left_null jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = 'off' SET jit = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_columns text[] := {S}._birth_alike_columns();
    v_theirs record;
BEGIN
    IF cardinality(v_columns) = 0 THEN
        RETURN;
    END IF;
    FOR v_theirs IN
        SELECT s.*, l.collection_name AS name, l.missing
        FROM {S}._birth_alike_sampled(p_run, p_ledger_id, v_columns) AS s
        JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
        ORDER BY s.ledger_id
    LOOP
        SELECT v_theirs.name, v_theirs.rows, 0, '{{}}'::jsonb INTO collection_name, gateway_rows, rows, left_null;
        IF gateway_rows > 0 THEN
            SELECT c.rows, c.left_null INTO rows, left_null
            FROM {S}._birth_alike_compared(p_run, collection_name, v_columns, gateway_rows, v_theirs.filled,
                coalesce(p_codes, ARRAY(SELECT i.entity_code FROM {S}.birth_backfill_item AS i
                    WHERE i.ledger_id = v_theirs.ledger_id AND i.seq = ANY (ARRAY(
                        SELECT generate_series(1, v_theirs.missing, greatest(1, v_theirs.missing / 1000))))))) AS c;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_born_alike(bigint, bigint, text[]) IS
    'Judges the gate born_alike: columns that the gateway always fills and a run leaves NULL, with its rows.';

-- Refuse what was found to be unlike, all of it.
CREATE OR REPLACE FUNCTION {S}._birth_alike_refuse(p_found jsonb, p_kept text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    PERFORM {S}.birth_refuse('BR003', 'born_alike',
        (SELECT string_agg(format('rows of %s are not filled like the gateway''s: %s', f.value ->> 'collection_name', (
                SELECT string_agg(format('%I is NULL in %s of %s rows', e.key, e.value, f.value ->> 'rows'), ', '
                    ORDER BY e.key COLLATE "C")
                FROM jsonb_each_text(f.value -> 'left_null') AS e)), '; ' ORDER BY f.place)
            FROM jsonb_array_elements(p_found) WITH ORDINALITY AS f(value, place) WHERE f.place <= 5)
            || CASE WHEN jsonb_array_length(p_found) > 5
                THEN format('; and %s more collections', jsonb_array_length(p_found) - 5) ELSE '' END,
        jsonb_build_object('gates', (SELECT jsonb_agg(jsonb_build_object('gate', 'born_alike', 'evidence', f.value)
            ORDER BY f.place) FROM jsonb_array_elements(p_found) WITH ORDINALITY AS f(value, place))),
        p_kept || ' Have the register function fill the columns, or bind them:'
            ' `birth-console init --register-column COLUMN=…`. Then open a permit and plan again.');
END
$body$;
COMMENT ON FUNCTION {S}._birth_alike_refuse(jsonb, text) IS
    'Refuses collections whose rows are not filled like the gateway''s. Private. Raises BR003 born_alike.';

-- Refuse a batch whose rows are not born alike, before it commits: nothing of it is kept. Asked until a batch of the
-- entry has passed; verify and certify ask for the whole run.
CREATE OR REPLACE FUNCTION {S}._birth_batch_alike(p_entry {S}.birth_backfill_ledger, p_codes text[])
    RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found jsonb;
BEGIN
    IF EXISTS (SELECT FROM {S}.birth_backfill_batch AS b
        WHERE b.ledger_id = p_entry.ledger_id AND b.finished_at IS NOT NULL AND b.registered > 0)
    THEN
        RETURN;
    END IF;
    SELECT jsonb_agg(to_jsonb(f)) INTO v_found
    FROM {S}._birth_born_alike(p_entry.run_id, p_entry.ledger_id, p_codes) AS f WHERE f.left_null <> '{{}}';
    IF v_found IS NOT NULL THEN
        PERFORM {S}._birth_alike_refuse(v_found, 'Nothing of this batch was kept.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_alike({S}.birth_backfill_ledger, text[]) IS
    'Refuses (BR003 born_alike) a batch that leaves columns NULL which the gateway always fills. Private.';
