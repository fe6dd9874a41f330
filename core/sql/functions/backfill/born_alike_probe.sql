-- Before a run begins: a row of each collection that the gateway registered rows of is registered in a part that is
-- undone, and compared. So no collection is begun where another would stop the run. What a row is refused for, or a
-- function that fails, is the batches' to meet: here it judges nothing.
CREATE OR REPLACE FUNCTION {S}._birth_alike_probed(p_run bigint)
RETURNS TABLE (collection_name text, gateway_rows bigint, rows bigint, left_null jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS}
SET "plpgsql.check_asserts" = 'on' SET row_security = 'off' SET transform_null_equals = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_columns text[] := {S}._birth_alike_columns();
    v_theirs record;
    v_entry {S}.birth_backfill_ledger;
    v_is_undone boolean;
BEGIN
    IF cardinality(v_columns) = 0
        OR EXISTS (SELECT FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run AND r.withdraws IS NOT NULL)
    THEN
        RETURN;
    END IF;
    PERFORM {S}._birth_batch_apart();
    FOR v_theirs IN
        SELECT s.* FROM {S}._birth_alike_sampled(p_run, NULL, v_columns) AS s WHERE s.rows > 0 ORDER BY s.ledger_id
    LOOP
        SELECT * INTO v_entry FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = v_theirs.ledger_id;
        SELECT v_entry.collection_name, v_theirs.rows INTO collection_name, gateway_rows;
        v_is_undone := false;
        BEGIN
            SELECT c.rows, c.left_null INTO rows, left_null
            FROM {S}._birth_alike_tried(v_entry, v_columns, v_theirs.rows, v_theirs.filled) AS c;
            v_is_undone := true;
            RAISE SQLSTATE 'BR999';
        EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
            IF v_is_undone AND SQLSTATE = 'BR999' AND left_null <> '{{}}' THEN
                RETURN NEXT;
            END IF;
        END;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_alike_probed(bigint) IS
    'Collections of a run whose rows would not be filled like the gateway''s: one row of each is registered, compared '
    'and undone. Private. Raises what _birth_batch_apart raises.';

-- Register the first row of an entry that is not registered yet, and compare it; in a part that its caller undoes.
CREATE OR REPLACE FUNCTION {S}._birth_alike_tried(p_entry {S}.birth_backfill_ledger, p_columns text[],
    p_theirs bigint,
    p_filled bigint[], OUT rows bigint, OUT left_null jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found record := {S}._birth_batch_read(p_entry, 1, least(p_entry.missing, 20));
    v_marks text[];
    v_place integer;
    v_codes text[];
BEGIN
    SELECT min(f.place) INTO v_place FROM unnest(v_found.codes) WITH ORDINALITY AS f(code, place)
    WHERE NOT EXISTS (SELECT FROM {S}.birth_registry_probe(v_found.codes) AS p WHERE p.code = f.code);
    IF v_place IS NULL THEN
        RETURN;
    END IF;
    v_codes := v_found.codes[v_place:v_place];
    PERFORM {S}._birth_caller_ready();
    v_marks := {S}._birth_session_marks(pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_as_caller({S}._birth_register_statement(p_entry), v_codes,
        v_found.source_keys[v_place:v_place], v_found.births[v_place:v_place], ARRAY[]::text[]);
    -- Nothing comes in between: names and operators mean what they did only when this has been asked.
    PERFORM {S}._birth_session_kept(v_marks, pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_caller_ready();
    SELECT c.rows, c.left_null INTO rows, left_null
    FROM {S}._birth_alike_compared(
        p_entry.run_id, p_entry.collection_name, p_columns, p_theirs, p_filled, v_codes) AS c;
END
$body$;
COMMENT ON FUNCTION {S}._birth_alike_tried({S}.birth_backfill_ledger, text[], bigint, bigint[]) IS
    'Registers one row of an entry and compares it with the gateway''s; its caller undoes that. Private. Raises what '
    '_birth_caller_ready and _birth_session_kept raise.';

-- Refuse a run before it begins, where a probe of any collection is not born alike.
CREATE OR REPLACE FUNCTION {S}._birth_run_alike(p_run bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found jsonb := (SELECT jsonb_agg(to_jsonb(f)) FROM {S}._birth_alike_probed(p_run) AS f);
BEGIN
    IF v_found IS NOT NULL THEN
        PERFORM {S}._birth_alike_refuse(v_found, 'Nothing was registered.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_run_alike(bigint) IS
    'Refuses (BR003 born_alike) to begin a run that would leave columns NULL which the gateway always fills. Private.';
