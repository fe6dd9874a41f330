-- Whether the source is asked for a list of values, which one walk along an index answers. Before PostgreSQL 17 that is
-- a descent for each all the same: then each item is looked up by itself, without a list and a join by hashes. A source
-- that is distributed would not be joined so.
CREATE OR REPLACE FUNCTION {S}._birth_reads_by_list(p_entry {S}.birth_backfill_ledger) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN p_entry.locator_indexed AND cardinality(p_entry.locator) = 1
        AND (current_setting('server_version_num')::integer >= 170000
            OR {S}.birth_distributed(ARRAY[p_entry.relid]) <> '{{}}');
END
$body$;
COMMENT ON FUNCTION {S}._birth_reads_by_list({S}.birth_backfill_ledger) IS
    'True if a range of an entry is found again by a list of values, false if item by item. Private.';

-- The statement that finds a range of an entry again ($1: the entry, $2 and $3: the range): the items that are still in
-- the source under the planned code, in the order of their codes, as arrays. A code is compared with its item's only,
-- never hashed; nothing here joins the source to the registry. What no parameter of the register function takes is NULL
-- instead of an array.
CREATE OR REPLACE FUNCTION {S}._birth_read_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_by_list boolean := {S}._birth_reads_by_list(p_entry);
BEGIN
    RETURN (
        SELECT format($query$
            WITH item AS %10$sMATERIALIZED (
                SELECT seq, entity_code, %6$s AS source_key, %7$s FROM {S}.birth_backfill_item
                WHERE ledger_id = $1 AND seq BETWEEN $2 AND $3
            )
            SELECT array_agg(row.code) AS codes, %8$s::text[] AS source_keys, %9$s::timestamptz[] AS births
            FROM (
                SELECT %5$sitem.entity_code AS code, item.source_key, %3$s AS born_at
                FROM item JOIN %1$s AS source ON %2$s
                WHERE %4$s IS NOT DISTINCT FROM item.entity_code
                ORDER BY item.seq) AS row $query$,
            coalesce(
                {S}.birth_shards(p_entry.relid, p_entry.columns || p_entry.locator || 'date_created'::text,
                    p_key => p_entry.locator, p_keys => '(SELECT array_agg(i.source_key)'
                        ' FROM {S}.birth_backfill_item AS i WHERE i.ledger_id = $1 AND i.seq BETWEEN $2 AND $3)'),
                p_entry.relid::regclass::text),
            found.matches || CASE WHEN v_by_list
                THEN format(' AND source.%I = ANY (ARRAY(SELECT part_1 FROM item))', p_entry.locator[1]) ELSE '' END,
            found.born_at,
            {S}._birth_identity_expression(
                p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source'),
            -- Where nothing but the identity finds a row again, two rows may answer to one item.
            CASE WHEN p_entry.locator_indexed THEN '' ELSE 'DISTINCT ON (item.seq) ' END,
            CASE WHEN found.takes_key THEN 'array_to_string(source_key, ''/'')' ELSE 'NULL::text' END,
            found.parts,
            CASE WHEN found.takes_key THEN 'array_agg(row.source_key)' ELSE 'NULL' END,
            CASE WHEN found.takes_birth AND found.born_at <> 'NULL::timestamptz'
                THEN 'array_agg(row.born_at)' ELSE 'NULL' END,
            CASE WHEN p_entry.locator_indexed AND NOT v_by_list
                    AND {S}.birth_distributed(ARRAY[p_entry.relid]) = '{{}}'
                THEN 'NOT ' ELSE '' END)
        FROM (
            SELECT
                string_agg(format('source.%I = item.part_%s', name, position), ' AND ' ORDER BY position) AS matches,
                string_agg(format('%s AS part_%s', part, position), ', ' ORDER BY position) AS parts,
                {S}._birth_born_at(p_entry.relid) AS born_at,
                EXISTS (SELECT FROM {S}.birth_gateway_binding WHERE value = 'source_key') AS takes_key,
                EXISTS (SELECT FROM {S}.birth_gateway_binding WHERE value = 'born_at') AS takes_birth
            FROM {S}._birth_locator_parts(p_entry.relid, p_entry.locator)) AS found
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_read_statement({S}.birth_backfill_ledger) IS
    'The statement that finds a range of an entry again in its source. Private.';

-- The one statement that registers what was found ($1: codes, $2: source keys, $3: times of birth) and is not in the
-- registry ($4), in the order of their codes: batches in opposite orders would wait for each other. One call for each,
-- or a single one with arrays, where the bound function takes them.
CREATE OR REPLACE FUNCTION {S}._birth_asking_statement(
    p_entry {S}.birth_backfill_ledger, p_dry_run boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_sets boolean := {S}.birth_register_is_set_based();
BEGIN
    RETURN format(CASE WHEN v_sets THEN $query$
            SELECT count(%s)
            FROM (SELECT array_agg(item.code) AS code, array_agg(item.source_key) AS source_key,
                    array_agg(item.born_at) AS born_at
                FROM (SELECT each.code, each.source_key, each.born_at
                    FROM unnest($1::text[], $2::text[], $3::timestamptz[])
                        WITH ORDINALITY AS each(code, source_key, born_at, place)
                    WHERE each.code <> ALL ($4::text[]) ORDER BY each.place) AS item) AS row
            WHERE row.code IS NOT NULL $query$ ELSE $query$
            SELECT count(%s)
            FROM (SELECT unnest($1::text[]) AS code,
                unnest($2::text[]) AS source_key,
                unnest($3::timestamptz[]) AS born_at) AS row
            WHERE row.code <> ALL ($4::text[]) $query$ END,
        {S}._birth_register_words(
            p_entry.collection_name, 'birth-backfill:run-' || p_entry.run_id, p_dry_run, v_sets));
END
$body$;
COMMENT ON FUNCTION {S}._birth_asking_statement({S}.birth_backfill_ledger, boolean) IS
    'The statement that registers the codes that were found and are not yet registered, or asks what it would do. '
    'Private.';

-- The one that registers.
CREATE OR REPLACE FUNCTION {S}._birth_register_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN {S}._birth_asking_statement(p_entry, false);
END
$body$;
COMMENT ON FUNCTION {S}._birth_register_statement({S}.birth_backfill_ledger) IS
    'The statement that registers the codes that were found and are not yet registered. Private.';

-- The statements of an entry as they would run now, for people who look on.
CREATE OR REPLACE FUNCTION {S}.birth_entry_statements(p_ledger_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
    SELECT jsonb_build_object('plan', {S}._birth_plan_text(l.relid, l.collection_name,
            {S}._birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'), l.locator,
            l.columns),
        'read', {S}._birth_read_statement(l), 'register', {S}._birth_register_statement(l))
    FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = p_ledger_id
$body$;
COMMENT ON FUNCTION {S}.birth_entry_statements(bigint) IS
    'The statements of an entry as they would run now: plan, read, register. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_entry_statements(bigint) TO birth_reader;
