-- Entries of a run that are read together, in one pass. Each by itself reads the part of the registry that lies between
-- its codes; where codes of many collections lie between each other (UUIDs), that is nearly all of it, once for each.

-- About how many rows a table has, with its partitions; by its size where it was never analysed.
CREATE OR REPLACE FUNCTION {S}._birth_rows_about(p_relid oid) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_table pg_class;
BEGIN
    -- One of thousands of tables is looked up: with its partitions, the catalog would be read from end to end.
    SELECT * INTO v_table FROM pg_class WHERE oid = p_relid;
    IF v_table.relkind <> 'p' THEN
        RETURN CASE WHEN v_table.reltuples >= 0 THEN v_table.reltuples ELSE pg_relation_size(p_relid) / 100 END;
    END IF;
    RETURN (
        SELECT coalesce(sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / 100 END), 0)
        FROM pg_class AS c
        WHERE c.oid IN (SELECT t.relid FROM pg_partition_tree(p_relid) AS t) AND c.relkind <> 'p');
END
$body$;
COMMENT ON FUNCTION {S}._birth_rows_about(oid) IS
    'About how many rows a table has, with its partitions. Private.';

-- Whether an entry's planned table and all columns of its identity are there.
CREATE OR REPLACE FUNCTION {S}._birth_entry_readable(p_entry {S}.birth_backfill_ledger) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN p_entry.relid IS NOT DISTINCT FROM {S}.birth_collection_table(p_entry.collection_name)
        AND p_entry.columns <@ ARRAY(
            SELECT a.attname::text FROM pg_attribute AS a
            WHERE a.attrelid = p_entry.relid AND a.attnum > 0 AND NOT a.attisdropped);
END
$body$;
COMMENT ON FUNCTION {S}._birth_entry_readable({S}.birth_backfill_ledger) IS
    'True if the planned table of an entry and the columns of its identity are there. Private.';

-- The entry under the names that its identity's columns have now, where they were renamed and nothing else of them
-- changed: they are the planned ones. Else as it is.
CREATE OR REPLACE FUNCTION {S}._birth_entry_renamed(p_entry {S}.birth_backfill_ledger)
RETURNS {S}.birth_backfill_ledger
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_columns text[] := ARRAY(
        SELECT a.attname::text
        FROM jsonb_array_elements(p_entry.identity_pins) WITH ORDINALITY AS e(pin, place)
        JOIN pg_attribute AS a ON a.attrelid = p_entry.relid AND a.attnum = (e.pin ->> 'number')::int2
        WHERE NOT a.attisdropped
        ORDER BY e.place);
BEGIN
    IF {S}._birth_identity_renamed(p_entry.identity_pins, p_entry.relid, v_columns) THEN
        -- What names its rows was renamed with them, as far as it is the same.
        p_entry.locator := ARRAY(
            SELECT coalesce(v_columns[array_position(p_entry.columns, l.name)], l.name)
            FROM unnest(p_entry.locator) WITH ORDINALITY AS l(name, place) ORDER BY l.place);
        p_entry.columns := v_columns;
    END IF;
    RETURN p_entry;
END
$body$;
COMMENT ON FUNCTION {S}._birth_entry_renamed({S}.birth_backfill_ledger) IS
    'An entry under the names that its identity''s columns have now, if they were only renamed. Private.';

-- Which of these entries are read together: one array for each pass over the registry. Only where that is less than
-- reading each by itself: their rows are at least a sixth of the registry's; one with a quarter of it is read alone.
-- Only tables of one owner: code that runs when one is read could change a setting that the next is read with. A pass
-- holds at most two thousand locks: a server has room for six.
CREATE OR REPLACE FUNCTION {S}._birth_together(p_ledgers bigint[]) RETURNS SETOF bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_registry bigint := {S}._birth_rows_about({S}.birth_bound_table('registry'));
BEGIN
    IF cardinality(p_ledgers) < 2 THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH entry AS MATERIALIZED (
        SELECT l.ledger_id, source.relowner AS owner,
            coalesce(nullif(l.source_rows, 0), {S}._birth_rows_about(l.relid)) AS rows,
            (SELECT count(*) FROM pg_index AS x WHERE x.indrelid = l.relid) + 1 AS each,
            greatest(1, (SELECT count(*) FROM pg_partition_tree(l.relid))) AS tables
        FROM {S}.birth_backfill_ledger AS l JOIN pg_class AS source ON source.oid = l.relid
        WHERE l.ledger_id = ANY (p_ledgers) AND NOT {S}.birth_windowed(l.relid)
    ), placed AS (
        SELECT e.*, (sum(e.each * e.tables) OVER (PARTITION BY e.owner ORDER BY e.ledger_id) - 1)::bigint / 2000 AS pass
        FROM entry AS e
        WHERE v_registry < 10000 OR e.rows * 4 < v_registry
    ), worth AS (
        SELECT p.owner FROM placed AS p
        GROUP BY p.owner HAVING sum(p.rows) * 6 >= v_registry * count(DISTINCT p.pass)
    )
    SELECT array_agg(p.ledger_id ORDER BY p.ledger_id)
    FROM placed AS p JOIN worth USING (owner)
    GROUP BY p.owner, p.pass HAVING count(*) > 1
    ORDER BY 1;
END
$body$;
COMMENT ON FUNCTION {S}._birth_together(bigint[]) IS
    'Which of these entries are read in one pass over the registry, an array for each pass. Private.';

-- The rows of these entries as one query: entry, collection, code, and where it is wanted the key that finds a row
-- again.
CREATE OR REPLACE FUNCTION {S}._birth_together_sources(p_ledgers bigint[], p_keys boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT string_agg(format('SELECT %s::bigint AS entry, %L::text AS collection, %s AS code%s FROM %s AS source',
            l.ledger_id, l.collection_name,
            {S}._birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'),
            CASE WHEN p_keys THEN format(', %s AS source_key', {S}._birth_source_key(l.locator)) ELSE '' END,
            {S}._birth_source(l.relid)), E'\nUNION ALL ' ORDER BY l.ledger_id)
        FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = ANY (p_ledgers));
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_sources(bigint[], boolean) IS
    'The query of entry, collection and code (and key) of each row of these entries. Private.';

-- What is counted of each of these sources, as one query: entry, rows, codes, different ones, the longest, those that
-- may have a twin. `p_since`: what was proven `before` these entries were planned, or by their own `plan`, is not
-- looked at again; of neither, codes are only counted, and the last two are NULL. `p_apart`: by _birth_together_apart.
CREATE OR REPLACE FUNCTION {S}._birth_together_counted(p_ledgers bigint[], p_since text, p_apart boolean)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT string_agg(format('SELECT %s::bigint AS entry, c.* FROM (%s)'
            ' AS c(rows, codes, different, longest, suspects)', l.ledger_id, CASE
                WHEN p_since IS NULL
                    THEN {S}._birth_codes_query(l)
                ELSE coalesce(
                    {S}._birth_counted_since(l, CASE p_since
                        WHEN 'before' THEN {S}._birth_proven_before(l)
                        ELSE {S}._birth_unproven_from(l) END, p_apart),
                    {S}._birth_counted_statement(l.relid,
                        {S}._birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'),
                        l.columns)) END), E'\nUNION ALL ' ORDER BY l.ledger_id)
        FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = ANY (p_ledgers));
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_counted(bigint[], text, boolean) IS
    'The query that counts rows and codes of each of these entries. Private.';

-- Whether these entries lie apart: codes of each stand in order, and no two of them lie between each other, as far as
-- statistics tell. Only speed hangs on it.
CREATE OR REPLACE FUNCTION {S}._birth_together_apart(p_ledgers bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_order oid := {S}._birth_registry_order();
BEGIN
    RETURN v_order IS NOT NULL AND (
        SELECT bool_and(coalesce(e.codes[1] > e.before, false))
        FROM (
            SELECT s.codes, coalesce(lag(s.codes[cardinality(s.codes)]) OVER (ORDER BY s.codes[1]), '') AS before
            FROM {S}.birth_backfill_ledger AS l
            LEFT JOIN LATERAL (
                SELECT p.histogram_bounds::text::text[] AS codes
                FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                JOIN pg_stats AS p ON p.schemaname = n.nspname AND p.tablename = c.relname
                    AND p.attname = l.columns[1]::name AND NOT p.inherited
                WHERE c.oid = l.relid
                  AND {S}._birth_code_ordered_by(l.relid, l.strategy, l.columns, v_order) IS NOT NULL) AS s ON true
            WHERE l.ledger_id = ANY (p_ledgers)) AS e);
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_apart(bigint[]) IS
    'True if the codes of these entries stand in order, none of one between those of another. Private.';

-- What bounds the codes of the registry in a query of one entry among many: its first and last code, told by its
-- index.
CREATE OR REPLACE FUNCTION {S}._birth_together_within(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_text text := {S}._birth_column_text(p_entry.columns[1]);
BEGIN
    RETURN format(
        'r.entity_code BETWEEN (SELECT min(%1$s) FROM %2$s AS source) AND (SELECT max(%1$s) FROM %2$s AS source)',
        v_text, {S}._birth_source(p_entry.relid));
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_within({S}.birth_backfill_ledger) IS
    'The condition that bounds codes of the registry by the first and last code of an entry''s source. Private.';

-- The rows that a plan of these entries meets: entry, owner, code, key, number. Of entries apart, each with its own
-- part of the registry; else one join finds what is missing and what is registered for others.
CREATE OR REPLACE FUNCTION {S}._birth_together_met(p_ledgers bigint[], p_apart boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_apart THEN
        RETURN (
            SELECT string_agg(format('SELECT %s::bigint, met.* FROM (%s) AS met', l.ledger_id,
                {S}._birth_met_query(l.relid, l.collection_name,
                    {S}._birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'),
                    l.locator, l.columns, {S}._birth_together_within(l))), E'\nUNION ALL ' ORDER BY l.ledger_id)
            FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = ANY (p_ledgers));
    END IF;
    RETURN format('SELECT row.entry, r.collection_name, row.code, row.source_key, row_number() OVER'
        ' (PARTITION BY row.entry, r.collection_name IS NULL ORDER BY row.code COLLATE "C") FROM (%s) AS row'
        ' LEFT JOIN {S}.birth_registry_rows() AS r ON r.entity_code = row.code'
        ' WHERE row.code IS NOT NULL AND (r.entity_code IS NULL OR r.collection_name <> row.collection)',
        {S}._birth_together_sources(p_ledgers, true));
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_met(bigint[], boolean) IS
    'The query of the rows that a plan of entries read together meets. Private.';

-- What verify counts of these entries, as one query (entry, without_code, duplicates, suspects), where no two rows can
-- share a code and all older rows are proven: only rows that are not are looked at. Else NULL.
CREATE OR REPLACE FUNCTION {S}._birth_together_unproven(p_ledgers bigint[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT CASE WHEN bool_and(each.rows IS NOT NULL)
            THEN format('SELECT every.entry, coalesce(u.blank, 0) AS without_code, 0::bigint AS duplicates,
                    coalesce(u.odd, 0) AS suspects
                FROM unnest(%L::bigint[]) AS every(entry) LEFT JOIN (
                    SELECT row.entry, count(*) FILTER (WHERE row.blank) AS blank, count(*) FILTER (WHERE row.odd) AS odd
                    FROM (%s) AS row GROUP BY 1) AS u ON u.entry = every.entry',
                p_ledgers, string_agg(each.rows, E'\nUNION ALL ')) END
        FROM (
            SELECT CASE WHEN {S}._birth_identity_is_declared(l.relid, l.columns)
                    AND l.strategy = 'column' AND {S}._birth_is_text(l.relid, l.columns[1])
                    AND young.condition IS NOT NULL
                THEN format('SELECT %s::bigint AS entry, NOT %s AS blank, %s AS odd FROM %s AS source WHERE %s',
                    l.ledger_id, {S}._birth_seen_condition(code.text), {S}._birth_odd_expression(code.text),
                    {S}._birth_source(l.relid), young.condition) END AS rows
            FROM {S}.birth_backfill_ledger AS l
            CROSS JOIN LATERAL (SELECT {S}._birth_column_text(l.columns[1]) AS text) AS code
            CROSS JOIN LATERAL (
                SELECT {S}._birth_young_condition({S}._birth_unproven_from(l)) AS condition) AS young
            WHERE l.ledger_id = ANY (p_ledgers)
            ORDER BY l.ledger_id) AS each);
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_unproven(bigint[]) IS
    'The query that counts rows that no plan proved of each of these entries; NULL where every row is to be read. '
    'Private.';

-- The parts `missing` (entry, code) and `counted` (entry, without_code, duplicates, suspects) of a query over these
-- entries. Another shape than the plan's: what a full join of sources and registry leaves without a partner is missing.
-- Its rows are told by their NULLs, counted: of a plain condition the server would make the plan's anti join. Where two
-- entries have the same, `counted` is empty: each is to be read by itself. Entries apart have none. `p_since`: as in
-- _birth_together_counted.
CREATE OR REPLACE FUNCTION {S}._birth_together_missing(p_ledgers bigint[], p_since text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_counted text;
BEGIN
    IF {S}._birth_together_apart(p_ledgers) THEN
        RETURN {S}._birth_together_missing_apart(p_ledgers, p_since);
    END IF;
    v_counted := CASE
        WHEN p_since IS NOT NULL THEN {S}._birth_together_unproven(p_ledgers)
        WHEN (SELECT bool_and({S}._birth_identity_is_declared(l.relid, l.columns))
                FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = ANY (p_ledgers))
            THEN format('SELECT every.entry, coalesce(u.rows, 0) AS without_code, 0::bigint AS duplicates,
                    NULL::bigint AS suspects
                FROM unnest(%L::bigint[]) AS every(entry)
                LEFT JOIN unmatched AS u ON u.entry = every.entry AND u.code IS NULL', p_ledgers) END;
    RETURN format($query$
        unmatched AS MATERIALIZED (
            SELECT min(every.entry) AS entry, every.code, max(every.entry) AS last, count(*) AS rows
            FROM (
                SELECT row.entry, row.code COLLATE "C" AS code
                FROM (%1$s) AS row
                FULL JOIN {S}.birth_registry_rows() AS r ON r.entity_code = row.code
                WHERE num_nulls(row.entry) = 0 AND num_nulls(r.entity_code) = 1) AS every
            GROUP BY every.code, CASE WHEN every.code IS NULL THEN every.entry END
        ), missing AS (
            SELECT entry, code, last FROM unmatched WHERE code IS NOT NULL
        ), counted AS (
            SELECT each.* FROM (%2$s) AS each
            WHERE NOT EXISTS (SELECT FROM missing AS shared WHERE shared.last > shared.entry)
        ) $query$,
        {S}._birth_together_sources(p_ledgers, false), coalesce(v_counted, format(
            'SELECT each.entry, each.rows - each.codes AS without_code, each.codes - each.different AS duplicates,
                each.suspects FROM (%s) AS each', {S}._birth_together_counted(p_ledgers, p_since, false))));
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_missing(bigint[], text) IS
    'The parts of a query that find the missing rows of each of these entries, and count them. Private.';

-- The same of entries apart: each with its own part of the registry, in the order of its index, and by one pass where
-- no two rows can share a code and few are missing.
CREATE OR REPLACE FUNCTION {S}._birth_together_missing_apart(p_ledgers bigint[], p_since text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_one text;
    v_unproven text := CASE WHEN p_since IS NOT NULL THEN {S}._birth_together_unproven(p_ledgers) END;
    v_parts text[] := ARRAY[]::text[];
BEGIN
    FOR v_entry IN
        SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = ANY (p_ledgers) ORDER BY l.ledger_id
    LOOP
        v_one := CASE WHEN p_since IS NULL
            THEN {S}._birth_missing_parts(v_entry, true, {S}._birth_together_within(v_entry))
            ELSE {S}._birth_reread_parts(v_entry, {S}._birth_together_within(v_entry)) END;
        IF v_one IS NULL OR p_since IS NOT NULL AND v_unproven IS NULL THEN
            RETURN format('missing AS MATERIALIZED (%s), counted AS (SELECT each.entry,
                    each.rows - each.codes AS without_code, each.codes - each.different AS duplicates, each.suspects
                FROM (%s) AS each)', (
                SELECT string_agg(format(
                    'SELECT %1$s::bigint AS entry, row.code, %1$s::bigint AS last FROM (%2$s) AS row',
                    l.ledger_id, {S}._birth_missing_query(l, {S}._birth_together_within(l))),
                    E'\nUNION ALL ' ORDER BY l.ledger_id)
                FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = ANY (p_ledgers)),
                {S}._birth_together_counted(p_ledgers, p_since, true));
        END IF;
        v_parts := v_parts || format('SELECT %s::bigint AS entry, p.* FROM (%s) AS p', v_entry.ledger_id, v_one);
    END LOOP;
    RETURN format('part AS MATERIALIZED (%s), missing AS MATERIALIZED (
            SELECT part.entry, every.code COLLATE "C" AS code, part.entry AS last
            FROM part, unnest(part.codes) AS every(code) WHERE %s
        ), counted AS (%s)',
        array_to_string(v_parts, E'\nUNION ALL '), {S}._birth_seen_condition('every.code'), coalesce(v_unproven,
            'SELECT part.entry, part.blank AS without_code, 0::bigint AS duplicates, NULL::bigint AS suspects
            FROM part'));
END
$body$;
COMMENT ON FUNCTION {S}._birth_together_missing_apart(bigint[], text) IS
    'The parts of a query that find the missing rows of each of these entries that lie apart, and count them. Private.';

-- The statement that recounts these entries: for each its missing rows, their digest as birth_item_digest makes it,
-- rows without a code, and codes that rows share.
CREATE OR REPLACE FUNCTION {S}._birth_recount_together(p_ledgers bigint[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format($query$
        WITH %1$s, numbered AS (
            SELECT m.entry, m.code, row_number() OVER (PARTITION BY m.entry ORDER BY m.code) - 1 AS number
            FROM missing AS m
        ), chunk AS (
            SELECT entry, number / 10000 AS number, count(*) AS codes,
                sha256(convert_to(string_agg(octet_length(code) || ':' || code, '' ORDER BY number), 'UTF8')) AS hash
            FROM numbered GROUP BY 1, 2
        ), digested AS (
            SELECT entry, sum(codes)::bigint AS missing,
                encode(sha256(string_agg(hash, ''::bytea ORDER BY number)), 'hex') AS digest
            FROM chunk GROUP BY 1
        )
        SELECT c.entry, coalesce(d.missing, 0), coalesce(d.digest, encode(sha256(''::bytea), 'hex')),
            c.without_code, c.duplicates
        FROM counted AS c LEFT JOIN digested AS d ON d.entry = c.entry $query$,
        {S}._birth_together_missing(p_ledgers, NULL));
END
$body$;
COMMENT ON FUNCTION {S}._birth_recount_together(bigint[]) IS
    'The statement that recounts entries that are read together. Private.';

-- The statement that reads these entries again, for verify: for each the rows of the plan that a rerun would register,
-- rows that came since, rows without a code, codes that rows share, and those that may have a twin.
CREATE OR REPLACE FUNCTION {S}._birth_reread_together(p_ledgers bigint[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format($query$
        WITH %1$s, judged AS (
            SELECT m.entry, count(*) FILTER (WHERE item.seq IS NOT NULL AND aside.seq IS NULL) AS planned,
                count(*) FILTER (WHERE item.seq IS NULL) AS late
            FROM missing AS m
            LEFT JOIN {S}.birth_backfill_item AS item
                ON item.ledger_id = m.entry AND item.ledger_id = ANY (%2$L::bigint[])
                AND item.entity_code COLLATE "C" = m.code
            LEFT JOIN {S}.birth_backfill_quarantine AS aside
                ON aside.ledger_id = item.ledger_id AND aside.seq = item.seq
            GROUP BY 1
        )
        SELECT c.entry, coalesce(j.planned, 0), coalesce(j.late, 0), c.without_code, c.duplicates, c.suspects
        FROM counted AS c LEFT JOIN judged AS j ON j.entry = c.entry $query$,
        {S}._birth_together_missing(p_ledgers, 'plan'), p_ledgers);
END
$body$;
COMMENT ON FUNCTION {S}._birth_reread_together(bigint[]) IS
    'The statement that reads entries again that are read together, for verify. Private.';
