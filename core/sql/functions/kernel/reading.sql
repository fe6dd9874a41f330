-- Reading what belongs to others. Whoever owns a source may have made code that runs when it is read: casts, CHECKs of
-- domains, expressions of indexes that the planner evaluates. As birth_owner such code could write anything, so sources
-- are planned and read in a subtransaction that is READ ONLY: nothing inside can make it writable again. It always ends
-- by being undone, which keeps what was read, and nothing else: what such code sets (search_path, for those who call),
-- declares (a cursor that outlives the transaction) or sends is gone with it.

-- The rows of a query, read so; in the snapshot of the calling statement.
CREATE OR REPLACE FUNCTION {S}._birth_reading(p_query text) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_read boolean := false;
BEGIN
    PERFORM set_config('transaction_read_only', 'on', true);
    RETURN QUERY EXECUTE p_query;
    v_is_read := true;
    RAISE SQLSTATE 'BR999';
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    IF NOT v_is_read THEN
        RAISE;  -- somebody else's
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading(text) IS
    'Rows of a query, read in a READ ONLY subtransaction that is always undone: code of a source''s owner can '
    'change nothing. Private.';

-- How the server would run a query. Planning alone may run code, too.
CREATE OR REPLACE FUNCTION {S}._birth_explaining(p_query text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_plan jsonb;
    v_is_read boolean := false;
BEGIN
    BEGIN
        PERFORM set_config('transaction_read_only', 'on', true);
        EXECUTE 'EXPLAIN (FORMAT JSON) ' || p_query INTO v_plan;
        v_is_read := true;
        RAISE SQLSTATE 'BR999';
    EXCEPTION WHEN SQLSTATE 'BR999' THEN
        IF NOT v_is_read THEN
            RAISE;
        END IF;
    END;
    RETURN v_plan;
END
$body$;
COMMENT ON FUNCTION {S}._birth_explaining(text) IS
    'The server''s plan of a query as JSON, made in a READ ONLY subtransaction that is always undone. Private.';
