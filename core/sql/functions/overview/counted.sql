-- Whether a unique index on NOT NULL columns of an identity already tells its rows apart: then nobody counts for it.
CREATE OR REPLACE FUNCTION {S}.birth_code_is_declared(p_relid oid, p_columns text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce({S}._birth_identity_is_declared(p_relid, p_columns), false)
$body$;
COMMENT ON FUNCTION {S}.birth_code_is_declared(oid, text[]) IS
    'Whether an index proves that no two rows share a code of these columns, and none is without. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_code_is_declared(oid, text[]) TO birth_reader;
