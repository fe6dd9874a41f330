-- The call of the register function as its binding says, over the columns code, source_key (its parts joined by /) and
-- born_at of `row`. Each value as its parameter's very type: what a cast cannot make fits no overload by chance.
CREATE FUNCTION {S}.birth_register_call(p_collection text, p_origin text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('%I.%I(', n.nspname, p.proname) || coalesce(string_agg(format('%I => (%s)::%s', b.parameter, CASE b.value
        WHEN 'collection' THEN quote_literal(p_collection)
        WHEN 'origin' THEN quote_literal(p_origin)
        WHEN 'dry_run' THEN 'false'
        WHEN 'code' THEN 'row.code'
        WHEN 'source_key' THEN 'row.source_key'
        WHEN 'born_at' THEN 'row.born_at'
        WHEN 'constant' THEN quote_literal(b.constant) END,
        format_type(p.proargtypes[a.place - 1], NULL)), ', ' ORDER BY b.parameter COLLATE "C"), '') || ')'
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    CROSS JOIN {S}.birth_gateway_binding AS b
    -- Parameters that are given come first in proargtypes, in their order; those that only come back are left out of it.
    LEFT JOIN LATERAL (
        SELECT count(*) OVER (ORDER BY named.position) AS place, named.name
        FROM unnest(p.proargnames) WITH ORDINALITY AS named(name, position)
        WHERE coalesce(p.proargmodes[named.position], 'i') IN ('i', 'b', 'v')
    ) AS a ON a.name = b.parameter
    WHERE p.oid = {S}.birth_register_function()
    GROUP BY n.nspname, p.proname
$body$;

-- When a row of the table was born: its date_created, where it has one; else the register function decides.
CREATE FUNCTION {S}.birth_born_at(p_relid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce((SELECT 'source.date_created::timestamptz' FROM pg_attribute
        WHERE attrelid = p_relid AND attname = 'date_created' AND NOT attisdropped
          AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)), 'NULL::timestamptz')
$body$;

-- The columns by which a row is found again, with the parts of an item's source key as their values: `source_key[1]::uuid`.
CREATE FUNCTION {S}.birth_locator_parts(p_relid oid, p_locator text[]) RETURNS TABLE (name text, "position" bigint, part text)
LANGUAGE sql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS $body$
    SELECT l.name, l.position, format('source_key[%s]::%s', l.position, format_type(a.atttypid, a.atttypmod))
    FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)
    JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = l.name::name AND NOT a.attisdropped
    ORDER BY l.position
$body$;

-- The statement that finds a range of an entry again ($1: the entry, $2 and $3: the range): the items that are still in
-- the source under the planned code, in the order of their codes, as arrays. By a single column it asks for a list of
-- values, which one walk along an index answers; a code is compared with its item's only, never hashed; nothing here
-- joins the source to the registry. What no parameter of the register function takes is NULL instead of an array.
CREATE FUNCTION {S}.birth_read_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH item AS MATERIALIZED (
            SELECT seq, entity_code, %6$s AS source_key, %7$s FROM {S}.birth_backfill_item
            WHERE ledger_id = $1 AND seq BETWEEN $2 AND $3
        )
        SELECT array_agg(row.code) AS codes, %8$s::text[] AS source_keys, %9$s::timestamptz[] AS births
        FROM (SELECT %5$sitem.entity_code AS code, item.source_key, %3$s AS born_at FROM item JOIN %1$s AS source ON %2$s
            WHERE %4$s IS NOT DISTINCT FROM item.entity_code ORDER BY item.seq) AS row $query$,
        p_entry.relid::regclass,
        found.matches || CASE WHEN p_entry.locator_indexed AND cardinality(p_entry.locator) = 1
            THEN format(' AND source.%I = ANY (ARRAY(SELECT part_1 FROM item))', p_entry.locator[1]) ELSE '' END,
        found.born_at,
        {S}.birth_identity_expression(p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source'),
        -- Where nothing but the identity finds a row again, two rows may answer to one item.
        CASE WHEN p_entry.locator_indexed THEN '' ELSE 'DISTINCT ON (item.seq) ' END,
        CASE WHEN found.takes_key THEN 'array_to_string(source_key, ''/'')' ELSE 'NULL::text' END,
        found.parts,
        CASE WHEN found.takes_key THEN 'array_agg(row.source_key)' ELSE 'NULL' END,
        CASE WHEN found.takes_birth AND found.born_at <> 'NULL::timestamptz' THEN 'array_agg(row.born_at)' ELSE 'NULL' END)
    FROM (SELECT string_agg(format('source.%I = item.part_%s', name, position), ' AND ' ORDER BY position) AS matches,
            string_agg(format('%s AS part_%s', part, position), ', ' ORDER BY position) AS parts,
            {S}.birth_born_at(p_entry.relid) AS born_at,
            EXISTS (SELECT FROM {S}.birth_gateway_binding WHERE value = 'source_key') AS takes_key,
            EXISTS (SELECT FROM {S}.birth_gateway_binding WHERE value = 'born_at') AS takes_birth
        FROM {S}.birth_locator_parts(p_entry.relid, p_entry.locator)) AS found
$body$;

-- The one statement that registers what was found ($1: codes, $2: source keys, $3: times of birth) and is not in the
-- registry ($4): one call for each, in the order of their codes: batches in opposite orders would wait for each other.
CREATE FUNCTION {S}.birth_register_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        SELECT count(%s)
        FROM (SELECT unnest($1::text[]) AS code, unnest($2::text[]) AS source_key, unnest($3::timestamptz[]) AS born_at) AS row
        WHERE row.code <> ALL ($4::text[]) $query$,
        {S}.birth_register_call(p_entry.collection_name, 'birth-backfill:run-' || p_entry.run_id))
$body$;

-- The statements of an entry as they would run now, for people who look on.
CREATE FUNCTION {S}.birth_entry_statements(p_ledger_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_object('plan', {S}.birth_plan_text(l.relid, l.collection_name,
            {S}.birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'), l.locator,
            {S}.birth_identity_is_declared(l.relid, l.columns)),
        'read', {S}.birth_read_statement(l), 'register', {S}.birth_register_statement(l))
    FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = p_ledger_id
$body$;
GRANT EXECUTE ON FUNCTION {S}.birth_entry_statements(bigint) TO birth_reader;

-- Find the items of a range again. A thousand probes of an index beat reading a large source whole, whatever fresh
-- tables make the planner believe; the settings end with the function, so that the register function has its own.
CREATE FUNCTION {S}.birth_batch_read(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint,
    OUT codes text[], OUT source_keys text[], OUT births timestamptz[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'on' SET enable_mergejoin = 'on' SET enable_hashjoin = 'on' SET enable_nestloop = 'on'
-- Before PostgreSQL 18 a method that is off costs ten thousand millions: enough to compile every batch anew.
SET jit = 'off' AS $body$
DECLARE
    v_list boolean := p_entry.locator_indexed AND cardinality(p_entry.locator) = 1;
    v_is_read boolean := false;
BEGIN
    IF p_entry.locator_indexed THEN
        PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config(CASE WHEN v_list THEN 'enable_nestloop' ELSE 'enable_hashjoin' END, 'off', true);
    END IF;
    -- As in birth_reading: what belongs to others is read READ ONLY, and all but what was read is undone.
    PERFORM set_config('transaction_read_only', 'on', true);
    EXECUTE {S}.birth_read_statement(p_entry) INTO codes, source_keys, births USING p_entry.ledger_id, p_from, p_to;
    v_is_read := true;
    RAISE SQLSTATE 'BR999';
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    IF NOT v_is_read THEN
        RAISE;
    END IF;
END
$body$;

-- How many of these codes the registry holds for the collection, under our origin and under others; apart from those
-- that were taken before. Asked for by its index.
CREATE FUNCTION {S}.birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[],
    OUT registered bigint, OUT existing bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = 'off' SET jit = 'off' AS $body$
BEGIN
    SELECT count(*) FILTER (WHERE r.dot_origin = p_origin), count(*) FILTER (WHERE r.dot_origin IS DISTINCT FROM p_origin)
    INTO registered, existing
    FROM {S}.birth_registry AS r
    WHERE r.entity_code = ANY (p_codes) AND r.collection_name = p_collection AND r.entity_code <> ALL (p_taken);
END
$body$;

-- Register the items of one range: those that are still in the source under the planned code and still missing, by
-- one set-based statement that calls the register function once per row. Its answers are not believed: afterwards
-- the registry is asked for every code.
CREATE FUNCTION {S}.birth_batch_register(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_origin text := 'birth-backfill:run-' || p_entry.run_id;
    v_found record;
    v_taken text[];
    v_foreign text[];
    v_answers bigint;
BEGIN
    v_found := {S}.birth_batch_read(p_entry, p_from, p_to);
    SELECT coalesce(array_agg(code), '{{}}'), coalesce(array_agg(code) FILTER (WHERE collection <> p_entry.collection_name), '{{}}')
    INTO v_taken, v_foreign FROM {S}.birth_registry_probe(v_found.codes);
    EXECUTE {S}.birth_register_statement(p_entry)
    INTO v_answers USING v_found.codes, v_found.source_keys, v_found.births, v_taken;
    -- What would be checked at commit is checked here, where a row that fails can still be set aside.
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT * INTO registered, existing FROM {S}.birth_batch_count(p_entry.collection_name, v_origin, v_found.codes, v_taken);
    -- All items of a range have their numbers in a row.
    vanished := p_to - p_from + 1 - coalesce(cardinality(v_found.codes), 0);
    IF vanished + cardinality(v_taken) + registered + existing <> p_to - p_from + 1 THEN
        PERFORM {S}.birth_refuse('BR008', 'not_registered', format('the register function left %s of %s rows of %s out of the registry',
                p_to - p_from + 1 - vanished - cardinality(v_taken) - registered - existing, p_to - p_from + 1 - vanished - cardinality(v_taken), p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'from', p_from, 'to', p_to), 'Nothing of this batch was kept. Ask who owns the register function.');
    END IF;
    existing := existing + cardinality(v_taken) - cardinality(v_foreign);
    quarantined := {S}.birth_batch_quarantine(p_entry, p_from, p_to, v_foreign);
END
$body$;

-- A code that belongs to another collection cannot be registered for this one: set the item aside, never drop it.
CREATE FUNCTION {S}.birth_batch_quarantine(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint, p_codes text[]) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $body$
    WITH aside AS (
        INSERT INTO {S}.birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
        SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, '23505', 'the code is registered for ' || r.collection
        FROM {S}.birth_backfill_item AS i JOIN {S}.birth_registry_probe(p_codes) AS r ON r.code = i.entity_code
        WHERE i.ledger_id = p_entry.ledger_id AND i.seq BETWEEN p_from AND p_to
        RETURNING 1)
    SELECT count(*) FROM aside
$body$;
