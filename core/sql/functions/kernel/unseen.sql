-- What the server does not count or call here: writes that happen on other servers, or on shards under other names, and
-- triggers of tables whose rows are written there.

-- Tables that Citus keeps in shards or copies, rather than as local tables: of these, or of all (NULL). The catalog is
-- there where the extension is.
CREATE OR REPLACE FUNCTION {S}.birth_distributed(p_relids oid[] DEFAULT NULL) RETURNS oid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_found oid[];
BEGIN
    IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
        EXECUTE 'SELECT array_agg(d.logicalrelid::oid) FROM pg_catalog.pg_dist_partition AS d'
            ' WHERE ($1 IS NULL OR d.logicalrelid::oid = ANY ($1))'
            ' AND NOT (d.partmethod = ''n'' AND d.repmodel = ''s'' AND d.colocationid = 0)'
        INTO v_found USING p_relids;
    END IF;
    RETURN coalesce(v_found, ARRAY[]::oid[]);
END
$body$;
COMMENT ON FUNCTION {S}.birth_distributed(oid[]) IS
    'Which of these tables, or of all, are distributed or reference tables of Citus. For birth_reader.';

-- What registers new rows of such tables, as an administrator stated it: the gateway's trigger never does. NULL where
-- none did.
CREATE OR REPLACE FUNCTION {S}.birth_distributed_attested() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (SELECT s.value[1] FROM {S}.birth_setting AS s WHERE s.name = 'distributed_attested');
END
$body$;
COMMENT ON FUNCTION {S}.birth_distributed_attested() IS
    'What registers new rows of distributed tables, as an administrator stated it; NULL if none did. For '
    'birth_reader.';

-- Tables besides the registry that the register function may write, as the owner listed them.
CREATE OR REPLACE FUNCTION {S}.birth_register_writes() RETURNS SETOF oid
LANGUAGE plpgsql STABLE ROWS 5 SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY
    -- By its parts: a look by the whole name would need rights on the schema.
    SELECT c.oid
    FROM {S}.birth_setting AS s
    CROSS JOIN LATERAL unnest(s.value) AS listed(name)
    CROSS JOIN LATERAL parse_ident(listed.name) AS part
    JOIN pg_namespace AS n ON n.nspname = part[1]::name
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = part[2]::name
    WHERE s.name = 'register_writes';
END
$body$;
COMMENT ON FUNCTION {S}.birth_register_writes() IS
    'Tables besides the registry that the register function may write. For birth_reader.';

-- Tables that the register function is meant to write and whose writes are not counted here, and why; and itself, where
-- it switches the counting off, or Citus refuses it. The registry comes first.
CREATE OR REPLACE FUNCTION {S}.birth_unseen_writes() RETURNS TABLE (name text, why text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE meant AS (
        SELECT {S}.birth_bound_table('registry') AS relid
        UNION
        SELECT * FROM {S}.birth_register_writes()
        UNION
        SELECT i.inhrelid FROM meant JOIN pg_inherits AS i ON i.inhparent = meant.relid
    )
    SELECT m.relid::regclass::text,
        CASE WHEN c.relkind = 'f' THEN 'it is a foreign table'
            WHEN c.oid <> {S}.birth_bound_table('registry') THEN 'it is distributed'
            WHEN {S}.birth_registry_is_spread() THEN 'it was distributed after it was bound: run init once more'
            ELSE 'it is distributed otherwise than by its code' END
    FROM meant AS m JOIN pg_class AS c ON c.oid = m.relid
    WHERE c.relkind = 'f' OR c.oid = ANY ({S}.birth_distributed())
        AND NOT (c.oid = {S}.birth_bound_table('registry') AND {S}.birth_registry_is_spread()
            -- Bound before, it is read by a function that Citus refuses.
            AND EXISTS (SELECT FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
                WHERE p.proname = 'birth_registry_rows' AND l.lanname = 'plpgsql'
                  AND p.pronamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s})))
    UNION ALL
    SELECT p.oid::regprocedure::text, 'it switches track_counts off'
    FROM {S}.birth_gateway_functions() AS g JOIN pg_proc AS p ON p.oid = g.function
    WHERE EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'track\_counts=%')
    UNION ALL
    SELECT p.oid::regprocedure::text, 'Citus keeps what its owner writes from birth_caller: make it SECURITY INVOKER'
    FROM pg_proc AS p
    WHERE p.oid = {S}.birth_register_function() AND p.prosecdef AND {S}.birth_registry_is_spread()
    UNION ALL
    -- The stand-in looks the role up within its INSERT.
    SELECT f.signature, 'Citus refuses its INSERT: bind fn_birth_register_set'
    FROM {S}.birth_gateway_function AS f
    WHERE f.schema_name = {s} AND f.function_name = 'fn_birth_register' AND {S}.birth_registry_is_spread()
$body$;
COMMENT ON FUNCTION {S}.birth_unseen_writes() IS
    'Tables that the register function is meant to write and whose writes the server does not count, and why; itself, '
    'where it switches the counting off, or Citus refuses it. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_distributed(oid[]), {S}.birth_distributed_attested(),
    {S}.birth_register_writes(), {S}.birth_unseen_writes()
    TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_distributed(oid[]) TO birth_caller;
