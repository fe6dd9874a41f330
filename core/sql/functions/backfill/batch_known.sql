-- needs: kernel/in_order
-- What the registry holds of the codes of a range, asked before they are registered and after. Asked for by its index,
-- through birth_caller, as _birth_reading does. One plan serves all batches: to plan for these very codes would take as
-- long as to look them up. Before PostgreSQL 17 each of a thousand codes is looked up by a descent of its own: where
-- texts are compared by a language's rules, that costs two microseconds each. The codes of a range mostly lie close
-- together in the registry's order: then such a server walks its index once, from the first of them to the last, for a
-- third of that.

DROP FUNCTION IF EXISTS {S}._birth_batch_count(text, text, text[], text[]);

-- Which of these codes are taken, and which of those by other collections (`strange`). With `p_walked` the registry is
-- read between `first` and `last` of the codes, in its own order: these are NULL where much besides lies between, and
-- each code was looked up by itself.
CREATE OR REPLACE FUNCTION {S}._birth_batch_known(p_collection text, p_codes text[], p_walked boolean DEFAULT NULL,
    OUT taken text[], OUT strange text[], OUT first text, OUT last text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'off' SET enable_bitmapscan = 'off' SET enable_nestloop = 'off' SET enable_mergejoin = 'off'
SET jit = 'off' SET plan_cache_mode = 'force_generic_plan' AS $body$
#variable_conflict use_variable
DECLARE
    v_is_read boolean := false;
    v_most bigint := cardinality(p_codes) * 2 + 100;
    v_rows bigint;
    v_asked text[];
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        SELECT r.*
        INTO taken, strange, first, last
        FROM {S}._birth_reading_codes(
            format('SELECT * FROM {S}._birth_batch_known(%L, $1, %L)', p_collection,
                current_setting('server_version_num')::integer < 170000
                    AND {S}._birth_registry_in_order()), p_codes)
            AS r(taken text[], strange text[], first text, last text);
        RETURN;
    END IF;
    {READ_ONLY}
    IF p_walked THEN
        -- By the registry's order of codes, whatever that is.
        SELECT min(c.code), max(c.code)
        INTO first, last
        FROM (
            SELECT r.entity_code AS code FROM {S}.birth_registry_rows() AS r WHERE false
            UNION ALL
            SELECT unnest(p_codes)) AS c;
        -- The index alone, where it can: hardly any of them is among ours.
        WITH near AS MATERIALIZED (
            SELECT r.entity_code FROM {S}.birth_registry_rows() AS r
            WHERE r.entity_code BETWEEN first AND last LIMIT v_most
        )
        SELECT (SELECT count(*) FROM near), array_agg(n.entity_code)
        INTO v_rows, v_asked
        FROM near AS n WHERE n.entity_code IN (SELECT unnest(p_codes));
        IF v_rows >= v_most THEN
            first := NULL;
            last := NULL;
        END IF;
    END IF;
    IF first IS NULL THEN
        v_asked := p_codes;
    END IF;
    IF {S}.birth_registry_is_spread() THEN
        SELECT array_agg(r.code), array_agg(r.code) FILTER (WHERE r.collection <> p_collection)
        INTO taken, strange
        FROM {S}.birth_registry_probe(p_codes) AS r;
    ELSIF v_asked IS NOT NULL THEN
        SELECT array_agg(r.entity_code), array_agg(r.entity_code) FILTER (WHERE r.collection_name <> p_collection)
        INTO taken, strange
        FROM {S}.birth_registry_rows() AS r
        WHERE r.entity_code = ANY (v_asked);
    END IF;
    taken := coalesce(taken, '{{}}');
    strange := coalesce(strange, '{{}}');
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_known(text, text[], boolean) IS
    'Which of these codes the registry holds, and which of those for other collections; and the first and last of '
    'them, where little besides lies between. Private.';

-- How many of these codes the registry holds for the collection, under our origin and under others; apart from those
-- that were taken before. Walked between `p_first` and `p_last`, where these are given.
CREATE OR REPLACE FUNCTION {S}._birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[],
    p_first text DEFAULT NULL, p_last text DEFAULT NULL,
    OUT registered bigint, OUT existing bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'off' SET enable_nestloop = 'off' SET enable_mergejoin = 'off'
SET jit = 'off' SET plan_cache_mode = 'force_generic_plan' AS $body$
DECLARE
    v_is_read boolean := false;
    v_codes text[];
    v_ours bigint;
    v_rows bigint;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        SELECT r.*
        INTO registered, existing
        FROM {S}._birth_reading_codes(
            format('SELECT * FROM {S}._birth_batch_count(%L, %L, $1, $2, %L, %L)', p_collection, p_origin, p_first,
                p_last),
            p_codes, p_taken)
            AS r(registered bigint, existing bigint);
        RETURN;
    END IF;
    {READ_ONLY}
    IF {S}.birth_registry_is_spread() THEN
        SELECT 0, 0 INTO registered, existing;
        FOR v_codes IN
            SELECT g.codes FROM {S}.birth_codes_by_shard(
                ARRAY(SELECT unnest(p_codes) EXCEPT SELECT unnest(p_taken))) AS g
        LOOP
            EXECUTE {S}.birth_registry_query(
                format('count(*) FILTER (WHERE collection_name = %1$L AND dot_origin = %2$L),'
                    ' count(*) FILTER (WHERE collection_name = %1$L)', p_collection, p_origin), v_codes)
            INTO v_ours, v_rows;
            SELECT registered + v_ours, existing + v_rows - v_ours INTO registered, existing;
        END LOOP;
    ELSIF p_first IS NULL THEN
        SELECT count(*) FILTER (WHERE r.dot_origin = p_origin),
            count(*) FILTER (WHERE r.dot_origin IS DISTINCT FROM p_origin)
        INTO registered, existing
        FROM {S}.birth_registry_rows() AS r
        WHERE r.entity_code = ANY (p_codes) AND r.collection_name = p_collection
          AND r.entity_code NOT IN (SELECT unnest(p_taken));
    ELSE
        SELECT count(*) FILTER (WHERE r.dot_origin = p_origin),
            count(*) FILTER (WHERE r.dot_origin IS DISTINCT FROM p_origin)
        INTO registered, existing
        FROM {S}.birth_registry_rows() AS r
        WHERE r.entity_code BETWEEN p_first AND p_last AND r.entity_code IN (SELECT unnest(p_codes))
          AND r.collection_name = p_collection AND r.entity_code NOT IN (SELECT unnest(p_taken));
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_count(text, text, text[], text[], text, text) IS
    'How many of these codes the registry holds under the run''s origin, and under others. Private.';

-- Whether an index of the registry gives its codes in order: then a part of it can be walked.
CREATE OR REPLACE FUNCTION {S}._birth_registry_in_order() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_registry oid := {S}.birth_bound_table('registry');
BEGIN
    RETURN {S}._birth_column_ordered(v_registry, (
            SELECT a.attnum FROM pg_attribute AS a
            WHERE a.attrelid = v_registry AND a.attname = {S}.birth_bound_name('registry', 'entity_code')::name
              AND NOT a.attisdropped))
        AND {S}.birth_distributed(ARRAY[v_registry]) = '{{}}';
END
$body$;
COMMENT ON FUNCTION {S}._birth_registry_in_order() IS
    'True if an index gives the registry''s codes in order. Private.';

GRANT EXECUTE ON FUNCTION {S}._birth_batch_known(text, text[], boolean),
    {S}._birth_batch_count(text, text, text[], text[], text, text) TO birth_caller;
