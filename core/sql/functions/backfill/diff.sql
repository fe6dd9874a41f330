-- The outcome of planned items, row by row, a page at a time: `+` to register, `=` registered, `-` vanished,
-- `!` quarantined. Of a run that withdraws another one: `+` to withdraw, `=` withdrawn, `-` left, since the first run's
-- row is another one by now. Pages go by (ledger_id, seq), so that a run of millions opens as fast as a small one.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_page(
    p_run bigint, p_after_ledger bigint, p_after_seq bigint, p_rows integer,
    p_like text DEFAULT NULL, p_unlike boolean DEFAULT false)
RETURNS TABLE (
    kind text, ledger_id bigint, seq bigint, collection_name text, entity_code text, source_key text[], note text)
LANGUAGE sql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
            WHEN q.seq IS NOT NULL THEN '!'
            WHEN first.origin IS NULL AND r.collection_name = item.collection_name THEN '='
            WHEN EXISTS (SELECT FROM {S}.birth_backfill_batch AS b
                WHERE b.ledger_id = item.ledger_id
                  AND item.seq BETWEEN b.seq_from AND b.seq_to AND b.finished_at IS NOT NULL)
                -- A code that was registered again was so after it was taken back.
                THEN CASE WHEN first.origin IS NOT NULL AND r.dot_origin IS DISTINCT FROM first.origin
                    THEN '=' ELSE '-' END
            ELSE '+' END,
        item.ledger_id, item.seq, item.collection_name, item.entity_code,
        CASE WHEN first.origin IS NULL THEN item.source_key ELSE '{{}}' END,
        coalesce(q.sqlstate || ' ' || q.message,
            CASE WHEN r.collection_name <> item.collection_name THEN 'registered for ' || r.collection_name END)
    FROM (
        SELECT i.ledger_id, i.seq, l.collection_name, i.entity_code, i.source_key
        FROM {S}.birth_backfill_ledger AS l
        CROSS JOIN LATERAL (
            SELECT * FROM {S}.birth_backfill_item AS i WHERE i.ledger_id = l.ledger_id
              AND i.seq > CASE WHEN l.ledger_id = p_after_ledger THEN p_after_seq ELSE 0 END
            ORDER BY i.seq LIMIT greatest(p_rows, 0)) AS i
        WHERE l.run_id = p_run AND l.ledger_id >= p_after_ledger
        ORDER BY i.ledger_id, i.seq LIMIT greatest(p_rows, 0)) AS item
    CROSS JOIN (
        SELECT 'birth-backfill:run-' || (
            SELECT w.withdraws FROM {S}.birth_backfill_run AS w WHERE w.run_id = p_run) AS origin) AS first
    LEFT JOIN {S}.birth_registry_rows() AS r ON r.entity_code = item.entity_code
    LEFT JOIN {S}.birth_backfill_quarantine AS q ON q.ledger_id = item.ledger_id AND q.seq = item.seq
    WHERE p_like IS NULL OR lower(item.entity_code) LIKE lower(p_like) <> p_unlike
    ORDER BY item.ledger_id, item.seq
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_page(bigint, bigint, bigint, integer, text, boolean) IS
    'The outcome of planned items, a page at a time: + to register, = registered, - vanished, ! quarantined; of a '
    'withdrawal: + to withdraw, = withdrawn, - left. For birth_reader.';

-- A row's xmin as a 64-bit transaction id. Right for rows younger than two thousand million transactions.
CREATE OR REPLACE FUNCTION {S}.birth_full_xid(p_xid xid) RETURNS xid8
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (CASE
        WHEN p_xid::text::bigint < 3 THEN 3
        WHEN next / 4294967296 * 4294967296 + p_xid::text::bigint <= next
            THEN next / 4294967296 * 4294967296 + p_xid::text::bigint
        ELSE greatest(next / 4294967296 * 4294967296 + p_xid::text::bigint - 4294967296, 3) END)::text::xid8
    FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS now
$body$;
COMMENT ON FUNCTION {S}.birth_full_xid(xid) IS
    'The xmin of a row as a 64-bit transaction id. For birth_reader.';

-- Registry rows that came or changed since the run was planned, and are not its own work, by origin. `xmin` says which
-- transaction wrote a row; the plan's snapshot says which of those it saw. It is not asked of rows that are older than
-- all that was running then: `age` is cheap. Past two thousand million transactions it tells nothing. Read as in
-- _birth_reading, with its caller's rights; a role that has birth_owner's reads through birth_caller.
CREATE OR REPLACE FUNCTION {S}.birth_since_plan(p_run bigint)
RETURNS TABLE (origin text, collection_name text, rows bigint, ours bigint, example text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
-- Where the registry was analysed during a batch, the server would read all items for each of its rows.
SET enable_nestloop = 'off' SET jit = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_is_read boolean := false;
    v_snapshot pg_snapshot;
    v_oldest xid;
    v_shards jsonb;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN QUERY
        SELECT *
        FROM {S}._birth_reading_codes('SELECT * FROM {S}.birth_since_plan(($1)[1]::bigint)', ARRAY[p_run::text])
            AS r(origin text, collection_name text, rows bigint, ours bigint, example text);
        RETURN;
    END IF;
    SELECT r.snapshot, r.shards INTO v_snapshot, v_shards FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run;
    IF pg_snapshot_xmax(pg_current_snapshot())::text::bigint - pg_snapshot_xmin(v_snapshot)::text::bigint < 2000000000
    THEN
        v_oldest := (pg_snapshot_xmin(v_snapshot)::text::bigint % 4294967296)::text::xid;
    END IF;
    {READ_ONLY}
    IF v_shards IS NULL THEN
        RETURN QUERY
        WITH fresh AS MATERIALIZED (
            SELECT g.dot_origin, g.collection_name, g.entity_code,
                g.dot_origin = 'birth-backfill:run-' || p_run AS by_run
            FROM {S}.birth_registry_rows() AS g
            WHERE (v_oldest IS NULL OR age(g.row_xmin) <= age(v_oldest))
              AND NOT pg_visible_in_snapshot({S}.birth_full_xid(g.row_xmin), v_snapshot)
        )
        SELECT f.dot_origin, f.collection_name, count(*), count(i.seq), min(f.entity_code COLLATE "C")
        FROM fresh AS f
        LEFT JOIN {S}.birth_backfill_ledger AS l ON l.run_id = p_run AND l.collection_name = f.collection_name
            AND f.by_run
        LEFT JOIN {S}.birth_backfill_item AS i ON i.ledger_id = l.ledger_id AND i.entity_code = f.entity_code
        GROUP BY 1, 2 ORDER BY 1, 2;
    ELSE
        -- Nodes number their transactions themselves, and say which of their rows are newer.
        RETURN QUERY
        SELECT f.dot_origin, f.collection_name, count(*), count(i.seq), min(f.entity_code COLLATE "C")
        FROM {S}.birth_shards_since(v_shards) AS f
        LEFT JOIN {S}.birth_backfill_ledger AS l ON l.run_id = p_run AND l.collection_name = f.collection_name
            AND f.dot_origin = 'birth-backfill:run-' || p_run
        LEFT JOIN {S}.birth_backfill_item AS i ON i.ledger_id = l.ledger_id AND i.entity_code = f.entity_code
        GROUP BY 1, 2 ORDER BY 1, 2;
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}.birth_since_plan(bigint) IS
    'Registry rows that came or changed since a run was planned, by origin and collection; ours counts those of the '
    'plan. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_page(bigint, bigint, bigint, integer, text, boolean),
    {S}.birth_since_plan(bigint), {S}.birth_full_xid(xid) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_since_plan(bigint), {S}.birth_full_xid(xid) TO birth_caller;
