-- Find the items of a range again. A thousand probes of an index beat reading a large source whole, whatever fresh
-- tables make the planner believe; the settings end with the function, so that the register function has its own.
CREATE OR REPLACE FUNCTION {S}._birth_batch_read(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint,
    OUT codes text[], OUT source_keys text[], OUT births timestamptz[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'on' SET enable_mergejoin = 'on' SET enable_hashjoin = 'on' SET enable_nestloop = 'on'
-- Before PostgreSQL 18 a method that is off costs ten thousand millions: enough to compile every batch anew.
SET jit = 'off' AS $body$
DECLARE
    v_list boolean := p_entry.locator_indexed AND cardinality(p_entry.locator) = 1;
BEGIN
    -- What comes from the nodes of Citus has no index here.
    IF p_entry.locator_indexed AND {S}.birth_distributed(ARRAY[p_entry.relid]) = '{{}}' THEN
        PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config(CASE WHEN v_list THEN 'enable_nestloop' ELSE 'enable_hashjoin' END, 'off', true);
    END IF;
    SELECT r.*
    INTO codes, source_keys, births
    FROM {S}._birth_reading_range({S}._birth_read_statement(p_entry), p_entry.ledger_id, p_from, p_to)
        AS r(codes text[], source_keys text[], births timestamptz[]);
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_read({S}.birth_backfill_ledger, bigint, bigint) IS
    'Finds the items of a range again in their source: codes, source keys and times of birth. Private.';

-- How many of these codes the registry holds for the collection, under our origin and under others; apart from those
-- that were taken before. Asked for by its index, through birth_caller, as _birth_reading does. One plan serves all
-- batches: to plan for these very codes would take as long as to look them up.
CREATE OR REPLACE FUNCTION {S}._birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[],
    OUT registered bigint, OUT existing bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'off' SET jit = 'off' SET plan_cache_mode = 'force_generic_plan' AS $body$
DECLARE
    v_is_read boolean := false;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        SELECT r.*
        INTO registered, existing
        FROM {S}._birth_reading_codes(
            format('SELECT * FROM {S}._birth_batch_count(%L, %L, $1, $2)', p_collection, p_origin),
            p_codes, p_taken)
            AS r(registered bigint, existing bigint);
        RETURN;
    END IF;
    {READ_ONLY}
    SELECT count(*) FILTER (WHERE r.dot_origin = p_origin),
        count(*) FILTER (WHERE r.dot_origin IS DISTINCT FROM p_origin)
    INTO registered, existing
    FROM {S}.birth_registry_rows() AS r
    WHERE r.entity_code = ANY (p_codes) AND r.collection_name = p_collection AND r.entity_code <> ALL (p_taken);
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_count(text, text, text[], text[]) IS
    'How many of these codes the registry holds under the run''s origin, and under others. Private.';
GRANT EXECUTE ON FUNCTION {S}._birth_batch_count(text, text, text[], text[]) TO birth_caller;

-- Register the items of one range: those that are still in the source under the planned code and still missing, by
-- one set-based statement that calls the register function once per row. Its answers are not believed: afterwards
-- the registry is asked for every code.
CREATE OR REPLACE FUNCTION {S}._birth_batch_register(p_entry {S}.birth_backfill_ledger, p_from bigint,
    p_to bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_origin text := 'birth-backfill:run-' || p_entry.run_id;
    v_found record;
    v_taken text[];
    v_foreign text[];
    v_statement text := {S}._birth_register_statement(p_entry);
    v_caller text;
    v_marks text[];
BEGIN
    IF EXISTS (SELECT FROM {S}.birth_backfill_run AS r
        WHERE r.run_id = p_entry.run_id AND r.withdraws IS NOT NULL)
    THEN
        SELECT * INTO registered, existing, vanished, quarantined
        FROM {S}._birth_batch_withdraw(p_entry, p_from, p_to);
        RETURN;
    END IF;
    v_found := {S}._birth_batch_read(p_entry, p_from, p_to);
    SELECT coalesce(array_agg(code), '{{}}'),
        coalesce(array_agg(code) FILTER (WHERE collection <> p_entry.collection_name), '{{}}')
    INTO v_taken, v_foreign
    FROM {S}.birth_registry_probe(v_found.codes);
    v_caller := {S}._birth_caller_ready();
    v_marks := {S}._birth_session_marks(pg_catalog.current_setting('search_path'));
    -- What it answers is not believed.
    PERFORM {S}._birth_as_caller(v_statement, v_found.codes, v_found.source_keys, v_found.births, v_taken);
    -- Nothing comes in between: names and operators mean what they did only when this has been asked.
    PERFORM {S}._birth_session_kept(v_marks, pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_caller_ready(v_caller);
    SELECT * INTO registered, existing
    FROM {S}._birth_batch_count(p_entry.collection_name, v_origin, v_found.codes, v_taken);
    -- All items of a range have their numbers in a row.
    vanished := p_to - p_from + 1 - coalesce(cardinality(v_found.codes), 0);
    IF vanished + cardinality(v_taken) + registered + existing <> p_to - p_from + 1 THEN
        PERFORM {S}.birth_refuse('BR008', 'not_registered',
            format('the register function left %s of %s rows of %s out of the registry',
                p_to - p_from + 1 - vanished - cardinality(v_taken) - registered - existing,
                p_to - p_from + 1 - vanished - cardinality(v_taken),
                p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'from', p_from, 'to', p_to),
            'Nothing of this batch was kept. Ask the owner of the register function.');
    END IF;
    PERFORM {S}._birth_batch_alike(p_entry, v_found.codes);
    existing := existing + cardinality(v_taken) - cardinality(v_foreign);
    quarantined := 0;
    IF cardinality(v_foreign) > 0 THEN
        quarantined := {S}._birth_batch_quarantine(p_entry, p_from, p_to, v_foreign);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_register({S}.birth_backfill_ledger, bigint, bigint) IS
    'Registers a range by one statement, then looks every code up in the registry. Refuses if rows are missing '
    'there. Private. Raises BR008 not_registered.';

-- A code that belongs to another collection cannot be registered for this one: set the item aside, never drop it.
CREATE OR REPLACE FUNCTION {S}._birth_batch_quarantine(
    p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint, p_codes text[]) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $body$
    WITH aside AS (
        INSERT INTO {S}.birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
        SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, '23505', 'the code is registered for ' || r.collection
        FROM {S}.birth_backfill_item AS i JOIN {S}.birth_registry_probe(p_codes) AS r ON r.code = i.entity_code
        WHERE i.ledger_id = p_entry.ledger_id AND i.seq BETWEEN p_from AND p_to
        RETURNING 1)
    SELECT count(*) FROM aside
$body$;
COMMENT ON FUNCTION {S}._birth_batch_quarantine({S}.birth_backfill_ledger, bigint, bigint, text[]) IS
    'Sets items aside whose codes are registered for another collection; returns how many. Private.';
