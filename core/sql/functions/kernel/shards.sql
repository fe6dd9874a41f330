-- needs: kernel/reading
-- The rows of a table that Citus keeps on other servers. Those have none of the console's functions: so they are asked
-- for columns alone, and codes are made, compared and judged of what comes back, here.

-- Read columns of a distributed or reference table: all rows, the newest ones by `p_newest` (`p_most` of them), or
-- those whose `p_key` is one of these (`p_keys`: an array of texts for each). Citus asks its nodes as the current role,
-- and of the console's only birth_caller can log in there: others have it read for them, if they may read the table.
CREATE OR REPLACE FUNCTION {S}.birth_shard_rows(p_relid oid, p_columns text[], p_newest text[] DEFAULT NULL,
    p_most bigint DEFAULT NULL, p_key text[] DEFAULT NULL, p_keys text[] DEFAULT NULL) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_read boolean := false;
BEGIN
    IF current_user <> 'birth_caller' THEN
        RETURN QUERY EXECUTE format(
            'SELECT * FROM {S}.birth_shards_read($1, $2, $3, $4, $5, $6) AS row(%s)',
            {S}.birth_shard_columns(p_relid, p_columns))
        USING p_relid, p_columns, p_newest, p_most, p_key, p_keys;
        RETURN;
    END IF;
    {READ_ONLY}
    IF p_key IS NOT NULL OR p_most IS NOT NULL THEN
        -- For a few rows, the connections that are kept are sooner done than new ones are opened.
        PERFORM set_config('citus.max_adaptive_executor_pool_size', '1', true);
    END IF;
    RETURN QUERY EXECUTE {S}.birth_shard_query(p_relid, p_columns, p_newest, p_most, p_key, p_keys);
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_rows(oid, text[], text[], bigint, text[], text[]) IS
    'Columns of a table that Citus keeps on its nodes: of all rows, the newest, or those with these keys. For '
    'birth_reader.';

-- The same for who is not birth_caller.
CREATE OR REPLACE FUNCTION {S}.birth_shards_read(p_relid oid, p_columns text[], p_newest text[],
    p_most bigint, p_key text[], p_keys text[]) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000 SET search_path = pg_catalog, pg_temp
SET row_security = off AS $body$
BEGIN
    IF NOT has_table_privilege(session_user, p_relid, 'SELECT') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = format('permission denied for table %s', p_relid::regclass);
    END IF;
    RETURN QUERY EXECUTE format('SELECT * FROM {S}._birth_reading(%L) AS row(%s)',
        format('SELECT * FROM {S}.birth_shard_rows(%L::oid, %L::text[], %L::text[], %L::bigint, %L::text[],'
                ' %L::text[]) AS row(%s)',
            p_relid, p_columns, p_newest, p_most, p_key, p_keys, {S}.birth_shard_columns(p_relid, p_columns)),
        {S}.birth_shard_columns(p_relid, p_columns));
END
$body$;
COMMENT ON FUNCTION {S}.birth_shards_read(oid, text[], text[], bigint, text[], text[]) IS
    'What birth_shard_rows reads, as birth_caller, for a login that may read the table. For birth_reader.';

-- Columns of a table, or all of them, as a FROM defines them of a record: name, type and collation.
CREATE OR REPLACE FUNCTION {S}.birth_shard_columns(p_relid oid, p_columns text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
BEGIN
    RETURN (
        SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN format(' COLLATE %I.%I', n.nspname, c.collname)
                ELSE '' END), ', ' ORDER BY a.attnum)
        FROM pg_attribute AS a
        JOIN pg_type AS t ON t.oid = a.atttypid
        LEFT JOIN pg_collation AS c ON c.oid = a.attcollation
        LEFT JOIN pg_namespace AS n ON n.oid = c.collnamespace
        WHERE a.attrelid = p_relid AND a.attnum > 0 AND NOT a.attisdropped
          AND (p_columns IS NULL OR a.attname::text = ANY (p_columns)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_columns(oid, text[]) IS
    'Columns of a table as a FROM defines them of a record. For birth_reader.';

-- The query that the nodes are asked: names of columns and values, and nothing that they would not know.
CREATE OR REPLACE FUNCTION {S}.birth_shard_query(p_relid oid, p_columns text[], p_newest text[], p_most bigint,
    p_key text[], p_keys text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_query text;
    v_part record;
    v_values text[];
    v_names text[] := ARRAY[]::text[];
    v_lists text[] := ARRAY[]::text[];
BEGIN
    SELECT format('SELECT %s FROM %s AS source',
        string_agg(format('source.%I', a.attname), ', ' ORDER BY a.attnum), p_relid::regclass)
    INTO v_query
    FROM pg_attribute AS a
    WHERE a.attrelid = p_relid AND a.attnum > 0 AND NOT a.attisdropped
      AND (p_columns IS NULL OR a.attname::text = ANY (p_columns));
    IF p_key IS NOT NULL THEN
        FOR v_part IN
            SELECT k.place, a.attname, format_type(a.atttypid, a.atttypmod) AS type
            FROM unnest(p_key) WITH ORDINALITY AS k(name, place)
            JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = k.name::name AND NOT a.attisdropped
            ORDER BY k.place
        LOOP
            v_values := ARRAY(
                SELECT p_keys[n][v_part.place] FROM generate_subscripts(p_keys, 1) AS n ORDER BY n);
            v_names := v_names || format('source.%I = item.part_%s', v_part.attname, v_part.place);
            v_lists := v_lists || format('%L::text[]::%s[]', v_values, v_part.type);
        END LOOP;
        -- A list of values lets Citus ask only the nodes that can have them.
        v_query := v_query || CASE WHEN cardinality(p_key) = 1
            THEN format(' WHERE source.%I = ANY (%s)', coalesce(p_key[1], ''), v_lists[1])
            ELSE format(' JOIN unnest(%s) AS item(%s) ON %s', array_to_string(v_lists, ', '), (
                SELECT string_agg('part_' || place, ', ' ORDER BY place)
                FROM generate_series(1, cardinality(p_key)) AS place), array_to_string(v_names, ' AND ')) END;
    END IF;
    IF p_newest IS NOT NULL THEN
        v_query := v_query || ' ORDER BY ' || (
            SELECT string_agg(format('source.%I DESC', coalesce(k.name, '')), ', ' ORDER BY k.place)
            FROM unnest(p_newest) WITH ORDINALITY AS k(name, place));
    END IF;
    RETURN concat(v_query, ' LIMIT ' || p_most);
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_query(oid, text[], text[], bigint, text[], text[]) IS
    'The query by which Citus asks its nodes for columns of a table. For birth_reader.';

-- What a FROM takes for a table that Citus keeps on its nodes; NULL for any other. `p_keys` is SQL of an array of keys.
CREATE OR REPLACE FUNCTION {S}.birth_shards(p_relid oid, p_columns text[] DEFAULT NULL,
    p_newest text[] DEFAULT NULL, p_most bigint DEFAULT NULL, p_key text[] DEFAULT NULL, p_keys text DEFAULT NULL)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF {S}.birth_distributed(ARRAY[p_relid]) = '{{}}' THEN
        RETURN NULL;
    END IF;
    RETURN format('(SELECT * FROM {S}.birth_shard_rows(%s::oid, %L::text[], %L::text[], %L::bigint, %L::text[], %s)'
            ' AS row(%s))',
        p_relid, p_columns, p_newest, p_most, p_key, coalesce(p_keys, 'NULL::text[]'),
        {S}.birth_shard_columns(p_relid, p_columns));
END
$body$;
COMMENT ON FUNCTION {S}.birth_shards(oid, text[], text[], bigint, text[], text) IS
    'The rows of a table that Citus keeps on its nodes, as SQL; NULL for any other table. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_shard_rows(oid, text[], text[], bigint, text[], text[]),
    {S}.birth_shard_columns(oid, text[]),
    {S}.birth_shard_query(oid, text[], text[], bigint, text[], text[]) TO birth_reader, birth_caller;
GRANT EXECUTE ON FUNCTION {S}.birth_shards_read(oid, text[], text[], bigint, text[], text[]),
    {S}.birth_shards(oid, text[], text[], bigint, text[], text) TO birth_reader;
