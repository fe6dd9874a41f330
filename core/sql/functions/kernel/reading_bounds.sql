-- What a query of kernel/reading.sql reads of the registry, which may hold much besides what it looks for.

-- The condition by which such a query reads no more of the registry, `r`, than what bounds it.
CREATE OR REPLACE FUNCTION {S}._birth_within_bounds() RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT '$1 IS NULL OR r.entity_code BETWEEN $1 AND $2'
$body$;
COMMENT ON FUNCTION {S}._birth_within_bounds() IS
    'The condition by which a query for _birth_reading reads the registry between its bounds. Private.';

-- What bounds the codes of the registry that such a query reads, and whether all of what is read is wanted. Sets how
-- the server reads, until the subtransaction of the caller is undone.
CREATE OR REPLACE FUNCTION {S}._birth_reading_bounds(
    p_bounds text, OUT first text, OUT last text, OUT is_whole boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_rows bigint;
    v_between bigint;
BEGIN
    is_whole := p_bounds IS NULL;
    -- Compiling a statement over many sources takes longer than running it.
    PERFORM set_config('jit', 'off', true);
    -- For _birth_odd_expression.
    PERFORM set_config('bytea_output', 'escape', true);
    IF p_bounds IS NOT NULL THEN
        EXECUTE p_bounds INTO v_rows, first, last;
        IF v_rows > 3000 THEN
            SELECT count(*) INTO v_between FROM (
                SELECT FROM {S}.birth_registry_rows() AS r
                WHERE r.entity_code BETWEEN first AND last LIMIT v_rows * 2 + 1) AS few;
            is_whole := v_between <= v_rows * 2;
            IF NOT is_whole THEN
                first := NULL;
                last := NULL;
                -- Its index is in memory, or soon will be: a few thousand probes are less than a whole registry.
                PERFORM set_config('random_page_cost', '1.1', true);
            ELSE
                PERFORM set_config('enable_nestloop', 'off', true);
            END IF;
        END IF;
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading_bounds(text) IS
    'The first and last code of the registry that a query is to read, NULL for all; sets how the server reads. '
    'Private.';

-- The query that answers what bounds a source's part of the registry; NULL where the registry is hardly larger. In the
-- database's own order, whatever the columns have: in that one r.entity_code is compared with the two, for what a
-- function returns has no other.
CREATE OR REPLACE FUNCTION {S}._birth_code_bounds(p_relid oid, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT count(*), coalesce(min(code), %3$L), coalesce(max(code), %3$L)'
            ' FROM (SELECT (%1$s) COLLATE pg_catalog."default" AS code FROM %2$s AS source OFFSET 0) AS row',
        p_expression, {S}._birth_source(p_relid), '')
    FROM pg_class AS source, pg_class AS registry
    WHERE source.oid = p_relid AND registry.oid = {S}.birth_bound_table('registry')
      AND registry.reltuples >= 2 * source.reltuples AND registry.reltuples > 10000
      AND NOT {S}.birth_windowed(p_relid)
$body$;
COMMENT ON FUNCTION {S}._birth_code_bounds(oid, text) IS
    'The query for rows, first and last code of a source; NULL if the registry is hardly larger. Private.';

GRANT EXECUTE ON FUNCTION {S}._birth_reading_bounds(text) TO birth_caller;
