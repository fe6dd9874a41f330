-- The call of the register function as its binding says, over the columns code, source_key and born_at of `row`. Each
-- value as its parameter's very type: what a cast cannot make fits no overload by chance.
CREATE FUNCTION {S}.birth_register_call(p_collection text, p_origin text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('%I.%I(', n.nspname, p.proname) || coalesce(string_agg(format('%I => (%s)::%s', b.parameter, CASE b.value
        WHEN 'collection' THEN quote_literal(p_collection)
        WHEN 'origin' THEN quote_literal(p_origin)
        WHEN 'dry_run' THEN 'false'
        WHEN 'code' THEN 'row.code'
        WHEN 'source_key' THEN 'array_to_string(row.source_key, ''/'')'
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

-- Items as typed values of the locator's columns, to be joined to the source: `source.id = item.source_key[1]::uuid AND …`.
CREATE FUNCTION {S}.birth_locator_match(p_relid oid, p_locator text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT string_agg(format('source.%I = item.source_key[%s]::%s', name, position, format_type(a.atttypid, a.atttypmod)), ' AND ' ORDER BY position)
    FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)
    JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = l.name::name AND NOT a.attisdropped
$body$;

-- The one statement that registers a range of an entry ($1: the entry, $2 and $3: the range, $4: the collection): the
-- items that are still in the source under the planned code and still missing, one call for each, in the order of the
-- items, which is that of their codes: batches in opposite orders would wait for each other.
CREATE FUNCTION {S}.birth_batch_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH item AS MATERIALIZED (
            SELECT seq, entity_code, source_key FROM {S}.birth_backfill_item WHERE ledger_id = $1 AND seq BETWEEN $2 AND $3
        ), row AS MATERIALIZED (
            SELECT %6$sitem.seq, item.entity_code AS code, item.source_key, %3$s AS born_at, r.collection_name AS owner
            FROM item JOIN %1$s AS source ON %2$s
            LEFT JOIN {S}.birth_registry AS r ON r.entity_code = item.entity_code
            WHERE %4$s = item.entity_code ORDER BY item.seq
        ), called AS MATERIALIZED (
            SELECT row.code, %5$s AS answer FROM (SELECT * FROM row WHERE owner IS NULL ORDER BY seq) AS row
        )
        SELECT (SELECT count(*) FROM item) AS items, (SELECT count(*) FROM row) AS rows,
            (SELECT count(*) FROM row WHERE owner = $4) AS existing,
            (SELECT array_agg(seq) FROM row WHERE owner <> $4) AS foreign_seqs,
            array_agg(code) AS codes, count(answer) AS answers
        FROM called $query$,
        p_entry.relid::regclass, {S}.birth_locator_match(p_entry.relid, p_entry.locator), {S}.birth_born_at(p_entry.relid),
        {S}.birth_identity_expression(p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source'),
        {S}.birth_register_call(p_entry.collection_name, 'birth-backfill:run-' || p_entry.run_id),
        -- Where nothing but the identity finds a row again, two rows may answer to one item.
        CASE WHEN p_entry.locator_indexed THEN '' ELSE 'DISTINCT ON (item.seq) ' END)
$body$;

-- The statements of an entry as they would run now, for people who look on.
CREATE FUNCTION {S}.birth_entry_statements(p_ledger_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_object('plan', {S}.birth_plan_statement(l.relid,
            {S}.birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'), l.locator,
            {S}.birth_identity_is_declared(l.relid, l.columns)),
        'batch', {S}.birth_batch_statement(l))
    FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = p_ledger_id
$body$;
GRANT EXECUTE ON FUNCTION {S}.birth_entry_statements(bigint) TO birth_reader;

-- Register the items of one range: those that are still in the source under the planned code and still missing, by
-- one set-based statement that calls the register function once per row. Its answers are not believed: afterwards
-- the registry is asked for every code.
CREATE FUNCTION {S}.birth_batch_register(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_origin text := 'birth-backfill:run-' || p_entry.run_id;
    v_done record;
BEGIN
    -- A thousand probes of an index beat reading a large source whole, whatever fresh tables make the planner believe.
    PERFORM set_config(method, CASE WHEN p_entry.locator_indexed THEN 'off' ELSE 'on' END, true)
    FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan']) AS method;
    -- Before PostgreSQL 18 a method that is off costs ten thousand millions: enough to compile every batch anew.
    PERFORM set_config('jit', 'off', true);
    EXECUTE {S}.birth_batch_statement(p_entry)
    INTO v_done USING p_entry.ledger_id, p_from, p_to, p_entry.collection_name;
    -- What would be checked at commit is checked here, where a row that fails can still be set aside.
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT count(*) FILTER (WHERE r.dot_origin = v_origin), count(*) FILTER (WHERE r.dot_origin IS DISTINCT FROM v_origin)
    INTO registered, existing
    FROM unnest(v_done.codes) AS called(code)
    JOIN {S}.birth_registry AS r ON r.entity_code = called.code AND r.collection_name = p_entry.collection_name;
    IF registered + existing <> coalesce(cardinality(v_done.codes), 0) THEN
        PERFORM {S}.birth_refuse('BR008', 'not_registered', format('the register function left %s of %s rows of %s out of the registry',
                coalesce(cardinality(v_done.codes), 0) - registered - existing, cardinality(v_done.codes), p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'from', p_from, 'to', p_to), 'Nothing of this batch was kept. Ask who owns the register function.');
    END IF;
    existing := existing + v_done.existing;
    vanished := v_done.items - v_done.rows;
    quarantined := CASE WHEN v_done.foreign_seqs IS NULL THEN 0 ELSE {S}.birth_batch_quarantine(p_entry, v_done.foreign_seqs) END;
END
$body$;

-- A code that belongs to another collection cannot be registered for this one: set the item aside, never drop it.
CREATE FUNCTION {S}.birth_batch_quarantine(p_entry {S}.birth_backfill_ledger, p_seqs bigint[]) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $body$
    WITH aside AS (
        INSERT INTO {S}.birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
        SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, '23505', 'the code is registered for ' || r.collection_name
        FROM {S}.birth_backfill_item AS i JOIN {S}.birth_registry AS r ON r.entity_code = i.entity_code
        WHERE i.ledger_id = p_entry.ledger_id AND i.seq = ANY (p_seqs)
        RETURNING 1)
    SELECT count(*) FROM aside
$body$;
