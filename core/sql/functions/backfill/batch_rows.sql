-- needs: backfill/batch_known
-- Find the items of a range again. A thousand probes of an index beat reading a large source whole, whatever fresh
-- tables make the planner believe; the settings end with the function, so that the register function has its own.
CREATE OR REPLACE FUNCTION {S}._birth_batch_read(p_entry {S}.birth_backfill_ledger, p_from bigint, p_to bigint,
    OUT codes text[], OUT source_keys text[], OUT births timestamptz[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'on' SET enable_mergejoin = 'on' SET enable_hashjoin = 'on' SET enable_nestloop = 'on'
-- Before PostgreSQL 18 a method that is off costs ten thousand millions: enough to compile every batch anew.
SET jit = 'off' AS $body$
DECLARE
    v_by_list boolean := {S}._birth_reads_by_list(p_entry);
BEGIN
    -- What comes from the nodes of Citus has no index here.
    IF p_entry.locator_indexed AND {S}.birth_distributed(ARRAY[p_entry.relid]) = '{{}}' THEN
        PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config(CASE WHEN v_by_list THEN 'enable_nestloop' ELSE 'enable_hashjoin' END, 'off', true);
    END IF;
    SELECT r.*
    INTO codes, source_keys, births
    FROM {S}._birth_reading_range({S}._birth_read_statement(p_entry), p_entry.ledger_id, p_from, p_to)
        AS r(codes text[], source_keys text[], births timestamptz[]);
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_read({S}.birth_backfill_ledger, bigint, bigint) IS
    'Finds the items of a range again in their source: codes, source keys and times of birth. Private.';

DROP FUNCTION IF EXISTS {S}._birth_batch_register({S}.birth_backfill_ledger, bigint, bigint);

-- Register the items of one range: those that are still in the source under the planned code and still missing, by
-- one set-based statement that calls the register function once per row. Its answers are not believed: afterwards
-- the registry is asked for every code. `p_began_with` and `p_catalogs` are what _birth_is_calm asks for.
CREATE OR REPLACE FUNCTION {S}._birth_batch_register(p_entry {S}.birth_backfill_ledger, p_from bigint,
    p_to bigint, p_began_with pg_snapshot, p_catalogs bigint,
    OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_origin text := 'birth-backfill:run-' || p_entry.run_id;
    v_found record;
    v_known record;
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
    v_known := {S}._birth_batch_known(p_entry.collection_name, v_found.codes);
    v_caller := {S}._birth_caller_ready();
    v_marks := {S}._birth_session_marks(pg_catalog.current_setting('search_path'));
    -- What it answers is not believed.
    PERFORM {S}._birth_as_caller(v_statement, v_found.codes, v_found.source_keys, v_found.births, v_known.taken);
    -- Nothing comes in between: names and operators mean what they did only when this has been asked.
    PERFORM {S}._birth_session_kept(v_marks, pg_catalog.current_setting('search_path'));
    IF NOT {S}._birth_is_calm(p_began_with, p_catalogs, pg_current_snapshot()) THEN
        PERFORM {S}._birth_caller_ready(v_caller);
    END IF;
    SELECT * INTO registered, existing
    FROM {S}._birth_batch_count(p_entry.collection_name, v_origin, v_found.codes, v_known.taken, v_known.first,
        v_known.last);
    -- All items of a range have their numbers in a row.
    vanished := p_to - p_from + 1 - coalesce(cardinality(v_found.codes), 0);
    IF vanished + cardinality(v_known.taken) + registered + existing <> p_to - p_from + 1 THEN
        PERFORM {S}.birth_refuse('BR008', 'not_registered',
            format('the register function left %s of %s rows of %s out of the registry',
                p_to - p_from + 1 - vanished - cardinality(v_known.taken) - registered - existing,
                p_to - p_from + 1 - vanished - cardinality(v_known.taken),
                p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'from', p_from, 'to', p_to),
            'Nothing of this batch was kept. Ask the owner of the register function.');
    END IF;
    PERFORM {S}._birth_batch_alike(p_entry, v_found.codes);
    existing := existing + cardinality(v_known.taken) - cardinality(v_known.strange);
    quarantined := 0;
    IF cardinality(v_known.strange) > 0 THEN
        quarantined := {S}._birth_batch_quarantine(p_entry, p_from, p_to, v_known.strange);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_register({S}.birth_backfill_ledger, bigint, bigint, pg_snapshot, bigint) IS
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
