-- name: bound_gateway
SELECT g.schema_name AS schema, g.function_name AS function, g.pattern,
    {S}.birth_gateway_trigger_function()::bigint AS oid
FROM {S}.birth_gateway_trigger AS g
WHERE {S}.birth_gateway_is_theirs() AND {S}.birth_gateway_trigger_function() IS NOT NULL

-- name: trigger_function
-- A name without a schema is looked for in these, in their order.
SELECT n.nspname::text AS schema, p.proname::text AS function, p.oid::bigint AS oid
FROM pg_catalog.parse_ident(%(name)s) AS part
JOIN pg_catalog.pg_proc AS p ON p.proname = part[pg_catalog.cardinality(part)]::name AND p.pronargs = 0
    AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE pg_catalog.cardinality(part) = 2 AND n.nspname = part[1]::name
    OR pg_catalog.cardinality(part) = 1 AND n.nspname = ANY (%(schemas)s::text[])
ORDER BY pg_catalog.array_position(%(schemas)s::text[], n.nspname::text) LIMIT 1

-- name: met
-- The tables on which a gateway's trigger fires for each new row.
SELECT c.oid::bigint AS relid FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
WHERE t.tgfoid = %(oid)s::bigint::oid AND NOT t.tgisinternal AND t.tgtype & 71 = 5 AND t.tgqual IS NULL
    AND t.tgname = pg_catalog.replace(%(pattern)s, '*', c.relname)::name

-- name: registering
-- Triggers that fire on INSERT into these tables or their partitions, and whose function names the registry.
WITH wanted AS MATERIALIZED (SELECT relid FROM unnest(%(relids)s::bigint[]::oid[]) AS w(relid)),
writing AS MATERIALIZED (
    SELECT p.oid, p.oid::pg_catalog.regprocedure::text AS name FROM pg_catalog.pg_proc AS p
    WHERE p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype AND p.prosrc ~* %(pattern)s
      AND NOT (p.proname = 'fn_birth_gateway'
          AND p.pronamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {s}))
), firing AS MATERIALIZED (
    SELECT coalesce(pg_catalog.pg_partition_root(t.tgrelid)::oid, t.tgrelid) AS relid,
        t.tgname::text AS trigger, w.name AS function
    FROM pg_catalog.pg_trigger AS t JOIN writing AS w ON w.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgtype::integer & 4 = 4 AND t.tgenabled <> 'D'
)
SELECT DISTINCT ON (f.relid) f.relid::bigint AS relid, f.trigger, f.function FROM firing AS f JOIN wanted USING (relid)
ORDER BY f.relid, f.trigger COLLATE "C"

-- name: functions
-- Every function of a name, with what a caller gives it. `name` has one or two parts.
SELECT p.oid::bigint AS oid, p.proname::text AS name,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) || '('
        || pg_catalog.array_to_string(ARRAY(
            SELECT pg_catalog.format_type(t.type, NULL)
            FROM unnest(p.proargtypes) WITH ORDINALITY AS t(type, place)
            ORDER BY place), ',') || ')' AS signature,
    p.prokind::text AS kind,
    p.proretset AS returns_set,
    p.provolatile::text AS volatility,
    p.pronargs - p.pronargdefaults AS without_default,
    ARRAY(
        SELECT coalesce(p.proargnames[a.position], '')
        FROM pg_catalog.generate_series(
            1, coalesce(pg_catalog.array_length(p.proallargtypes, 1), p.pronargs)) AS a(position)
        WHERE coalesce(p.proargmodes[a.position], 'i') IN ('i', 'b', 'v')
        ORDER BY a.position) AS names,
    ARRAY(
        SELECT pg_catalog.format_type(t.type, NULL)
        FROM unnest(p.proargtypes) WITH ORDINALITY AS t(type, place)
        ORDER BY place) AS types,
    ARRAY(
        SELECT y.typtype = 'p'
        FROM unnest(p.proargtypes) WITH ORDINALITY AS t(type, place)
        JOIN pg_catalog.pg_type AS y ON y.oid = t.type
        ORDER BY place) AS pseudo,
    ARRAY(
        SELECT y.typcategory = 'A'
        FROM unnest(p.proargtypes) WITH ORDINALITY AS t(type, place)
        JOIN pg_catalog.pg_type AS y ON y.oid = t.type
        ORDER BY place) AS arrays,
    p.provariadic <> 0 AS variadic,
    pg_catalog.pg_has_role(p.proowner, 'USAGE') AS owned,
    pg_catalog.quote_ident(n.nspname) AS schema,
    pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE')
        AND pg_catalog.has_schema_privilege('public', n.oid, 'USAGE') AS is_public
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s AND p.proname = %(name)s ORDER BY p.oid

-- name: parts
SELECT pg_catalog.parse_ident(%(name)s) AS parts

-- name: callable
SELECT pg_catalog.has_function_privilege('birth_caller', p.oid, 'EXECUTE')
    AND pg_catalog.has_schema_privilege('birth_caller', p.pronamespace, 'USAGE') AS callable
FROM pg_catalog.pg_proc AS p WHERE p.oid = %(oid)s

-- name: bound
SELECT (SELECT signature FROM {S}.birth_gateway_function) AS signature,
    (SELECT function_name FROM {S}.birth_gateway_function) AS name,
    (SELECT coalesce(pg_catalog.jsonb_object_agg(parameter, CASE
            WHEN constant IS NULL THEN pg_catalog.jsonb_build_object('value', value)
            ELSE pg_catalog.jsonb_build_object('constant', constant) END), '{{}}')
        FROM {S}.birth_gateway_binding) AS binding,
    {S}.birth_register_function() IS NOT NULL AS there
