-- Whether a unique index on NOT NULL columns of an identity already tells its rows apart: then none are counted for it.
CREATE OR REPLACE FUNCTION {S}.birth_code_is_declared(p_relid oid, p_columns text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce({S}._birth_identity_is_declared(p_relid, p_columns), false)
$body$;
COMMENT ON FUNCTION {S}.birth_code_is_declared(oid, text[]) IS
    'Whether an index proves that no two rows share a code of these columns, and none is without. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_code_is_declared(oid, text[]) TO birth_reader;

-- Whether the codes of a source and those of the registry can be compared in order, by their indexes alone: then it is
-- counted so. Not where the registry holds more for others than it.
CREATE OR REPLACE FUNCTION {S}.birth_code_is_in_order(p_relid oid, p_strategy text, p_columns text[])
    RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_rows_about(p_relid) * 2 > {S}._birth_rows_about({S}.birth_bound_table('registry'))
        AND {S}._birth_code_in_order(p_relid, p_strategy, p_columns) IS NOT NULL
$body$;
COMMENT ON FUNCTION {S}.birth_code_is_in_order(oid, text, text[]) IS
    'Whether indexes of a source and of the registry hold the codes of both in the same order. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_code_is_in_order(oid, text, text[]) TO birth_reader;
