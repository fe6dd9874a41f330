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
        -- Composed, or as an expression without a variable: so workers may count.
        EXECUTE 'SELECT count(*) FROM {S}.birth_registry_rows() AS r WHERE r.collection_name = $1'
        INTO v_rows USING p_collection;
    ELSIF p_origin IS NOT NULL THEN
        EXECUTE 'SELECT count(*) FROM {S}.birth_registry_rows() AS r WHERE r.dot_origin = $1'
        INTO v_rows USING p_origin;
    ELSE
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

-- The registry's table, its partitions and those that inherit from it.
CREATE OR REPLACE FUNCTION {S}._birth_registry_parts() RETURNS oid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE part(relid) AS (
        SELECT {S}.birth_bound_table('registry')
        UNION
        SELECT i.inhrelid FROM part JOIN pg_inherits AS i ON i.inhparent = part.relid
    )
    SELECT array_agg(p.relid ORDER BY p.relid) FROM part AS p WHERE p.relid IS NOT NULL
$body$;
COMMENT ON FUNCTION {S}._birth_registry_parts() IS
    'The registry''s table, its partitions and those that inherit from it. Private.';

-- Rows that the registry got since a run was planned without being written: they are as old as those that the plan saw,
-- and stand in a table that was no part of it then. Each could stand for one that was deleted.
CREATE OR REPLACE FUNCTION {S}._birth_registry_joined(p_run {S}.birth_backfill_run) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_since oid[] := ARRAY(SELECT unnest({S}._birth_registry_parts()) EXCEPT SELECT unnest(p_run.registry_parts));
BEGIN
    IF p_run.registry_parts IS NULL OR p_run.shards IS NOT NULL OR cardinality(v_since) = 0 THEN
        RETURN 0;
    END IF;
    RETURN (
        SELECT r.rows
        FROM {S}._birth_reading(format('SELECT count(*) FROM %s AS b WHERE b.tableoid = ANY (%L::oid[])'
                ' AND pg_visible_in_snapshot({S}.birth_full_xid(b.xmin), %L::pg_snapshot)',
            {S}.birth_bound_table('registry')::regclass, v_since, p_run.snapshot)) AS r(rows bigint));
END
$body$;
COMMENT ON FUNCTION {S}._birth_registry_joined({S}.birth_backfill_run) IS
    'Rows of the registry that are as old as a run''s plan, in tables that became part of it since. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_bound_count(text, text, text) TO birth_reader, birth_caller;
