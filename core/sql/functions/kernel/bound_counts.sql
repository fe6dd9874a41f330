-- Rows of the bound registry, all of them or those of a collection or an origin, and of the alerts. Read as in
-- _birth_reading: what belongs to others is read READ ONLY, and all but the number is undone. With its caller's rights;
-- a role that has birth_owner's reads through birth_caller.
CREATE OR REPLACE FUNCTION {S}.birth_bound_count(
    p_part text, p_collection text DEFAULT NULL, p_origin text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_rows bigint;
    v_is_read boolean := false;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN (
            SELECT r.rows
            FROM {S}._birth_reading_codes('SELECT {S}.birth_bound_count(($1)[1], ($1)[2], ($1)[3])',
                ARRAY[p_part, p_collection, p_origin]) AS r(rows bigint));
    END IF;
    {READ_ONLY}
    IF p_part = 'alerts' THEN
        SELECT count(*) INTO v_rows FROM {S}.birth_alert_rows();
    ELSIF p_collection IS NOT NULL THEN
        SELECT count(*) INTO v_rows FROM {S}.birth_registry_rows() AS r WHERE r.collection_name = p_collection;
    ELSIF p_origin IS NOT NULL THEN
        SELECT count(*) INTO v_rows FROM {S}.birth_registry_rows() AS r WHERE r.dot_origin = p_origin;
    ELSE
        -- As an expression: so workers may count.
        v_rows := (SELECT count(*) FROM {S}.birth_registry_rows());
    END IF;
    {UNDONE}
    RETURN v_rows;
END
$body$;
COMMENT ON FUNCTION {S}.birth_bound_count(text, text, text) IS
    'Rows of the bound registry, or of a collection or origin in it, and rows of the alerts. For birth_reader.';


GRANT EXECUTE ON FUNCTION {S}.birth_bound_count(text, text, text) TO birth_reader, birth_caller;
