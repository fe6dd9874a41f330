-- name: server
SELECT current_database()::text AS database,
    session_user::text AS login,
    pg_catalog.quote_ident(session_user) AS quoted,
    r.rolsuper AS superuser,
    r.rolcreaterole AS creates_roles,
    pg_catalog.current_setting('server_version_num')::integer AS version,
    ARRAY(
        SELECT rolname::text FROM pg_catalog.pg_roles
        WHERE rolname IN ('birth_owner', 'birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')
        ORDER BY 1) AS roles,
    pg_catalog.to_regrole('birth_caller') IS NOT NULL AS has_caller,
    r.rolsuper OR r.rolcreaterole AND pg_catalog.current_setting('server_version_num')::integer < 160000
        OR coalesce((
            SELECT pg_catalog.pg_has_role(session_user, c.oid, 'MEMBER WITH ADMIN OPTION')
                OR pg_catalog.pg_has_role(session_user, c.oid, 'USAGE')
                    AND pg_catalog.pg_has_role(session_user, c.oid, CASE
                        WHEN pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN 'SET'
                        ELSE 'MEMBER' END)
            FROM pg_catalog.pg_roles AS c WHERE c.rolname = 'birth_caller'), r.rolcreaterole) AS becomes_caller,
    pg_catalog.has_database_privilege(current_database(), 'CREATE') AS creates_schemas,
    pg_catalog.pg_has_role(session_user, 'pg_read_all_stats', 'MEMBER WITH ADMIN OPTION')
        OR r.rolcreaterole AND pg_catalog.current_setting('server_version_num')::integer < 160000 AS grants_statistics,
    -- Since PostgreSQL 16 whoever creates a role administers it, and nobody else who is no superuser.
    r.rolcreaterole
        AND (pg_catalog.current_setting('server_version_num')::integer < 160000
            OR pg_catalog.to_regrole('birth_reader') IS NULL
            OR pg_catalog.pg_has_role(session_user, pg_catalog.to_regrole('birth_reader')::oid,
                'MEMBER WITH ADMIN OPTION')) AS finishes_roles,
    (SELECT pg_catalog.pg_has_role(nspowner, 'USAGE') FROM pg_catalog.pg_namespace WHERE nspname = {s}) AS owns_schema,
    (SELECT pg_catalog.pg_get_userbyid(nspowner)::text
        FROM pg_catalog.pg_namespace WHERE nspname = {s}) AS schema_owner,
    EXISTS (SELECT FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_depend AS d
        ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid
        WHERE n.nspname = {s}) AS schema_filled
FROM pg_catalog.pg_roles AS r WHERE r.rolname = session_user

-- name: owner
-- What birth_owner may, once there is one; `schema` and the rest are NULL where there is no such schema.
SELECT pg_catalog.pg_has_role(session_user, o.oid, CASE
            WHEN pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN 'SET'
            ELSE 'MEMBER' END)
        AND pg_catalog.pg_has_role(session_user, o.oid, 'USAGE') AS becomes,
    pg_catalog.pg_has_role(session_user, o.oid, 'MEMBER WITH ADMIN OPTION') AS administers,
    (SELECT pg_catalog.bool_and(pg_catalog.pg_has_role(g.oid, reader.oid, 'MEMBER'))
        FROM pg_catalog.pg_roles AS g, pg_catalog.pg_roles AS reader
        WHERE reader.rolname = 'birth_reader'
          AND g.rolname IN ('birth_operator', 'birth_gatekeeper', 'birth_reviewer')) AS groups_read,
    (SELECT n.nspowner = o.oid AND pg_catalog.has_schema_privilege(o.oid, n.oid, 'USAGE')
            AND pg_catalog.has_schema_privilege(o.oid, n.oid, 'CREATE')
            AND pg_catalog.has_schema_privilege('birth_reader', n.oid, 'USAGE')
            -- Before 15 everybody may create in public: what birth_owner's functions grant by themselves is asked, too.
            AND EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d
                WHERE d.defaclrole = o.oid AND d.defaclnamespace = 0 AND d.defaclobjtype = 'f'
                  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(d.defaclacl) AS a WHERE a.grantee = 0))
        FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {s}) AS schema_ready,
    pg_catalog.pg_has_role(o.oid, 'pg_read_all_stats', 'MEMBER') AS reads_statistics,
    pg_catalog.has_function_privilege(o.oid, 'pg_catalog.pg_hba_file_rules()', 'EXECUTE')
        AND pg_catalog.has_table_privilege(o.oid, 'pg_catalog.pg_hba_file_rules', 'SELECT') AS reads_authentication
FROM pg_catalog.pg_roles AS o WHERE o.rolname = 'birth_owner'

-- name: objects
-- What the schema holds by the names that we would use.
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
    c.relname::text AS name,
    pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
    pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    c.oid::bigint AS relid
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {s} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY (%(names)s)
UNION ALL
SELECT 'function', p.proname::text, pg_catalog.pg_get_userbyid(p.proowner)::text,
    pg_catalog.pg_has_role(p.proowner, 'USAGE'), p.oid::bigint
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = {s} AND p.proname = ANY (%(names)s)
UNION ALL
SELECT 'event trigger', e.evtname::text, pg_catalog.pg_get_userbyid(e.evtowner)::text,
    pg_catalog.pg_has_role(e.evtowner, 'USAGE'), e.oid::bigint
FROM pg_catalog.pg_event_trigger AS e WHERE e.evtname = ANY (%(names)s)
ORDER BY 2, 1

-- name: reads
-- Whether this login may read a table; no row where it is not there. Looked up by its names: a look by their text would
-- ask for rights on the schema.
SELECT pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS reads
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE ARRAY[n.nspname::text, c.relname::text] = pg_catalog.parse_ident(%(table)s)

-- name: schema_there
SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %(name)s) AS there

-- name: search_path
SELECT pg_catalog.current_schemas(false)::text[] AS schemas

-- name: company_tables
-- The first table of each name, in the order of the schemas.
SELECT DISTINCT ON (w.part) w.part, n.nspname::text AS schema, c.relname::text AS "table",
    pg_catalog.pg_get_userbyid(c.relowner)::text AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    c.oid::bigint AS relid
FROM unnest(%(parts)s::text[], %(names)s::text[]) AS w(part, name)
JOIN pg_catalog.pg_class AS c ON c.relname = w.name::name AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    AND n.nspname = ANY (%(schemas)s::text[]) AND n.nspname <> {s}
ORDER BY w.part, pg_catalog.array_position(%(schemas)s::text[], n.nspname::text)

-- name: named_table
SELECT '' AS part, n.nspname::text AS schema, c.relname::text AS "table",
    pg_catalog.pg_get_userbyid(c.relowner)::text AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    c.oid::bigint AS relid
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass(%(name)s) AND c.relkind IN ('r', 'p')

-- name: bound_tables
SELECT b.part, b.schema_name AS schema, b.table_name AS "table", pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
    pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned, c.oid::bigint AS relid, b.columns
FROM {S}.birth_binding AS b JOIN pg_catalog.pg_class AS c ON c.oid = {S}.birth_bound_table(b.part)
WHERE {S}.birth_is_bound(b.part) ORDER BY b.part

-- name: bound_gateway
SELECT g.schema_name AS schema, g.function_name AS function, g.pattern,
    {S}.birth_gateway_trigger_function()::bigint AS relid
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

-- name: table_columns
SELECT a.attname::text AS name FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = %(relid)s::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY attnum

-- name: beside
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind, n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s::text[]) AND n.nspname <> {s} AND c.relname = ANY (%(names)s::text[])
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY 2, 3

-- name: recorded
SELECT name FROM {S}.birth_migration

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
        ELSE '' END AS obstacle,
    pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
    pg_catalog.has_table_privilege(c.oid, 'TRIGGER') AS takes_triggers,
    pg_catalog.pg_has_role(n.nspowner, 'USAGE') AS owns_schema,
    EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgname = 'trg_birth_gateway' AND NOT t.tgisinternal) AS has_trigger,
    (SELECT t.tgargs
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

-- name: readable
-- Which of the tables birth_owner and the groups cannot read yet, and whether this login may give that.
-- A role that is not there yet will have what everybody has: 0 is PUBLIC.
SELECT c.oid::bigint AS relid,
    pg_catalog.bool_and(pg_catalog.has_table_privilege(r.role, c.oid, 'SELECT')) AS read,
    pg_catalog.bool_and(pg_catalog.has_schema_privilege(r.role, c.relnamespace, 'USAGE')) AS entered
FROM pg_catalog.pg_class AS c
CROSS JOIN (
    SELECT coalesce(pg_catalog.to_regrole(name)::oid, 0::oid) AS role
    FROM unnest(ARRAY['birth_owner', 'birth_reader']) AS name) AS r
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

-- name: registered
SELECT collection_name::text AS collection, governance_role::text AS governance_role FROM {S}.birth_collection_rows()

-- name: policies
SELECT collection_name::text AS collection, requirement::text AS requirement FROM {S}.birth_policy_rows()

-- name: places
SELECT collection_name, table_schema AS schema, table_name AS name FROM {S}.birth_collection_place

-- name: schemas
SELECT value AS schemas FROM {S}.birth_setting WHERE name = 'collection_schemas'

-- name: try_event_trigger
CREATE EVENT TRIGGER birth_may_this_login ON ddl_command_end EXECUTE FUNCTION pg_catalog.birth_is_not_here()

-- name: attested
SELECT name, value[1] AS words
FROM {S}.birth_setting
WHERE name IN ('authentication_attested', 'trigger_guard_attested')
ORDER BY 1

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
    p.provariadic <> 0 AS variadic,
    pg_catalog.pg_has_role(p.proowner, 'USAGE') AS owned,
    pg_catalog.quote_ident(n.nspname) AS schema
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

-- name: remedies
SELECT id, statement FROM {S}.birth_remedies()

-- name: sees_remedies
SELECT coalesce((
    SELECT pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))
        AND pg_catalog.bool_and(pg_catalog.has_schema_privilege(n.oid, 'USAGE'))
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = {s} AND p.proname = 'birth_remedies'), false) AS sees
