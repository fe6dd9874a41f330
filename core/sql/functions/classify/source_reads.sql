-- What a plan reads of a source that can be joined with the registry: its missing rows in code order, what the contract
-- asks for, and codes that are registered for others. Codes that cannot repeat are not counted twice.
CREATE OR REPLACE FUNCTION {S}._birth_plan_reads(
    p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean,
    OUT missing text, OUT counted text, OUT taken text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT row_number() OVER (ORDER BY row.code COLLATE "C"), row.code, row.source_key FROM (
                SELECT %1$s AS code, ARRAY[%2$s] AS source_key FROM %3$s AS source) AS row
            WHERE row.code IS NOT NULL
                AND NOT EXISTS (SELECT FROM {S}.birth_registry_rows() AS r WHERE r.entity_code = row.code)',
            p_expression, (SELECT string_agg(format('source.%I::text', name), ', ' ORDER BY position)
                FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)), p_relid::regclass),
        format('SELECT count(*), count(row.code), count(%3$s), max(length(row.code))
            FROM (SELECT %1$s AS code FROM %2$s AS source) AS row',
            p_expression, p_relid::regclass,
            CASE WHEN p_declared THEN 'row.code' ELSE 'DISTINCT row.code COLLATE "C"' END),
        format('SELECT count(*), min(row.code COLLATE "C") FROM (SELECT %1$s AS code FROM %2$s AS source) AS row
            JOIN {S}.birth_registry_rows() AS r ON r.entity_code = row.code WHERE r.collection_name <> %3$L',
            p_expression, p_relid::regclass, p_collection)
$body$;

-- Refuse to read a whole table once for every row of another: on a large source that never ends.
CREATE OR REPLACE FUNCTION {S}._birth_plan_affordable(p_collection text, p_query text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_plan jsonb := {S}._birth_explaining(p_query);
    v_loop jsonb;
BEGIN
    FOR v_loop IN SELECT jsonb_path_query(v_plan, '$.** ? (@."Node Type" == "Nested Loop")') LOOP
        IF (v_loop -> 'Plans' -> 0 ->> 'Plan Rows')::numeric * (v_loop -> 'Plans' -> 1 ->> 'Plan Rows')::numeric
               > 10000000
           AND jsonb_path_exists(v_loop -> 'Plans' -> 1, '$.** ? (@."Node Type" == "Seq Scan")') THEN
            PERFORM {S}.birth_refuse('BR003', 'plan_unaffordable',
                format('planning %s would scan a whole table for every row of another', p_collection),
                jsonb_build_object(
                    'collection', p_collection,
                    'outer_rows', v_loop -> 'Plans' -> 0 -> 'Plan Rows',
                    'inner_rows', v_loop -> 'Plans' -> 1 -> 'Plan Rows'),
                'ANALYZE the source and the registry, and check that enable_hashjoin is on.');
        END IF;
    END LOOP;
END
$body$;
