-- The table behind a collection, or NULL. Longer names than an identifier can have never match by truncation.
CREATE OR REPLACE FUNCTION {S}.birth_collection_table(p_collection text) RETURNS oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' AS $body$
BEGIN
    RETURN (
        SELECT c.oid
        FROM (
            SELECT p.table_schema AS place, p.table_name AS name, 0 AS rank
            FROM {S}.birth_collection_place AS p
            WHERE p.collection_name = p_collection
            UNION ALL
            SELECT place.name, p_collection, place.rank
            FROM {S}.birth_setting AS s, unnest(s.value) WITH ORDINALITY AS place(name, rank)
            WHERE s.name = 'collection_schemas' AND octet_length(p_collection) <= 63
              AND NOT EXISTS (SELECT FROM {S}.birth_collection_place AS p WHERE p.collection_name = p_collection)
        ) AS wanted
        JOIN pg_namespace AS n ON n.nspname = wanted.place::name
        JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name::name AND c.relkind IN ('r', 'p')
        ORDER BY wanted.rank LIMIT 1
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_collection_table(text) IS
    'The table of a collection: where it was enrolled, else the first of its name in the configured schemas; NULL '
    'if there is none. For birth_reader.';

-- Every enrolled collection, or one, with its policy: the company's rows. Read as in _birth_reading, with the
-- caller's rights; a role that has birth_owner's reads through birth_caller.
CREATE OR REPLACE FUNCTION {S}.birth_enrolled(p_collection text DEFAULT NULL)
RETURNS TABLE (collection_name text, governance_role text, requirement text)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_is_read boolean := false;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN QUERY
        SELECT *
        FROM {S}._birth_reading_codes('SELECT * FROM {S}.birth_enrolled(($1)[1])', ARRAY[p_collection])
            AS r(collection_name text, governance_role text, requirement text);
        RETURN;
    END IF;
    {READ_ONLY}
    IF p_collection IS NULL THEN
        RETURN QUERY
        SELECT c.collection_name::text, c.governance_role::text, p.requirement::text
        FROM {S}.birth_collection_rows() AS c
        LEFT JOIN {S}.birth_policy_rows() AS p ON p.collection_name = c.collection_name;
    ELSE
        RETURN QUERY
        SELECT c.collection_name::text, c.governance_role::text, p.requirement::text
        FROM {S}.birth_collection_rows() AS c
        LEFT JOIN {S}.birth_policy_rows() AS p ON p.collection_name = p_collection
        WHERE c.collection_name = p_collection;
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}.birth_enrolled(text) IS
    'Every enrolled collection, or one, with its governance role and its policy. For birth_reader.';

-- Every enrolled collection as the catalogs show it at this moment. plpgsql binds late: the company may change or
-- even drop its own tables without this console standing in the way.
CREATE OR REPLACE FUNCTION {S}.birth_collections() RETURNS TABLE (
    collection_name text, governance_role text, requirement text, relid oid,
    strategy text, columns text[], version integer, identity text,
    missing_columns text[], native_status boolean, trigger_state text
) LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    v_gateway oid := {S}.birth_gateway_trigger_function();
    v_is_theirs boolean := {S}.birth_gateway_is_theirs();
    -- Where the company's gateway was bound later, tables that it does not meet may have ours.
    v_ours oid := (
        SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE v_is_theirs AND n.nspname = {s} AND p.proname = 'fn_birth_gateway' AND p.pronargs = 0
          AND p.proowner = 'birth_owner'::regrole);
    v_pattern text := (SELECT pattern FROM {S}.birth_gateway_trigger);
    v_distributed oid[] := {S}.birth_distributed();
BEGIN
    RETURN QUERY
    WITH enrolled AS MATERIALIZED (
        SELECT * FROM {S}.birth_enrolled()
    ), place AS MATERIALIZED (
        SELECT n.oid, name.rank FROM {S}.birth_setting AS s, unnest(s.value) WITH ORDINALITY AS name(value, rank)
        JOIN pg_namespace AS n ON n.nspname = name.value::name WHERE s.name = 'collection_schemas'
    ), found AS MATERIALIZED (
        SELECT p.collection_name AS name, t.oid AS relid
        FROM {S}.birth_collection_place AS p JOIN pg_namespace AS n ON n.nspname = p.table_schema::name
        JOIN pg_class AS t ON t.relnamespace = n.oid AND t.relname = p.table_name::name WHERE t.relkind IN ('r', 'p')
        UNION ALL
        (SELECT DISTINCT ON (t.relname) t.relname::text, t.oid
        FROM pg_class AS t JOIN place ON place.oid = t.relnamespace
        WHERE t.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT FROM {S}.birth_collection_place AS p WHERE p.collection_name = t.relname::text)
        ORDER BY t.relname, place.rank)
    ), named AS MATERIALIZED (
        SELECT encode(convert_to(e.collection_name, getdatabaseencoding()), 'escape') AS argument FROM enrolled AS e
    )
    SELECT c.collection_name, c.governance_role, c.requirement, t.relid,
        i.strategy, i.columns, i.version,
        CASE i.strategy WHEN 'column' THEN i.columns[1]
            WHEN 'synthetic' THEN c.collection_name || ':{{' || array_to_string(i.columns, '}}/{{') || '}}' END,
        CASE WHEN t.relid IS NOT NULL THEN ARRAY(
            SELECT wanted.name FROM unnest(i.columns) WITH ORDINALITY AS wanted(name, position)
            WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
                WHERE a.attrelid = t.relid AND a.attname = wanted.name::name AND a.attnum > 0 AND NOT a.attisdropped)
            ORDER BY wanted.position) END,
        status.attrelid IS NOT NULL,
        CASE WHEN t.relid IS NULL THEN 'no_table'
            -- And for this collection: its argument names no other.
            WHEN coalesce(g.tgrelid, own.tgrelid) IS NULL
                OR NOT v_is_theirs
                    AND g.argument <> encode(convert_to(c.collection_name, getdatabaseencoding()), 'escape')
                    AND g.argument IN (SELECT n.argument FROM named AS n)
                THEN 'missing'
            -- Rows are written to its shards, which have no trigger.
            WHEN t.relid = ANY (v_distributed) THEN 'never fires: distributed'
            -- Each partition has the trigger again, and may have it switched off.
            WHEN coalesce(g.tgenabled, own.tgenabled) IN ('O', 'A') AND (source.relkind <> 'p' OR NOT EXISTS (
                    SELECT FROM pg_partition_tree(t.relid) AS part
                    JOIN pg_trigger AS again ON again.tgrelid = part.relid
                    WHERE again.tgparentid <> 0 AND again.tgfoid IN (v_gateway, v_ours)
                      AND again.tgenabled NOT IN ('O', 'A')))
                THEN 'enabled' ELSE 'disabled' END
    FROM enrolled AS c
    LEFT JOIN {S}.birth_identity AS i ON i.collection_name = c.collection_name
    LEFT JOIN found AS t ON t.name = c.collection_name
    LEFT JOIN pg_attribute AS status ON status.attrelid = t.relid
        AND status.attname = 'status' AND NOT status.attisdropped
    LEFT JOIN pg_class AS source ON source.oid = t.relid
    -- One that meets every new row, unconditionally: AFTER INSERT FOR EACH ROW, no WHEN. By the table's index: as a
    -- join, the server may take the collections for few, and go through all triggers for each of thousands.
    LEFT JOIN LATERAL (
        SELECT x.tgrelid, x.tgenabled,
            CASE WHEN x.tgnargs > 0 THEN split_part(encode(x.tgargs, 'escape'), chr(92) || '000', 1) END AS argument
        FROM pg_trigger AS x
        WHERE x.tgrelid = t.relid AND x.tgname = replace(v_pattern, '*', source.relname)::name
          AND x.tgfoid = v_gateway AND NOT x.tgisinternal AND x.tgtype & 71 = 5 AND x.tgqual IS NULL
        OFFSET 0) AS g ON true
    LEFT JOIN LATERAL (
        SELECT x.tgrelid, x.tgenabled
        FROM pg_trigger AS x
        WHERE x.tgrelid = t.relid AND x.tgname = 'trg_birth_gateway' AND x.tgfoid = v_ours
          AND NOT x.tgisinternal AND x.tgtype & 71 = 5 AND x.tgqual IS NULL
          AND split_part(encode(x.tgargs, 'escape'), chr(92) || '000', 1)
              = encode(convert_to(c.collection_name, getdatabaseencoding()), 'escape')
        OFFSET 0) AS own ON true
    ORDER BY c.collection_name COLLATE "C";
END
$body$;
COMMENT ON FUNCTION {S}.birth_collections() IS
    'Every enrolled collection as the catalogs show it now: policy, identity, table, missing columns, state of its '
    'trigger. For birth_reader.';

-- What birth_collections() says of some, but for their triggers, without a look at all the others. No row for a name
-- that is not enrolled.
CREATE OR REPLACE FUNCTION {S}._birth_collections_now(p_collections text[]) RETURNS TABLE (
    collection_name text, requirement text, relid oid, strategy text, columns text[], version integer, identity text,
    missing_columns text[]
) LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.collection_name, c.requirement, t.relid, i.strategy, i.columns, i.version,
        CASE i.strategy
            WHEN 'column' THEN i.columns[1]
            WHEN 'synthetic' THEN c.collection_name || ':{{' || array_to_string(i.columns, '}}/{{') || '}}' END,
        CASE WHEN t.relid IS NOT NULL THEN ARRAY(
            SELECT wanted.name FROM unnest(i.columns) WITH ORDINALITY AS wanted(name, position)
            WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
                WHERE a.attrelid = t.relid AND a.attname = wanted.name::name AND a.attnum > 0 AND NOT a.attisdropped)
            ORDER BY wanted.position) END
    FROM {S}._birth_reading_codes('SELECT c.collection_name::text, p.requirement::text
        FROM {S}.birth_collection_rows() AS c
        LEFT JOIN {S}.birth_policy_rows() AS p ON p.collection_name = c.collection_name
        WHERE c.collection_name = ANY ($1)', p_collections) AS c(collection_name text, requirement text)
    LEFT JOIN {S}.birth_identity AS i ON i.collection_name = c.collection_name
    CROSS JOIN LATERAL (SELECT {S}.birth_collection_table(c.collection_name) AS relid) AS t;
END
$body$;
COMMENT ON FUNCTION {S}._birth_collections_now(text[]) IS
    'What birth_collections says of some collections, but for their triggers; no row for a name that is not enrolled. '
    'Private.';

-- Classified, its table there, and every column of its identity with it.
CREATE OR REPLACE FUNCTION {S}.birth_resolvable(p_relid oid, p_strategy text, p_missing_columns text[])
    RETURNS boolean
LANGUAGE sql IMMUTABLE AS $body$
    SELECT p_relid IS NOT NULL AND p_strategy IS NOT NULL AND p_missing_columns = ARRAY[]::text[]
$body$;
COMMENT ON FUNCTION {S}.birth_resolvable(oid, text, text[]) IS
    'True if a collection can be planned: its table, its identity and all identity columns are there. For '
    'birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_enrolled(text), {S}.birth_collections(),
    {S}.birth_collection_table(text), {S}.birth_resolvable(oid, text, text[]) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_enrolled(text) TO birth_caller;
