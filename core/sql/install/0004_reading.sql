-- Reading what belongs to others. Whoever owns a source may have made code that runs when it is read: casts, CHECKs of
-- domains, expressions of indexes that the planner evaluates. As birth_owner such code could write anything, so sources
-- are planned and read in a subtransaction that is READ ONLY: nothing inside can make it writable again, and its end does.

-- The rows of a query, read so; in the snapshot of the calling statement.
CREATE FUNCTION {S}.birth_reading(p_query text) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 100000 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    PERFORM set_config('transaction_read_only', 'on', true);
    RETURN QUERY EXECUTE p_query;
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    RAISE;  -- raised by nobody: a block that could catch something is a subtransaction
END
$body$;

-- How the server would run a query. Planning alone may run code, too.
CREATE FUNCTION {S}.birth_explaining(p_query text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_plan jsonb;
BEGIN
    PERFORM set_config('transaction_read_only', 'on', true);
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || p_query INTO v_plan;
    RETURN v_plan;
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    RAISE;
END
$body$;
