-- A run's sources, recounted: the digest of each, and what moved since the plan where it differs: counts, and the
-- codes, of each kind at most one more than `p_rows`. `moved` is NULL where nothing did, `unidentified` tells of rows
-- without a code of their own, or of a table that is gone. STABLE, so that all of it sees the snapshot of the query
-- that calls it.
CREATE OR REPLACE FUNCTION {S}._birth_backfill_moved(p_run bigint, p_rows bigint)
RETURNS TABLE (collection_name text, digest text, moved jsonb, unidentified boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB' SET enable_hashagg = 'off'
{TEXT_SETTINGS} AS $body$
#variable_conflict use_column
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_count record;
BEGIN
    IF EXISTS (SELECT FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run AND r.withdraws IS NOT NULL) THEN
        RETURN QUERY SELECT * FROM {S}._birth_withdraw_recount(p_run);
        RETURN;
    END IF;
    FOR v_count IN SELECT * FROM {S}._birth_backfill_recount(p_run) LOOP
        SELECT * INTO STRICT v_entry
        FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = p_run AND l.collection_name = v_count.collection_name;
        collection_name := v_count.collection_name;
        digest := v_count.digest;
        moved := NULL;
        unidentified := v_count.digest IS NULL OR v_count.without_code + v_count.duplicates > 0;
        IF v_count.digest IS NOT NULL AND v_count.digest IS DISTINCT FROM v_entry.digest THEN
            SELECT row.moved INTO moved
            FROM {S}._birth_reading({S}._birth_moved_statement(v_entry, p_rows),
                {S}._birth_entry_bounds(v_entry), {S}._birth_in_parts(v_entry)) AS row(moved jsonb);
        ELSIF unidentified THEN
            moved := '{{}}';
        END IF;
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_backfill_moved(bigint, bigint) IS
    'Recounts the sources of a run, and lists what moved since the plan, up to a limit. Private.';

-- The statement that lists what moved: late (born since: missing, and not planned), gone (planned, and no longer in the
-- source), registered since (planned, in the source, and missing no more).
CREATE OR REPLACE FUNCTION {S}._birth_moved_statement(p_entry {S}.birth_backfill_ledger, p_rows bigint)
    RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH item AS MATERIALIZED (
            SELECT entity_code COLLATE "C" AS code FROM {S}.birth_backfill_item WHERE ledger_id = %1$s
        ), missing AS MATERIALIZED (%2$s), late AS (
            SELECT code FROM missing EXCEPT SELECT code FROM item
        ), gone AS MATERIALIZED (
            SELECT code FROM item EXCEPT SELECT (%3$s) COLLATE "C" FROM %4$s AS source
        ), registered AS (
            SELECT code FROM item EXCEPT SELECT code FROM missing EXCEPT SELECT code FROM gone
        )
        SELECT jsonb_build_object('late', (SELECT count(*) FROM late), 'gone', (SELECT count(*) FROM gone),
            'registered_since', (SELECT count(*) FROM registered),
            'codes', jsonb_build_object(
                'late', ARRAY(SELECT code FROM late ORDER BY 1 LIMIT %5$s),
                'gone', ARRAY(SELECT code FROM gone ORDER BY 1 LIMIT %5$s),
                'registered_since', ARRAY(SELECT code FROM registered ORDER BY 1 LIMIT %5$s))) $query$,
        p_entry.ledger_id, {S}._birth_missing_query(p_entry, NULL), source.code,
            {S}._birth_source(p_entry.relid),
        p_rows + 1)
    FROM {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS source(code)
$body$;
COMMENT ON FUNCTION {S}._birth_moved_statement({S}.birth_backfill_ledger, bigint) IS
    'The statement that lists what moved in the source of an entry since its plan. Private.';
