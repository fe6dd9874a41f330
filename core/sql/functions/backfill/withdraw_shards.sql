-- needs: kernel/registry_shards
-- A withdrawal where Citus spreads the registry: its nodes number transactions themselves, and a batch noted its own.

-- The rows of a run in the registry for one of its collections, each with the transaction of its node that wrote it.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_shards(p_origin text, p_collection text)
RETURNS TABLE (entity_code text, row_xmin text, xid xid8, certified boolean)
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY EXECUTE concat('SELECT r.entity_code, r.row_xmin::text, ', {S}.birth_shard_xid('r.row_xmin'),
        ', r.certified OR r.certified_at IS NOT NULL OR r.inspect_pen IS NOT NULL OR r.inspect_stamp IS NOT NULL'
        ' OR r.inspect_gate IS NOT NULL FROM (', {S}.birth_registry_query('*'), ') AS r',
        format(' WHERE r.dot_origin = %L AND r.collection_name = %L', p_origin, p_collection));
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_shards(text, text) IS
    'The rows that a run has in a registry that Citus spreads, with the transactions that wrote them. Private.';

-- As _birth_withdraw_query has it, of such a registry. A row whose shard lies elsewhere than when its batch ended has a
-- number of another node.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_shards_query(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN format($query$
        SELECT i.entity_code AS code, g.row_xmin AS version, CASE
            WHEN g.certified THEN 'certified'
            WHEN w.noted -> 'node' IS DISTINCT FROM n.now -> g.shard THEN 'moved'
            WHEN g.xid = w.xid OR g.xid > w.xid AND pg_visible_in_snapshot(g.xid, w.shown) THEN NULL
            ELSE 'changed' END AS reason
        FROM {S}.birth_backfill_batch AS t
        JOIN {S}.birth_backfill_item AS i ON i.ledger_id = t.ledger_id AND i.seq BETWEEN t.seq_from AND t.seq_to
        JOIN (
            SELECT r.*, get_shard_id_for_distribution_column(%2$L::regclass, r.entity_code)::text AS shard
            FROM {S}._birth_withdraw_shards(%3$L, %4$L) AS r) AS g ON g.entity_code = i.entity_code
        CROSS JOIN LATERAL (SELECT t.shards -> g.shard) AS s(noted)
        CROSS JOIN LATERAL (
            SELECT s.noted, (s.noted ->> 'transaction')::xid8 AS xid, (s.noted ->> 'shown')::pg_snapshot AS shown
        ) AS w
        CROSS JOIN (
            SELECT jsonb_object_agg(s.number, r.node) AS now
            FROM {S}.birth_registry_nodes() AS r, unnest(r.numbers) AS s(number)) AS n
        WHERE t.ledger_id = %1$s AND t.registered > 0 $query$,
        p_entry.ledger_id, {S}.birth_bound_table('registry')::regclass, 'birth-backfill:run-' || p_entry.run_id,
        p_entry.collection_name);
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_shards_query({S}.birth_backfill_ledger) IS
    'The query of the rows that an entry wrote in a registry that Citus spreads, and why each is left, if it is. '
    'Private.';

-- The rows of such a registry under these codes, as far as a withdrawal asks: its nodes are asked shard by shard.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_probe(p_codes text[])
RETURNS TABLE (entity_code text, row_xmin text, dot_origin text, collection_name text, certified boolean)
LANGUAGE plpgsql STABLE ROWS 10000 SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_codes text[];
BEGIN
    FOR v_codes IN SELECT g.codes FROM {S}.birth_codes_by_shard(p_codes) AS g LOOP
        RETURN QUERY EXECUTE {S}.birth_registry_query('entity_code, row_xmin::text, dot_origin, collection_name,'
            ' coalesce(certified, false) OR certified_at IS NOT NULL', v_codes);
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_probe(text[]) IS
    'Rows of a registry that Citus spreads under these codes, for a withdrawal. Private.';

-- Delete these codes, each in this version alone, shard by shard; how many went. With its caller's rights.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_delete(p_codes text[], p_versions text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_registry record := {S}.birth_registry_named();
    v_part record;
    v_rows bigint;
    v_gone bigint := 0;
BEGIN
    FOR v_part IN SELECT g.codes, g.beside FROM {S}.birth_codes_by_shard(p_codes, p_versions) AS g LOOP
        EXECUTE format('DELETE FROM %s AS b WHERE b.%2$I = ANY (%3$L) AND b.xmin::text = %4$L::jsonb ->> b.%2$I::text',
            v_registry.relid::regclass, v_registry.code, v_part.codes, jsonb_object(v_part.codes, v_part.beside));
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_gone := v_gone + v_rows;
    END LOOP;
    RETURN v_gone;
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_delete(text[], text[]) IS
    'Deletes codes of a registry that Citus spreads, each in this version alone. Private.';

GRANT EXECUTE ON FUNCTION {S}._birth_withdraw_shards(text, text), {S}._birth_withdraw_probe(text[]),
    {S}._birth_withdraw_delete(text[], text[]) TO birth_caller;
