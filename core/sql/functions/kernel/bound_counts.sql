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
    IF p_part <> 'alerts' AND {S}.birth_registry_is_spread() THEN
        -- On the nodes: its rows need not come here.
        EXECUTE concat('SELECT count(*) FROM (', {S}.birth_registry_query('*'), ') AS r WHERE true',
            ' AND r.collection_name = ' || quote_literal(p_collection),
            ' AND r.dot_origin = ' || quote_literal(p_origin))
        INTO v_rows;
    ELSIF p_part = 'alerts' THEN
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

-- The rows of the registry when a plan begins. Of one that Citus spreads, those that its nodes showed (`p_shards`):
-- what comes between two looks is told by neither.
CREATE OR REPLACE FUNCTION {S}._birth_rows_shown(p_shards jsonb) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_shards IS NULL THEN
        RETURN {S}.birth_bound_count('registry');
    END IF;
    RETURN (
        SELECT r.rows
        FROM {S}._birth_reading(format('SELECT count(*) FROM %s AS b WHERE NOT (%s)',
            {S}.birth_bound_table('registry')::regclass, {S}.birth_shard_fresh(p_shards))) AS r(rows bigint));
END
$body$;
COMMENT ON FUNCTION {S}._birth_rows_shown(jsonb) IS
    'Rows of the registry, of one that Citus spreads those that its nodes showed. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_bound_count(text, text, text) TO birth_reader, birth_caller;
