-- What the catalogs say of each object of a schema, by name. Numbers of objects differ between databases: there are none in it.

-- name: functions
SELECT p.oid::regprocedure::text AS name, concat_ws(' ', pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl::text,
    obj_description(p.oid, 'pg_proc')) AS said
FROM pg_proc AS p WHERE p.pronamespace = 'birth'::regnamespace

-- name: relations
SELECT c.oid::regclass::text AS name, concat_ws(' ', c.relkind, c.relpersistence, c.relowner::regrole, c.relrowsecurity,
    c.reloptions::text, obj_description(c.oid, 'pg_class'), CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END,
    (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(c.relacl) AS a)) AS said
FROM pg_class AS c WHERE c.relnamespace = 'birth'::regnamespace

-- name: columns
SELECT concat(c.oid::regclass, '.', a.attname) AS name, concat_ws(' ', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
    format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
    a.attstorage, a.attacl::text, col_description(c.oid, a.attnum)) AS said
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'birth'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped

-- name: constraints
SELECT concat(c.conrelid::regclass, ' ', c.conname) AS name, concat_ws(' ', pg_get_constraintdef(c.oid), c.convalidated) AS said
FROM pg_constraint AS c WHERE c.connamespace = 'birth'::regnamespace

-- name: indexes
SELECT i.indexrelid::regclass::text AS name, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisprimary) AS said
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid WHERE c.relnamespace = 'birth'::regnamespace

-- name: triggers
SELECT concat(t.tgrelid::regclass, ' ', t.tgname) AS name, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled) AS said
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = 'birth'::regnamespace AND NOT t.tgisinternal

-- name: event_triggers
SELECT e.evtname::text AS name, concat_ws(' ', e.evtevent, e.evttags::text, e.evtenabled, e.evtfoid::regprocedure) AS said
FROM pg_event_trigger AS e

-- name: sequences
SELECT s.seqrelid::regclass::text AS name, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
    s.seqcache, s.seqcycle) AS said
FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid WHERE c.relnamespace = 'birth'::regnamespace

-- name: rights
SELECT 'schema' AS name, concat_ws(' ', n.nspowner::regrole, n.nspacl::text, obj_description(n.oid, 'pg_namespace')) AS said
FROM pg_namespace AS n WHERE n.nspname = 'birth'
UNION ALL SELECT concat(a.defaclrole::regrole, ' ', a.defaclnamespace, ' ', a.defaclobjtype), a.defaclacl::text FROM pg_default_acl AS a

-- name: policies
SELECT p.polname::text AS name, '' AS said FROM pg_policy AS p

-- name: types
SELECT t.typname::text AS name, t.typtype::text AS said FROM pg_type AS t WHERE t.typnamespace = 'birth'::regnamespace
