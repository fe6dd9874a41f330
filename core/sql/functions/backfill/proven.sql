-- What earlier plans have proven of a source's rows. A row that changes is a new one, and xmin tells which transaction
-- wrote it: rows that a plan saw are what they were then.

-- The oldest transaction whose rows an entry's plan may not have seen; older rows have codes of visible ASCII alone,
-- each its own. Two codes can only be the same code if one of them holds more: so only younger rows can bring twins.
-- NULL where that cannot be told: the plan met other codes, or read the source in another way; a server with other
-- transactions, other columns than the planned ones, or two thousand million transactions since.
CREATE OR REPLACE FUNCTION {S}._birth_unproven_from(p_entry {S}.birth_backfill_ledger) RETURNS xid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN CASE WHEN p_entry.identity_pins = {S}.birth_identity_pins(p_entry.relid, p_entry.columns)
        THEN {S}._birth_unproven_columns(p_entry) END;
END
$body$;
COMMENT ON FUNCTION {S}._birth_unproven_from({S}.birth_backfill_ledger) IS
    'The oldest transaction whose rows an entry''s plan may not have seen, where that met no odd code; else NULL. '
    'Private.';

-- The same for columns that are known to be the planned ones.
CREATE OR REPLACE FUNCTION {S}._birth_unproven_columns(p_entry {S}.birth_backfill_ledger) RETURNS xid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_entry.odd_codes IS DISTINCT FROM 0 THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT (s.oldest % 4294967296)::text::xid
        FROM {S}.birth_backfill_run AS r
        CROSS JOIN LATERAL (SELECT pg_snapshot_xmin(r.snapshot)::text::bigint AS oldest,
            pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS s
        WHERE r.run_id = p_entry.run_id AND s.next - s.oldest BETWEEN 0 AND 2000000000
          AND r.system_identifier = (SELECT system_identifier::text FROM pg_control_system()));
END
$body$;
COMMENT ON FUNCTION {S}._birth_unproven_columns({S}.birth_backfill_ledger) IS
    'The oldest transaction whose rows an entry''s plan may not have seen, of columns that are the planned ones. '
    'Private.';

-- The same before an entry is read, whose columns were just pinned: what the latest plan of its collection proved,
-- under the same identity of the same table.
CREATE OR REPLACE FUNCTION {S}._birth_proven_before(p_entry {S}.birth_backfill_ledger) RETURNS xid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT {S}._birth_unproven_columns(l)
        FROM {S}.birth_backfill_ledger AS l
        WHERE l.ledger_id = (
                SELECT e.ledger_id FROM {S}.birth_backfill_ledger AS e
                WHERE e.collection_name = p_entry.collection_name AND e.ledger_id < p_entry.ledger_id
                  AND e.run_id > 0 AND e.run_id <> p_entry.run_id
                ORDER BY e.ledger_id DESC LIMIT 1)
          AND l.relid = p_entry.relid AND l.strategy = p_entry.strategy AND l.columns = p_entry.columns
          AND l.identity_version = p_entry.identity_version AND l.identity_pins = p_entry.identity_pins);
END
$body$;
COMMENT ON FUNCTION {S}._birth_proven_before({S}.birth_backfill_ledger) IS
    'The oldest transaction whose rows the plans before an entry may not have seen; NULL where that cannot be told. '
    'Private.';

-- The condition that holds for rows of `source` that are not proven. The limit is a parameter: one call a row is saved.
CREATE OR REPLACE FUNCTION {S}._birth_young_condition(p_young xid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('age(source.xmin) <= (SELECT age(%L::xid))', p_young) WHERE p_young IS NOT NULL
$body$;
COMMENT ON FUNCTION {S}._birth_young_condition(xid) IS
    'The condition that holds for rows of a source that no plan proved. Private.';

-- The query that counts rows, codes, different codes, the longest and those that may have a twin, as
-- _birth_counted_statement does, for an entry whose older rows are proven (`p_young`): of these it asks their number
-- alone, and the longest is that of the younger ones. NULL where codes are not a column of text that cannot repeat;
-- `p_ordered`: they are known to be one, in order.
CREATE OR REPLACE FUNCTION {S}._birth_counted_since(
    p_entry {S}.birth_backfill_ledger, p_young xid, p_ordered boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_young IS NULL OR NOT {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
        OR NOT p_ordered
            AND {S}._birth_code_in_order(p_entry.relid, p_entry.strategy, p_entry.columns) IS NULL
    THEN
        RETURN NULL;
    END IF;
    RETURN format('SELECT every.rows, every.rows - u.blank, every.rows - u.blank, u.longest, u.suspects
        FROM (SELECT count(*) AS rows FROM %s AS source) AS every, (%s) AS u',
        {S}._birth_source(p_entry.relid), {S}._birth_unproven_query(p_entry, p_young));
END
$body$;
COMMENT ON FUNCTION {S}._birth_counted_since({S}.birth_backfill_ledger, xid, boolean) IS
    'The query that counts an entry whose older rows are proven; NULL where its codes are not a column of text that '
    'cannot repeat. Private.';

-- The query that counts codes of a column of text that are `blank`, and those that may have a twin (`suspects`), and
-- tells the `longest`, of rows that are not proven (`p_young`; NULL: of all).
CREATE OR REPLACE FUNCTION {S}._birth_unproven_query(p_entry {S}.birth_backfill_ledger, p_young xid)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_text text := {S}._birth_column_text(p_entry.columns[1]);
BEGIN
    RETURN format('SELECT count(*) FILTER (WHERE NOT %s) AS blank, count(*) FILTER (WHERE %s) AS suspects,
            max(length(%s)) AS longest FROM %s AS source WHERE %s',
        {S}._birth_seen_condition(v_text), {S}._birth_odd_expression(v_text), v_text,
        {S}._birth_source(p_entry.relid), coalesce({S}._birth_young_condition(p_young), 'true'));
END
$body$;
COMMENT ON FUNCTION {S}._birth_unproven_query({S}.birth_backfill_ledger, xid) IS
    'The query that counts blank codes and those that may have a twin, of rows that are not proven. Private.';
