-- Whether the bound register function takes many rows at once: the parameter that is given the code is an array.
CREATE OR REPLACE FUNCTION {S}.birth_register_is_set_based() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (SELECT
        FROM {S}.birth_gateway_binding AS b JOIN {S}.birth_register_parameters() AS p ON p.name = b.parameter
        JOIN pg_type AS y ON y.oid = p.type
        WHERE b.value = 'code' AND y.typcategory = 'A');
END
$body$;
COMMENT ON FUNCTION {S}.birth_register_is_set_based() IS
    'True if the bound register function takes arrays: it is called once per batch, not once per row. For '
    'birth_reader.';

-- Names and types of the parameters that are given to the bound register function. They come first in proargtypes, in
-- their order; those that only come back are left out of it.
CREATE OR REPLACE FUNCTION {S}.birth_register_parameters() RETURNS TABLE (name text, type oid)
LANGUAGE plpgsql STABLE ROWS 6 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY
    SELECT a.name, p.proargtypes[a.place - 1]
    FROM pg_proc AS p
    CROSS JOIN LATERAL (
        SELECT count(*) OVER (ORDER BY named.position) AS place, named.name
        FROM unnest(p.proargnames) WITH ORDINALITY AS named(name, position)
        WHERE coalesce(p.proargmodes[named.position], 'i') IN ('i', 'b', 'v')
    ) AS a
    WHERE p.oid = {S}.birth_register_function();
END
$body$;
COMMENT ON FUNCTION {S}.birth_register_parameters() IS
    'Names and types of the parameters that the bound register function is given. For birth_reader.';

-- The call of the register function as its binding says, over the columns code, source_key (its parts joined by /) and
-- born_at of `row`; with `p_sets` these are arrays. A function that takes arrays is given arrays of one row without.
-- Each value as its parameter's very type: what a cast cannot make fits no overload by chance.
-- A function that sets no search_path may name the company's objects bare: it finds them in its schema and in the
-- registry's, where no temporary object comes first. The path is set before its first call, while its code is computed,
-- and ends with _birth_as_caller.
CREATE OR REPLACE FUNCTION {S}._birth_register_words(
    p_collection text, p_origin text, p_dry_run boolean, p_sets boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' AS $body$
BEGIN
    RETURN (
        SELECT format('%I.%I(', n.nspname, p.proname) || coalesce(
            string_agg(
                format(CASE WHEN y.typcategory = 'A' AND NOT p_sets AND b.value IN ('code', 'source_key', 'born_at')
                        THEN '%I => (ARRAY[%s])::%s' ELSE '%I => (%s)::%s' END, b.parameter,
                    CASE b.value
                        WHEN 'collection' THEN quote_literal(p_collection)
                        WHEN 'origin' THEN quote_literal(p_origin)
                        WHEN 'dry_run' THEN p_dry_run::text
                        WHEN 'code' THEN coalesce(h.code, 'row.code')
                        WHEN 'source_key' THEN 'row.source_key'
                        WHEN 'born_at' THEN 'row.born_at'
                        WHEN 'constant' THEN quote_literal(b.constant) END,
                    format_type(y.oid, NULL)),
                ', ' ORDER BY b.parameter COLLATE "C"),
            '') || ')'
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        CROSS JOIN {S}.birth_gateway_binding AS b
        LEFT JOIN LATERAL (
            SELECT format('CASE WHEN pg_catalog.current_setting(%1$L) = %2$L'
                    ' OR pg_catalog.set_config(%1$L, %2$L, true) IS NOT NULL THEN row.code END', 'search_path',
                concat_ws(', ', 'pg_catalog', quote_ident(n.nspname),
                    (SELECT quote_ident(g.schema_name) FROM {S}.birth_binding AS g
                        WHERE g.part = 'registry' AND g.schema_name NOT IN (n.nspname, {s})), 'pg_temp')) AS code
            WHERE n.nspname <> {s} AND NOT EXISTS (
                SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search\_path=%')
        ) AS h ON true
        LEFT JOIN {S}.birth_register_parameters() AS a ON a.name = b.parameter
        LEFT JOIN pg_type AS y ON y.oid = a.type
        WHERE p.oid = {S}.birth_register_function()
        GROUP BY n.nspname, p.proname
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_register_words(text, text, boolean, boolean) IS
    'SQL of one call of the bound register function, over the columns code, source_key and born_at of `row`. '
    'Private.';

-- The call that registers.
CREATE OR REPLACE FUNCTION {S}._birth_register_call(p_collection text, p_origin text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_register_words(p_collection, p_origin, false)
$body$;
COMMENT ON FUNCTION {S}._birth_register_call(text, text) IS
    'SQL of one call of the bound register function that registers. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_register_is_set_based(), {S}.birth_register_parameters() TO birth_reader;
