-- name: tables
-- Everything that reads like a table, but for the server's own and what extensions brought.
SELECT c.oid::bigint AS relid, n.nspname::text AS schema, c.relname::text AS name,
    CASE
        WHEN c.relkind = 'v' THEN 'a view'
        WHEN c.relkind = 'm' THEN 'a materialized view'
        WHEN c.relkind = 'f' THEN 'a foreign table'
        WHEN c.relispartition THEN 'a partition: its table is the collection'
        WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid)
            THEN 'a child: its rows are its parent''s, too'
        -- Also by one of its partitions. Such a table refuses the gateway's trigger.
        WHEN EXISTS (SELECT FROM pg_catalog.pg_class AS p JOIN pg_catalog.pg_am AS m ON m.oid = p.relam
            WHERE m.amname ~ 'columnar' AND (p.oid = c.oid OR c.relkind = 'p'
                AND p.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) AS t)))
            THEN 'a columnar table, which takes no row triggers'
        ELSE '' END AS obstacle,
    pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    pg_catalog.has_table_privilege(c.oid, 'TRIGGER') AS takes_triggers,
    pg_catalog.pg_has_role(n.nspowner, 'USAGE') AS owns_schema,
    EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgname = 'trg_birth_gateway' AND NOT t.tgisinternal) AS has_trigger,
    (SELECT pg_catalog.convert_from(pg_catalog.substring(t.tgargs, 1, greatest(0,
            pg_catalog.position(t.tgargs, pg_catalog.decode('00', 'hex')) - 1)), pg_catalog.getdatabaseencoding())
        FROM pg_catalog.pg_trigger AS t
        JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid AND p.proname = 'fn_birth_gateway'
        JOIN pg_catalog.pg_namespace AS home ON home.oid = p.pronamespace AND home.nspname = {s}
        WHERE t.tgrelid = c.oid AND t.tgname = 'trg_birth_gateway' AND NOT t.tgisinternal) AS argument
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND NOT (n.nspname = {s} AND c.relname = ANY (%(ours)s))
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"

-- name: heirs
-- Tables that inherit from these, at any depth, in the order of their names. Partitions have their parents' triggers
-- anyway.
WITH RECURSIVE heir AS (
    SELECT i.inhparent AS parent, i.inhrelid AS oid
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = ANY (%(relids)s::bigint[]::oid[]) AND NOT c.relispartition
    UNION
    SELECT heir.parent, i.inhrelid
    FROM heir JOIN pg_catalog.pg_inherits AS i ON i.inhparent = heir.oid
)
SELECT heir.parent::bigint AS parent, c.oid::bigint AS relid, n.nspname::text AS schema, c.relname::text AS name,
    pg_catalog.has_table_privilege(c.oid, 'TRIGGER') AS takes_triggers,
    EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgname = 'trg_birth_gateway' AND NOT t.tgisinternal) AS has_trigger
FROM heir JOIN pg_catalog.pg_class AS c ON c.oid = heir.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"

-- name: readable
-- Which of the tables birth_owner, birth_caller and the groups cannot read yet, and whether this login may give that.
-- A role that is not there yet will have what every role has: 0 is PUBLIC.
SELECT c.oid::bigint AS relid,
    pg_catalog.bool_and(pg_catalog.has_table_privilege(r.role, c.oid, 'SELECT')) AS read,
    pg_catalog.bool_and(pg_catalog.has_schema_privilege(r.role, c.relnamespace, 'USAGE')) AS entered
FROM pg_catalog.pg_class AS c
CROSS JOIN (
    SELECT coalesce(pg_catalog.to_regrole(name)::oid, 0::oid) AS role
    FROM unnest(ARRAY['birth_owner', 'birth_caller', 'birth_reader']) AS name) AS r
WHERE c.oid = ANY (%(relids)s::bigint[]::oid[])
GROUP BY c.oid

-- name: granted
-- Whether our roles hold each right on the company's tables; `wanted` maps their oids to rights by role.
SELECT c.oid::bigint AS relid, g.key AS role, r.right, pg_catalog.has_table_privilege(g.key::name, c.oid, r.right)
        AND pg_catalog.has_schema_privilege(g.key::name, c.relnamespace, 'USAGE') AS held,
    pg_catalog.has_table_privilege('birth_reader', c.oid, 'SELECT')
        AND pg_catalog.has_schema_privilege('birth_reader', c.relnamespace, 'USAGE') AS read
FROM pg_catalog.jsonb_each(%(wanted)s) AS w
CROSS JOIN LATERAL pg_catalog.jsonb_each(w.value) AS g
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(g.value) AS r("right")
JOIN pg_catalog.pg_class AS c ON c.oid = w.key::oid ORDER BY 1, 2, 3

-- name: places
SELECT collection_name, table_schema AS schema, table_name AS name FROM {S}.birth_collection_place
