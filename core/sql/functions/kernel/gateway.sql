-- The register function that is called, or NULL where it is gone. Found in the catalog, which every login reads: a look
-- by its signature would ask for rights on its schema.
CREATE OR REPLACE FUNCTION {S}.birth_register_function() RETURNS oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
BEGIN
    RETURN (
        SELECT p.oid FROM {S}.birth_gateway_function AS f
        JOIN pg_namespace AS n ON n.nspname = f.schema_name::name
        JOIN pg_proc AS p ON p.proname = f.function_name::name AND p.pronamespace = n.oid
        WHERE p.oid::regprocedure::text = f.signature
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_register_function() IS
    'The register function that is bound; NULL if it is missing. For birth_reader.';

-- The gateway's functions with all their overloads: the function of its triggers, and the bound register function.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_functions() RETURNS TABLE (function oid, is_gateway boolean)
LANGUAGE plpgsql STABLE ROWS 2 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY
    SELECT p.oid, true FROM {S}.birth_gateway_trigger AS g JOIN pg_namespace AS n ON n.nspname = g.schema_name::name
    JOIN pg_proc AS p ON p.pronamespace = n.oid AND p.proname = g.function_name::name AND p.prokind = 'f'
    UNION ALL
    SELECT p.oid, false FROM pg_proc AS bound
    JOIN pg_proc AS p ON p.proname = bound.proname AND p.pronamespace = bound.pronamespace
    WHERE bound.oid = (SELECT {S}.birth_register_function()) AND p.prokind = 'f';
END
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_functions() IS
    'The functions of the gateway with all their overloads; is_gateway marks those of its triggers. For '
    'birth_reader.';

-- Fingerprints of what a backfill must never change. `norm_md5` is the packet's: md5 of the gateway function's
-- source with line ends normalised. `full_sha256` also covers what the source does not show: BEGIN ATOMIC bodies,
-- owner, rights, settings and overloads of both gateway functions, and all that is bound: parameters, tables with their
-- columns, the trigger, and columns of the registry. `versions` tells a replacement that was taken back.
CREATE OR REPLACE FUNCTION {S}.birth_gateway_fingerprint() RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
BEGIN
    RETURN (
        SELECT jsonb_build_object(
            'norm_md5', max(md5(replace(p.prosrc, E'\r\n', E'\n'))) FILTER (WHERE f.is_gateway),
            'full_sha256', encode(sha256(convert_to(
                string_agg(
                    concat_ws(E'\x1f', p.oid::regprocedure, pg_get_functiondef(p.oid),
                        pg_get_userbyid(p.proowner), p.proacl::text),
                    E'\x1e' ORDER BY p.proname COLLATE "C",
                        pg_get_function_identity_arguments(p.oid) COLLATE "C", p.oid::regprocedure::text COLLATE "C")
                || (SELECT string_agg(E'\x1e' || concat_ws(E'\x1f', parameter, value, constant), ''
                        ORDER BY parameter COLLATE "C")
                    FROM {S}.birth_gateway_binding)
                || (SELECT string_agg(E'\x1e' || concat_ws(E'\x1f', part, schema_name, table_name, columns::text), ''
                        ORDER BY part COLLATE "C")
                    FROM {S}.birth_binding)
                || (SELECT coalesce(string_agg(E'\x1e' || concat_ws(E'\x1f', column_name, source::text), ''
                        ORDER BY column_name COLLATE "C"), '')
                    FROM {S}.birth_register_column)
                || (SELECT concat_ws(E'\x1f', E'\x1e', schema_name, function_name, pattern)
                    FROM {S}.birth_gateway_trigger),
                'UTF8')), 'hex'),
            'overloads', count(*),
            -- A function that was replaced and put back has the same text, but not the same row of the catalog.
            'versions', string_agg(concat_ws(':', p.oid, p.xmin), ' ' ORDER BY p.oid))
        FROM {S}.birth_gateway_functions() AS f JOIN pg_proc AS p ON p.oid = f.function
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_gateway_fingerprint() IS
    'What permits and plans pin of the gateway: hashes of its text and of its full definition, and the versions of '
    'its catalog rows. For birth_reader.';

-- The triggers of a table: what they call, whether they fire, and which rows of the catalog say so, which change with
-- the definition: one that was switched off and on again is the same in all but that. A table that is renamed keeps
-- them. Of a partition those count that it has for itself, and those that fire otherwise than above: one more partition
-- is no change.
CREATE OR REPLACE FUNCTION {S}.birth_trigger_fingerprint(p_relid oid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
BEGIN
    RETURN (
        SELECT encode(sha256(convert_to(coalesce(
            string_agg(concat_ws(':', found.tgname, found.tgfoid::regprocedure, encode(found.tgargs, 'hex'),
                    found.tgtype, found.tgenabled, found.oid, found.xmin),
                E'\x1e' ORDER BY found.tgname COLLATE "C", found.tgrelid),
            ''), 'UTF8')), 'hex')
        FROM (
            SELECT t.oid, t.xmin, t.tgname, t.tgrelid, t.tgenabled, t.tgfoid, t.tgargs, t.tgtype
            FROM pg_trigger AS t WHERE t.tgrelid = p_relid AND NOT t.tgisinternal
            UNION ALL
            SELECT t.oid, t.xmin, t.tgname, t.tgrelid, t.tgenabled, t.tgfoid, t.tgargs, t.tgtype
            FROM pg_class AS c CROSS JOIN LATERAL pg_partition_tree(c.oid) AS part
            JOIN pg_trigger AS t ON t.tgrelid = part.relid
            LEFT JOIN pg_trigger AS above ON above.oid = t.tgparentid
            WHERE c.oid = p_relid AND c.relkind = 'p' AND part.relid <> p_relid AND CASE WHEN above.oid IS NULL
                THEN NOT t.tgisinternal ELSE t.tgconstraint = 0 AND t.tgenabled <> above.tgenabled END) AS found
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_trigger_fingerprint(oid) IS
    'Hash over the triggers of a table: function, state, and the versions of their catalog rows, which change with '
    'their definition. The table''s own name is not in it. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_gateway_fingerprint(), {S}.birth_gateway_functions(),
    {S}.birth_register_function(), {S}.birth_trigger_fingerprint(oid) TO birth_reader;
