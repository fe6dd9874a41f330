-- needs: kernel/reading
-- A registry that Citus spreads over its nodes by the code. Its shards are asked one by one for the codes that they
-- hold; and each node for what the transaction wrote there: within a transaction Citus keeps to one connection to a
-- node, and what that has locked and counted says it, as the server's own figures do for a table that is here.

-- Whether the registry is such a one: hashed by the code's column, each shard kept once, and none of them here.
CREATE OR REPLACE FUNCTION {S}.birth_registry_is_spread() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found boolean;
    v_registry record;
BEGIN
    IF to_regclass('pg_catalog.pg_dist_partition') IS NULL THEN
        RETURN false;
    END IF;
    v_registry := {S}.birth_registry_named();
    IF {S}.birth_distributed(ARRAY[v_registry.relid]) = '{{}}' THEN
        RETURN false;
    END IF;
    EXECUTE 'SELECT d.partmethod = ''h'' AND column_to_column_name(d.logicalrelid, d.partkey) = $2'
        ' AND NOT EXISTS (SELECT FROM pg_dist_shard AS s JOIN pg_dist_placement AS p USING (shardid)'
        ' WHERE s.logicalrelid = d.logicalrelid GROUP BY s.shardid HAVING count(*) > 1 OR bool_or(p.groupid = 0))'
        ' FROM pg_dist_partition AS d JOIN pg_class AS c ON c.oid = d.logicalrelid AND c.relkind = ''r'''
        ' WHERE d.logicalrelid = $1'
    INTO v_found USING v_registry.relid, v_registry.code;
    RETURN coalesce(v_found, false);
END
$body$;
COMMENT ON FUNCTION {S}.birth_registry_is_spread() IS
    'True if the registry is a table of Citus that is hashed by the code, each shard kept once and none of them on the '
    'coordinator. For birth_reader.';

-- Codes in groups, one for each shard, and what stands beside them: a list for several shards is asked for in every one
-- of them, as a whole.
CREATE OR REPLACE FUNCTION {S}.birth_codes_by_shard(p_codes text[], p_beside text[] DEFAULT NULL)
RETURNS TABLE (codes text[], beside text[])
LANGUAGE plpgsql STABLE ROWS 32 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF to_regclass('pg_catalog.pg_dist_shard') IS NULL THEN
        RETURN QUERY SELECT p_codes, p_beside;
        RETURN;
    END IF;
    RETURN QUERY EXECUTE 'SELECT array_agg(c.code), array_agg(c.beside) FROM unnest($1, $3) AS c(code, beside)'
        ' WHERE c.code IS NOT NULL GROUP BY get_shard_id_for_distribution_column($2::regclass, c.code)'
    USING p_codes, (SELECT r.relid FROM {S}.birth_registry_named() AS r), p_beside;
END
$body$;
COMMENT ON FUNCTION {S}.birth_codes_by_shard(text[], text[]) IS
    'Codes in groups, one for each shard of the registry that may hold them, with texts beside them. For '
    'birth_reader.';

-- Its nodes: number, address, a code that one of its shards there would hold, and those shards by name and number.
CREATE OR REPLACE FUNCTION {S}.birth_registry_nodes()
RETURNS TABLE (node integer, place text, code text, shards text[], numbers text[])
LANGUAGE plpgsql STABLE ROWS 4 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF to_regclass('pg_catalog.pg_dist_shard') IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE '
        WITH held AS MATERIALIZED (
            SELECT s.shardid, p.groupid, concat(CASE WHEN c.relnamespace::regnamespace::text = ''public''
                THEN ''public.'' END, shard_name(s.logicalrelid, s.shardid)) AS name
            FROM pg_dist_shard AS s JOIN pg_dist_placement AS p USING (shardid)
            JOIN pg_class AS c ON c.oid = s.logicalrelid
            WHERE s.logicalrelid = $1
        )
        SELECT h.groupid, concat(n.nodename, '':'', n.nodeport), (
                -- One in as many tries as there are shards: so many times more find one of each.
                SELECT c::text FROM generate_series(1, (SELECT 20 * count(*) FROM held)) AS c
                WHERE get_shard_id_for_distribution_column($1::regclass, c::text) = ANY (array_agg(h.shardid))
                LIMIT 1),
            array_agg(h.name), array_agg(h.shardid::text)
        FROM held AS h JOIN pg_dist_node AS n ON n.groupid = h.groupid AND n.noderole = ''primary''
        GROUP BY h.groupid, n.nodename, n.nodeport ORDER BY h.groupid'
    USING (SELECT r.relid FROM {S}.birth_registry_named() AS r);
END
$body$;
COMMENT ON FUNCTION {S}.birth_registry_nodes() IS
    'The nodes that hold shards of the registry, each with a code that would be kept there. For birth_reader.';

-- What each node answers to a query for one row and one column, in the transaction's own connection to it. No table is
-- read there: a condition on the code alone says which node is asked. Nodes have none of the console's functions.
CREATE OR REPLACE FUNCTION {S}.birth_nodes_asked(p_query text) RETURNS TABLE (place text, answer text)
LANGUAGE plpgsql STABLE ROWS 4 SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_node record;
    v_registry record := {S}.birth_registry_named();
BEGIN
    FOR v_node IN SELECT * FROM {S}.birth_registry_nodes() LOOP
        place := v_node.place;
        EXECUTE format('SELECT CASE WHEN count(*) >= 0 THEN query_to_xml(%L, false, true, '''')::text END'
                ' FROM %s AS b WHERE b.%I = %L AND false',
            replace(p_query, '$shards', quote_literal(v_node.shards)),
            v_registry.relid::regclass, v_registry.code, v_node.code)
        INTO answer;
        answer := substring(answer FROM '<said>(.*)</said>');
        answer := replace(replace(replace(answer, '&lt;', '<'), '&gt;', '>'), '&amp;', '&');
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}.birth_nodes_asked(text) IS
    'What each node of the registry answers to a query for one row and one column, in this transaction. For '
    'birth_reader.';

-- What this transaction wrote on the nodes so far, by node: rows of the registry's shards that came, changed and went,
-- other tables that it holds as a writer does, its session there, and how many it has. With its caller's rights; a role
-- that has birth_owner's asks through birth_caller, as which the register function writes.
CREATE OR REPLACE FUNCTION {S}.birth_shard_writes(p_begins boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_read boolean := false;
    v_found jsonb;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN (
            SELECT r.found
            FROM {S}._birth_reading_codes(format('SELECT {S}.birth_shard_writes(%L)', p_begins), NULL)
                AS r(found jsonb));
    END IF;
    {READ_ONLY}
    IF NOT p_begins AND {S}.birth_registry_is_spread() THEN
        -- Every shard is reached: Citus refuses one that was written as another role, by another connection.
        EXECUTE format('SELECT count(*) FROM %s AS b WHERE b.ctid = ''(0,0)''',
            (SELECT r.relid::regclass FROM {S}.birth_registry_named() AS r));
    END IF;
    SELECT jsonb_object_agg(n.place, n.answer::jsonb) INTO v_found
    FROM {S}.birth_nodes_asked(replace($node$
        SELECT json_build_object(
            'session', pg_backend_pid(),
            'sessions', $sessions,
            'came', coalesce(sum(pg_stat_get_xact_tuples_inserted(held.oid)) FILTER (WHERE held.ours), 0),
            'changed', coalesce(sum(pg_stat_get_xact_tuples_updated(held.oid)) FILTER (WHERE held.ours), 0),
            'went', coalesce(sum(pg_stat_get_xact_tuples_deleted(held.oid)) FILTER (WHERE held.ours), 0),
            'besides', coalesce(json_agg(held.name) FILTER (WHERE held.alone OR NOT held.ours), '[]'))::text AS said
        FROM (
            SELECT c.oid, s.name, s.name = ANY ($shards::text[]) AS ours, bool_or(h.alone) AS alone
            FROM (
                -- All shards: they may have figures of an earlier transaction.
                SELECT to_regclass(t.name)::oid AS relid, false AS alone FROM unnest($shards::text[]) AS t(name)
                UNION ALL
                SELECT l.relation, l.mode = 'AccessExclusiveLock' FROM pg_locks AS l
                WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.database <> 0
                  AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')) AS h
            JOIN pg_class AS c ON c.oid = h.relid
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, c.relname)) AS s(name)
            WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
              AND (n.nspname <> 'pg_catalog' OR c.relname = 'pg_largeobject')
            GROUP BY 1, 2, 3) AS held
        $node$, '$sessions', CASE WHEN p_begins THEN '1' ELSE
            -- Once in a transaction: what it shows stays.
            '(SELECT count(*) FROM pg_stat_activity AS a WHERE a.application_name ='
            ' current_setting(''application_name'') AND a.xact_start IS NOT NULL)' END)) AS n;
    {UNDONE}
    RETURN v_found;
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_writes(boolean) IS
    'What this transaction wrote on the nodes of a registry that Citus spreads, by node. For birth_reader.';

-- What each node shows now, by the numbers of its shards: which of its rows a later look finds to be newer. Of a batch
-- that ends (`p_ends`) also which transaction it has there: rows that it wrote are told from those that others changed
-- since. A snapshot reaches as far as the latest transaction that ended, and a subtransaction ends with its batch,
-- unless it is undone: so one is undone there. Asked as birth_shard_writes asks.
CREATE OR REPLACE FUNCTION {S}.birth_shard_snapshots(p_ends boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_read boolean := false;
    v_found jsonb;
BEGIN
    IF NOT {S}.birth_registry_is_spread() THEN
        RETURN NULL;
    ELSIF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN (
            SELECT r.found
            FROM {S}._birth_reading_codes(format('SELECT {S}.birth_shard_snapshots(%L)', p_ends), NULL)
                AS r(found jsonb));
    END IF;
    {READ_ONLY}
    IF p_ends THEN
        BEGIN
            -- Takes a transaction number, and leaves no row.
            PERFORM {S}.birth_nodes_asked(
                $asked$SELECT pg_logical_emit_message(true, 'birth', '')::text AS said$asked$);
            RAISE SQLSTATE 'BR998';
        EXCEPTION WHEN SQLSTATE 'BR998' THEN
        END;
    END IF;
    SELECT jsonb_object_agg(s.number, jsonb_build_object('node', n.node) || a.answer::jsonb) INTO v_found
    FROM {S}.birth_nodes_asked('SELECT json_build_object(''shown'', pg_current_snapshot()'
        || CASE WHEN p_ends THEN ', ''transaction'', pg_current_xact_id_if_assigned()' ELSE '' END
        || ')::text AS said') AS a
    JOIN {S}.birth_registry_nodes() AS n USING (place)
    CROSS JOIN LATERAL unnest(n.numbers) AS s(number);
    {UNDONE}
    RETURN v_found;
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_snapshots(boolean) IS
    'What the nodes of a registry that Citus spreads show now, by shard, and in which transaction; NULL for any other. '
    'For birth_reader.';

-- Rows of such a registry that came or changed since the nodes showed this. They are counted with ours by a statement
-- that Citus has no part in. With its caller's rights.
CREATE OR REPLACE FUNCTION {S}.birth_shards_since(p_shards jsonb)
RETURNS TABLE (dot_origin text, collection_name text, entity_code text)
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY EXECUTE {S}.birth_registry_query('dot_origin, collection_name, entity_code', NULL,
        coalesce({S}.birth_shard_fresh(p_shards), 'false'));
END
$body$;
COMMENT ON FUNCTION {S}.birth_shards_since(jsonb) IS
    'Rows of a registry that Citus spreads which came or changed since its nodes showed this. For birth_reader.';

-- Whether the registry's shards are where a plan found them: elsewhere, other numbers stand in their rows.
CREATE OR REPLACE FUNCTION {S}.birth_shards_kept(p_shards jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_shards IS NULL OR NOT {S}.birth_registry_is_spread() THEN
        RETURN p_shards IS NULL AND NOT {S}.birth_registry_is_spread();
    END IF;
    RETURN (
        SELECT jsonb_object_agg(s.number, n.node)
        FROM {S}.birth_registry_nodes() AS n, unnest(n.numbers) AS s(number)
    ) = (SELECT jsonb_object_agg(e.key, e.value -> 'node') FROM jsonb_each(p_shards) AS e);
END
$body$;
COMMENT ON FUNCTION {S}.birth_shards_kept(jsonb) IS
    'True if the registry is spread over nodes as a plan found it. For birth_reader.';

-- A row's xmin as a 64-bit transaction number of its node, as birth_full_xid reads it here. In words of the server's
-- own: the nodes evaluate it.
CREATE OR REPLACE FUNCTION {S}.birth_shard_xid(p_xmin text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format('(CASE WHEN %2$s::text::bigint < 3 THEN 3'
        ' WHEN %1$s / 4294967296 * 4294967296 + %2$s::text::bigint <= %1$s'
        ' THEN %1$s / 4294967296 * 4294967296 + %2$s::text::bigint'
        ' ELSE greatest(%1$s / 4294967296 * 4294967296 + %2$s::text::bigint - 4294967296, 3) END)::text::xid8',
        'pg_snapshot_xmax(pg_current_snapshot())::text::bigint', p_xmin);
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_xid(text) IS
    'The expression of a 64-bit transaction number from that of a row''s xmin, for nodes. For birth_reader.';

-- The condition on rows b of such a registry that came or changed since the nodes showed this.
CREATE OR REPLACE FUNCTION {S}.birth_shard_fresh(p_shards jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format('pg_visible_in_snapshot(%s,'
        ' (%L::jsonb -> substring(b.tableoid::regclass::text FROM ''([0-9]+)"?$'') ->> ''shown'')::pg_snapshot)'
        ' IS NOT TRUE', {S}.birth_shard_xid('b.xmin'), p_shards);
END
$body$;
COMMENT ON FUNCTION {S}.birth_shard_fresh(jsonb) IS
    'The condition on registry rows b that came or changed since nodes showed this. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_registry_is_spread(), {S}.birth_codes_by_shard(text[], text[]),
    {S}.birth_registry_nodes(), {S}.birth_nodes_asked(text), {S}.birth_shard_writes(boolean),
    {S}.birth_shard_snapshots(boolean), {S}.birth_shard_xid(text), {S}.birth_shard_fresh(jsonb),
    {S}.birth_shards_kept(jsonb),
    {S}.birth_shards_since(jsonb)
    TO birth_reader, birth_caller;
