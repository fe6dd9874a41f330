-- Ask the register function for planned rows of one range and keep nothing: which would be refused, and why. By its own
-- dry-run parameter, where that is bound: READ ONLY, so that not even a sequence moves; a function that writes in its
-- dry run is called once more in a part that is undone. Without such a parameter it is called as an apply does, in a
-- part that is undone: then every gate must be open, as for an apply.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_rehearse(p_ledger_id bigint, p_from bigint, p_to bigint,
    OUT mode text, OUT would_register bigint, OUT existing bigint, OUT vanished bigint, OUT would_refuse jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS}
SET "plpgsql.check_asserts" = 'on' SET row_security = 'off'
SET transform_null_equals = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_status text;
    v_found record;
    v_taken text[];
    v_foreign jsonb;
    v_open record;
BEGIN
    PERFORM {S}._birth_actor('birth_operator', 'rehearse a run');
    PERFORM {S}._birth_batch_alone(p_ledger_id);
    SELECT * INTO v_entry FROM {S}.birth_backfill_ledger WHERE ledger_id = p_ledger_id;
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = v_entry.run_id;
    IF v_status IS NULL OR v_status NOT IN ('planned', 'reconciled', 'applying') THEN
        PERFORM {S}.birth_refuse('BR004', 'run_over', format('run %s is %s: nothing left to rehearse',
                v_entry.run_id, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', v_entry.run_id, 'status', v_status), 'Plan again.');
    ELSIF EXISTS (SELECT FROM {S}.birth_backfill_run AS r WHERE r.run_id = v_entry.run_id
        AND r.withdraws IS NOT NULL)
    THEN
        PERFORM {S}.birth_refuse('BR003', 'not_rehearsable',
            format('run %s withdraws rows: it registers nothing', v_entry.run_id),
            jsonb_build_object('run', v_entry.run_id), 'Reconcile it: that counts what it takes back.');
    ELSIF p_from IS NULL OR p_to IS NULL OR p_from < 1 OR p_to NOT BETWEEN p_from AND p_from + 999 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_batch_size', 'a rehearsal asks for 1 to 1,000 rows',
            jsonb_build_object('from', p_from, 'to', p_to), 'Rehearse a smaller range.');
    END IF;
    mode := CASE WHEN EXISTS (SELECT FROM {S}.birth_gateway_binding AS b WHERE b.value = 'dry_run')
        THEN 'dry_run' ELSE 'rolled_back' END;
    IF mode = 'rolled_back' THEN
        PERFORM {S}.birth_backfill_insist(v_entry.run_id);
    END IF;
    PERFORM {S}._birth_batch_pins(v_entry);
    v_found := {S}._birth_batch_read(v_entry, p_from, least(p_to, v_entry.missing));
    SELECT coalesce(array_agg(p.code), '{{}}'),
        coalesce(jsonb_agg(jsonb_build_object('entity_code', p.code, 'sqlstate', '23505',
            'message', 'the code is registered for ' || p.collection) ORDER BY p.code)
            FILTER (WHERE p.collection <> v_entry.collection_name), '[]')
    INTO v_taken, v_foreign
    FROM {S}.birth_registry_probe(v_found.codes) AS p;
    SELECT coalesce(array_agg(row.code ORDER BY row.place), '{{}}') AS codes,
        CASE WHEN v_found.source_keys IS NOT NULL THEN array_agg(row.key ORDER BY row.place) END AS keys,
        CASE WHEN v_found.births IS NOT NULL THEN array_agg(row.birth ORDER BY row.place) END AS births
    INTO v_open
    FROM unnest(v_found.codes, v_found.source_keys, v_found.births) WITH ORDINALITY AS row(code, key, birth, place)
    WHERE row.code <> ALL (v_taken);
    vanished := greatest(0, least(p_to, v_entry.missing) - p_from + 1) - coalesce(cardinality(v_found.codes), 0);
    existing := cardinality(v_taken) - jsonb_array_length(v_foreign);
    BEGIN
        would_refuse := {S}._birth_rehearse_part(v_entry, v_open.codes, v_open.keys, v_open.births, mode);
    EXCEPTION WHEN read_only_sql_transaction THEN
        -- Its dry run writes: what it writes is undone, but for numbers that it takes of sequences.
        mode := 'dry_run_undone';
        would_refuse := {S}._birth_rehearse_part(v_entry, v_open.codes, v_open.keys, v_open.births, mode);
    END;
    would_register := cardinality(v_open.codes) - jsonb_array_length(would_refuse);
    would_refuse := v_foreign || would_refuse;
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_rehearse(bigint, bigint, bigint) IS
    'Asks the register function for planned rows and keeps nothing: which would be refused, and why. For '
    'birth_operator. Raises BR002 bad_batch_size; BR003 not_rehearsable; BR004 run_over, and what _birth_actor and '
    'the gates raise.';

-- Rehearse these codes in one part; where that is refused, its halves, until every culprit stands alone. Answers those,
-- with the server's reason. What speaks of no row is passed on.
CREATE OR REPLACE FUNCTION {S}._birth_rehearse_part(p_entry {S}.birth_backfill_ledger,
    p_codes text[], p_keys text[], p_births timestamptz[], p_mode text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_half integer := cardinality(p_codes) / 2;
    v_is_undone boolean := false;
    v_state text;
    v_message text;
BEGIN
    IF cardinality(p_codes) = 0 THEN
        RETURN '[]'::jsonb;
    END IF;
    BEGIN
        PERFORM set_config('transaction_read_only', CASE p_mode WHEN 'dry_run' THEN 'on' ELSE 'off' END, true);
        PERFORM {S}._birth_rehearse_call(p_entry, p_codes, p_keys, p_births, p_mode);
        v_is_undone := true;
        RAISE SQLSTATE 'BR999';
    EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
        IF v_is_undone AND SQLSTATE = 'BR999' THEN
            RETURN '[]'::jsonb;
        ELSIF NOT {S}._birth_is_poison(SQLSTATE) THEN
            RAISE;
        END IF;
        v_state := SQLSTATE;
        v_message := left(SQLERRM, 1000);
    END;
    IF v_half = 0 THEN
        RETURN jsonb_build_array(jsonb_build_object(
            'entity_code', p_codes[1], 'sqlstate', v_state, 'message', v_message));
    END IF;
    RETURN {S}._birth_rehearse_part(p_entry, p_codes[:v_half], p_keys[:v_half], p_births[:v_half], p_mode)
        || {S}._birth_rehearse_part(
            p_entry, p_codes[v_half + 1:], p_keys[v_half + 1:], p_births[v_half + 1:], p_mode);
END
$body$;
COMMENT ON FUNCTION {S}._birth_rehearse_part({S}.birth_backfill_ledger, text[], text[], timestamptz[], text) IS
    'Rehearses codes and undoes it; answers those that would be refused. Private.';

-- Call the register function for these codes, in a part that its caller undoes. The real call is held to what a batch
-- is: every row in the registry, filled like the gateway's, and nothing written elsewhere.
CREATE OR REPLACE FUNCTION {S}._birth_rehearse_call(p_entry {S}.birth_backfill_ledger,
    p_codes text[], p_keys text[], p_births timestamptz[], p_mode text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_origin text := 'birth-backfill:run-' || p_entry.run_id;
    v_statement text := {S}._birth_asking_statement(p_entry, p_mode <> 'rolled_back');
    v_marks text[];
    v_before jsonb;
    v_done record;
BEGIN
    PERFORM {S}._birth_caller_ready();
    v_before := {S}._birth_batch_writes();
    v_marks := {S}._birth_session_marks(pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_as_caller(v_statement, p_codes, p_keys, p_births, ARRAY[]::text[]);
    -- Nothing comes in between: names and operators mean what they did only when this has been asked.
    PERFORM {S}._birth_session_kept(v_marks, pg_catalog.current_setting('search_path'));
    PERFORM {S}._birth_caller_ready();
    IF p_mode <> 'rolled_back' THEN
        RETURN;
    END IF;
    SELECT * INTO v_done FROM {S}._birth_batch_count(p_entry.collection_name, v_origin, p_codes, '{{}}');
    IF v_done.registered + v_done.existing <> cardinality(p_codes) THEN
        PERFORM {S}.birth_refuse('BR008', 'not_registered',
            format('the register function left %s of %s rows of %s out of the registry',
                cardinality(p_codes) - v_done.registered - v_done.existing, cardinality(p_codes),
                p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id), 'Ask the owner of the register function.');
    END IF;
    PERFORM {S}._birth_batch_alike(p_entry, p_codes);
    PERFORM {S}._birth_batch_written(v_before, p_entry.collection_name, v_done.registered);
END
$body$;
COMMENT ON FUNCTION {S}._birth_rehearse_call({S}.birth_backfill_ledger, text[], text[], timestamptz[], text) IS
    'Calls the register function for codes, in a part that its caller undoes. Private. Raises BR008 not_registered.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_rehearse(bigint, bigint, bigint) TO birth_operator;
