-- The readiness dashboard: eight metrics, from catalogs and data at each look. plpgsql binds late, so that a
-- missing object is reported as absent instead of breaking the view.
CREATE OR REPLACE FUNCTION {S}.birth_readiness() RETURNS TABLE (metric text, value text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_required bigint;
    v_resolvable bigint;
    v_permits bigint := 0;
    v_permit_table boolean := to_regclass(format('%I.birth_admission_permit', {s})) IS NOT NULL
        AND to_regclass(format('%I.birth_admission_budget', {s})) IS NOT NULL;
    v_ledger_table boolean := to_regclass(format('%I.birth_backfill_ledger', {s})) IS NOT NULL;
    v_register_fn boolean := {S}.birth_register_function() IS NOT NULL;
    v_reasons text[];
BEGIN
    SELECT count(*), count(*) FILTER (WHERE {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns))
    INTO v_required, v_resolvable FROM {S}.birth_collections() AS c WHERE c.requirement = 'REQUIRED';
    IF v_permit_table THEN
        -- A permit whose budget is used up admits nothing: it is as good as closed.
        SELECT count(*) INTO v_permits
        FROM {S}.birth_admission_permit AS p JOIN {S}.birth_admission_budget AS b USING (permit_id)
        WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp() AND b.used_rows < b.budget_rows;
    END IF;
    v_reasons := array_remove(ARRAY[
        CASE WHEN v_resolvable < v_required THEN (v_required - v_resolvable) || '_IDENTITIES_RESOLVED' END,
        CASE WHEN v_permit_table AND v_permits = 0 THEN 'PERMIT_OPENED' END,
        CASE WHEN NOT v_permit_table THEN 'ADMISSION_PERMIT_TABLE_PRESENT' END,
        CASE WHEN NOT v_ledger_table THEN 'BACKFILL_LEDGER_TABLE_PRESENT' END,
        CASE WHEN NOT v_register_fn THEN 'SHARED_REGISTER_FN_PRESENT' END], NULL);
    RETURN QUERY VALUES
        ('birth_required_total', v_required::text),
        ('identity_resolvable_now', v_resolvable::text),
        ('identity_unclassified_blockers', (v_required - v_resolvable)::text),
        ('admission_permit_table', CASE WHEN v_permit_table THEN 'present' ELSE 'absent' END),
        ('open_permits', v_permits::text),
        ('backfill_ledger_table', CASE WHEN v_ledger_table THEN 'present' ELSE 'absent' END),
        ('shared_register_fn', CASE WHEN v_register_fn THEN 'present' ELSE 'absent' END),
        ('qt001_gate', CASE
            WHEN cardinality(v_reasons) = 0 THEN 'OPEN'
            ELSE 'BLOCKED_UNTIL_' || array_to_string(v_reasons, '_AND_') END);
END
$body$;
COMMENT ON FUNCTION {S}.birth_readiness() IS
    'The readiness dashboard: eight metrics, computed at each call. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_readiness() TO birth_reader;
