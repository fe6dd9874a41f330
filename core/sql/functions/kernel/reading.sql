-- Reading what belongs to others. The owner of a source may have made code that runs when it is read: casts, CHECKs of
-- domains, expressions of indexes that the planner evaluates. As birth_owner such code could write anything, so sources
-- are planned and read in a subtransaction that is READ ONLY: nothing inside can make it writable again. It always ends
-- by being undone, which keeps what was read, and nothing else: what such code sets (search_path, for those who call),
-- declares (a cursor that outlives the transaction) or sends is gone with it.

-- The rows of a query, read so; in the snapshot of the calling statement. With `p_bounds` it is a query that looks a
-- source up in a registry that holds much besides: `$1` and `$2` become the first and the last code of the source, so
-- that no more of the registry is read than lies between. `p_bounds` answers how many rows the source has, and the two.
-- They stay NULL without it, and where much besides lies between. Statistics that are behind would have the server loop
-- over the part for every row: not for many rows.
CREATE OR REPLACE FUNCTION {S}._birth_reading(p_query text, p_bounds text DEFAULT NULL) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_read boolean := false;
    v_bounds record;
BEGIN
    {READ_ONLY}
    v_bounds := {S}._birth_reading_bounds(p_bounds);
    RETURN QUERY EXECUTE p_query USING v_bounds.first, v_bounds.last;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading(text, text) IS
    'Rows of a query, read in a READ ONLY subtransaction that is always undone: code of a source''s owner can '
    'change nothing. $1 and $2 in it bound the codes of the registry that it reads. Private.';

-- The same of rows that are told by their codes: where `p_codes` finds at most `p_most` of them ($3) by a merge of two
-- indexes, `p_few` reads these ($3); else `p_many` reads what it needs by itself.
CREATE OR REPLACE FUNCTION {S}._birth_reading_few(
    p_codes text, p_most bigint, p_few text, p_many text, p_bounds text) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_read boolean := false;
    v_bounds record;
    v_hashed text := current_setting('enable_hashjoin');
    v_looped text;
    v_codes text[];
BEGIN
    {READ_ONLY}
    v_bounds := {S}._birth_reading_bounds(p_bounds);
    IF v_bounds.is_whole THEN
        v_looped := current_setting('enable_nestloop');
        PERFORM set_config('enable_hashjoin', 'off', true), set_config('enable_nestloop', 'off', true);
        EXECUTE p_codes INTO v_codes USING v_bounds.first, v_bounds.last, p_most + 1;
        PERFORM set_config('enable_hashjoin', v_hashed, true), set_config('enable_nestloop', v_looped, true);
    END IF;
    IF cardinality(v_codes) <= p_most THEN
        RETURN QUERY EXECUTE p_few USING v_bounds.first, v_bounds.last, v_codes;
    ELSE
        RETURN QUERY EXECUTE p_many USING v_bounds.first, v_bounds.last;
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading_few(text, bigint, text, text, text) IS
    'Rows of one of two queries, read as in _birth_reading: of the first if few codes are found, which it is given. '
    'Private.';

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

-- The query that answers what bounds a source's part of the registry; NULL where the registry is hardly larger. Codes
-- are compared as the registry's index does.
CREATE OR REPLACE FUNCTION {S}._birth_code_bounds(p_relid oid, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT count(*), coalesce(min(code), %4$L), coalesce(max(code), %4$L)'
            ' FROM (SELECT (%1$s) COLLATE %2$s AS code FROM %3$s AS source OFFSET 0) AS row', p_expression, (
            SELECT format('%I.%I', n.nspname, c.collname)
            FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
            WHERE c.oid = coalesce((
                SELECT nullif(a.attcollation, 0) FROM pg_attribute AS a
                WHERE a.attrelid = registry.oid
                  AND a.attname = {S}.birth_bound_name('registry', 'entity_code')::name
                  AND NOT a.attisdropped), 'pg_catalog."default"'::regcollation)),
        {S}._birth_source(p_relid), '')
    FROM pg_class AS source, pg_class AS registry
    WHERE source.oid = p_relid AND registry.oid = {S}.birth_bound_table('registry')
      AND registry.reltuples >= 2 * source.reltuples AND registry.reltuples > 10000
      AND NOT {S}.birth_windowed(p_relid)
$body$;
COMMENT ON FUNCTION {S}._birth_code_bounds(oid, text) IS
    'The query for rows, first and last code of a source; NULL if the registry is hardly larger. Private.';

-- How the server would run a query. Planning alone may run code, too.
CREATE OR REPLACE FUNCTION {S}._birth_explaining(p_query text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_plan jsonb;
    v_is_read boolean := false;
BEGIN
    BEGIN
        {READ_ONLY}
        EXECUTE 'EXPLAIN (FORMAT JSON) ' || p_query INTO v_plan USING NULL::text, NULL::text;
        {UNDONE}
    END;
    RETURN v_plan;
END
$body$;
COMMENT ON FUNCTION {S}._birth_explaining(text) IS
    'The server''s plan of a query as JSON, made in a READ ONLY subtransaction that is always undone. Private.';
