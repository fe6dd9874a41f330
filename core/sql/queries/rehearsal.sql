-- name: place
-- A collection for which the register function can be called, the first by name.
SELECT c.collection_name AS collection, p.oid::pg_catalog.regprocedure::text AS function,
    p.pronamespace::pg_catalog.regnamespace::text AS schema, pg_catalog.pg_get_userbyid(p.proowner)::text AS owner,
    pg_catalog.pg_has_role(p.proowner, 'USAGE') AS owned,
    pg_catalog.has_function_privilege('birth_caller', p.oid, 'EXECUTE')
        AND pg_catalog.has_schema_privilege('birth_caller', p.pronamespace, 'USAGE') AS ready
FROM {S}.birth_collections() AS c, pg_catalog.pg_proc AS p
WHERE c.requirement = 'REQUIRED' AND c.relid IS NOT NULL AND p.oid = {S}.birth_register_function()
ORDER BY c.collection_name COLLATE "C" LIMIT 1

-- name: call
SELECT {S}._birth_rehearse(%(collection)s, %(code)s) AS answers

-- name: written
-- Rows that this transaction has written so far into tables that no batch may write; those of ours do not count. Of a
-- partition the whole table is named.
SELECT coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid)::pg_catalog.regclass::text AS "table",
    pg_catalog.sum(w.value::bigint)::bigint AS rows
FROM pg_catalog.jsonb_each_text({S}._birth_batch_writes()) AS w
JOIN pg_catalog.pg_class AS c ON c.oid::text = w.key
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname <> {s}
WHERE c.oid IS DISTINCT FROM {S}.birth_bound_table('registry')
  AND c.oid::pg_catalog.regclass::text <> ALL (
      SELECT unnest(s.value) FROM {S}.birth_setting AS s WHERE s.name = 'register_writes')
GROUP BY 1 ORDER BY 1

-- name: lacking
-- Objects that a refusal may speak of, the likeliest first: their name is a word of it. None of ours and none of the
-- server's own: the company's code gets no more of those.
WITH refusal AS (
    SELECT %(context)s AS context,
        pg_catalog.concat(' ', pg_catalog.translate(%(message)s, '"''().,:«»„“”', '            '), ' ') AS words
), register AS (
    SELECT p.pronamespace, p.proowner FROM pg_catalog.pg_proc AS p WHERE p.oid = {S}.birth_register_function()
), trusted AS (
    SELECT proowner AS owner FROM register
    UNION
    SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = {S}.birth_bound_table('registry')
), caller AS (
    SELECT oid FROM pg_catalog.pg_roles WHERE rolname = 'birth_caller'
), object AS (
    SELECT 'TABLE' AS kind, c.relname::text AS bare, c.relnamespace AS schema, c.oid::pg_catalog.regclass::text AS name,
        c.relowner AS owner,
        ARRAY(
            SELECT r.name
            FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS r(name, place)
            WHERE NOT pg_catalog.has_table_privilege(caller.oid, c.oid, r.name)
            ORDER BY r.place) AS rights
    FROM pg_catalog.pg_class AS c, caller WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT 'SEQUENCE', c.relname::text, c.relnamespace, c.oid::pg_catalog.regclass::text, c.relowner,
        ARRAY(
            SELECT r.name FROM unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) WITH ORDINALITY AS r(name, place)
            WHERE NOT pg_catalog.has_sequence_privilege(caller.oid, c.oid, r.name)
            ORDER BY r.place)
    FROM pg_catalog.pg_class AS c, caller WHERE c.relkind = 'S'
    UNION ALL
    SELECT 'FUNCTION', p.proname::text, p.pronamespace, p.oid::pg_catalog.regprocedure::text, p.proowner,
        ARRAY(SELECT 'EXECUTE' WHERE NOT pg_catalog.has_function_privilege(caller.oid, p.oid, 'EXECUTE'))
    FROM pg_catalog.pg_proc AS p, caller WHERE p.prokind = 'f'
    UNION ALL
    SELECT 'SCHEMA', n.nspname::text, n.oid, pg_catalog.quote_ident(n.nspname), n.nspowner,
        ARRAY(SELECT 'USAGE' WHERE NOT pg_catalog.has_schema_privilege(caller.oid, n.oid, 'USAGE'))
    FROM pg_catalog.pg_namespace AS n, caller
    UNION ALL
    SELECT 'TYPE', t.typname::text, t.typnamespace, pg_catalog.format_type(t.oid, NULL), t.typowner,
        ARRAY(SELECT 'USAGE' WHERE NOT pg_catalog.has_type_privilege(caller.oid, t.oid, 'USAGE'))
    FROM pg_catalog.pg_type AS t, caller WHERE t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0
)
SELECT o.kind, o.name, pg_catalog.pg_get_userbyid(o.owner)::text AS owner,
    pg_catalog.pg_has_role(o.owner, 'USAGE') AS owned,
    o.owner IN (SELECT trusted.owner FROM trusted) AS trusted, o.rights
FROM object AS o
JOIN pg_catalog.pg_namespace AS n ON n.oid = o.schema
CROSS JOIN refusal AS r
WHERE pg_catalog.cardinality(o.rights) > 0
    AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', {s})
    -- A name may hold such signs itself.
    AND pg_catalog.strpos(r.words, pg_catalog.concat(' ', pg_catalog.translate(
        o.bare, '"''().,:«»„“”', '            '), ' ')) > 0
ORDER BY pg_catalog.length(o.bare) DESC, pg_catalog.strpos(r.context, n.nspname || '.' || o.bare) = 0,
    n.oid NOT IN (SELECT pronamespace FROM register), o.name, o.kind LIMIT 20
