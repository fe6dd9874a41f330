-- name: migrations
SELECT name, sha256 FROM {S}.birth_migration

-- name: schema_record
-- Whether the record is what its event says, and the event is of the version that consoles read when they connect.
SELECT EXISTS (SELECT
    FROM {S}.birth_schema_version AS v JOIN {S}.birth_ledger_event AS e ON e.seq = v.event_seq
    WHERE v.installation = (SELECT pg_catalog.max(installation) FROM {S}.birth_schema_version)
      AND e.kind IN ('schema_installed', 'schema_upgraded', 'schema_recorded')
      AND e.payload::jsonb @> pg_catalog.jsonb_build_object('digest', v.digest, 'to', v.version)
      AND pg_catalog.obj_description(
              pg_catalog.to_regclass(pg_catalog.quote_ident({s}) || '.birth_migration'), 'pg_class')
          LIKE pg_catalog.concat('birth-console ', v.version, ':%')
      AND v.digest = (
          SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(
              pg_catalog.string_agg(pg_catalog.concat_ws(' ', o.kind, o.name, o.aspects::text),
                  E'\n' ORDER BY o.kind COLLATE "C", o.name COLLATE "C"),
              ''), 'UTF8')), 'hex')
          FROM {S}.birth_schema_object AS o)) AS is_whole

-- name: binding
SELECT f.signature, p.oid IS NOT NULL AS there, p.provolatile = 'v' AS writes,
    pg_catalog.has_function_privilege('birth_caller', p.oid, 'EXECUTE')
        AND pg_catalog.has_schema_privilege('birth_caller', p.pronamespace, 'USAGE') AS callable,
    (SELECT pg_catalog.count(*) FROM {S}.birth_gateway_functions() AS g WHERE NOT g.is_gateway) AS overloads,
    {S}.birth_register_is_set_based() AS set_based,
    ARRAY(
        SELECT b.parameter FROM {S}.birth_gateway_binding AS b
        WHERE p.oid IS NOT NULL AND b.parameter <> ALL (coalesce(p.proargnames, ARRAY[]::text[]))
        ORDER BY 1) AS unknown,
    (SELECT pg_catalog.jsonb_object_agg(parameter, coalesce(constant, '$' || value))
        FROM {S}.birth_gateway_binding) AS binding
FROM {S}.birth_gateway_function AS f
LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = {S}.birth_register_function()

-- name: unseen_writes
SELECT name, why FROM {S}.birth_unseen_writes()

-- name: pins
-- What was agreed for the gateway that is no longer so: open permits, and runs that are not over.
SELECT pg_catalog.left(g.live ->> 'norm_md5', 8) AS live,
    ARRAY(
        SELECT p.permit_id FROM {S}.birth_admission_permit AS p
        WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp()
          AND NOT g.live @> pg_catalog.jsonb_build_object('norm_md5', p.expect_gateway, 'full_sha256', p.expect_full)
        ORDER BY 1) AS permits,
    ARRAY(
        SELECT r.run_id FROM {S}.birth_backfill_run AS r
        WHERE r.status IN ('planned', 'reconciled', 'applying') AND r.gateway <> g.live
        ORDER BY 1) AS runs
FROM (SELECT {S}.birth_gateway_fingerprint() AS live) AS g

-- name: history
SELECT coalesce((
        SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)) FROM {S}.birth_history_changes() AS c),
            '[]') AS changes,
    (SELECT count(*) FROM {S}.birth_backfill_loss) AS losses

-- name: server
SELECT e.payload::jsonb ->> 'system_identifier' AS installed_on,
    (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS live,
    ARRAY(
        SELECT r.run_id FROM {S}.birth_backfill_run AS r
        WHERE r.status IN ('planned', 'reconciled', 'applying')
          AND r.server_version <> pg_catalog.current_setting('server_version_num')
        ORDER BY 1) AS runs
FROM {S}.birth_ledger_event AS e WHERE e.seq = 0

-- name: registry
SELECT EXISTS (SELECT
        FROM pg_catalog.pg_index AS x
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
        WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL
          AND x.indnkeyatts = 1 AND a.attname = b.code) AS is_unique,
    EXISTS (SELECT
        FROM pg_catalog.pg_index AS x
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
        WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL AND a.attname = b.code) AS is_indexed,
    -- A partitioned table's keys hold what it is partitioned by, too.
    c.relkind = 'p' AND EXISTS (SELECT
        FROM pg_catalog.pg_index AS x
        WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
          AND b.code = ANY (ARRAY(
              SELECT a.attname FROM pg_catalog.pg_attribute AS a
              WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey[0:x.indnkeyatts - 1])))) AS is_unique_in_part,
    c.relkind = 'p' AS is_partitioned,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS registry,
    pg_catalog.quote_ident(b.code) AS code
FROM (
    SELECT {S}.birth_bound_table('registry') AS relid,
        coalesce(columns ->> 'entity_code', 'entity_code')::name AS code
    FROM {S}.birth_binding WHERE part = 'registry') AS b
JOIN pg_catalog.pg_class AS c ON c.oid = b.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace

-- name: row_security
-- The owner of a table sees all of it, but the groups would not.
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS "table"
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relrowsecurity AND (c.oid IN (SELECT {S}.birth_bound_table(part) FROM {S}.birth_binding)
    OR n.nspname = {s} AND c.relname ~ '^birth_') ORDER BY 1

-- name: strangers
-- What is birth_owner's or sits on our tables and that no installation made, in whatever schema. There may be several
-- installations, each in a schema of its own; types of the parameters are compared as the server reads them.
WITH birth AS MATERIALIZED (SELECT 'birth_owner'::pg_catalog.regrole::oid AS owner),
home AS MATERIALIZED (
    SELECT c.relnamespace AS oid, pg_catalog.quote_ident(n.nspname) AS name
    FROM pg_catalog.pg_class AS c
    JOIN birth ON birth.owner = c.relowner
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = 'birth_migration'
), made AS MATERIALIZED (
    SELECT home.oid AS schema, f.value ->> 0 AS name, ARRAY(
        SELECT pg_catalog.to_regtype(pg_catalog.replace(t.type, '{{S}}', home.name))::oid
        FROM pg_catalog.jsonb_array_elements_text(f.value -> 1) WITH ORDINALITY AS t(type, place)
        ORDER BY t.place) AS types
    FROM home CROSS JOIN pg_catalog.jsonb_array_elements(%(functions)s) AS f
), ours AS MATERIALIZED (
    SELECT c.oid, c.relname::text AS name
    FROM pg_catalog.pg_class AS c
    JOIN home ON home.oid = c.relnamespace
    JOIN birth ON birth.owner = c.relowner
    WHERE c.relkind IN ('r', 'p', 'v') AND c.relname = ANY (%(relations)s)
)
SELECT 'function ' || p.oid::pg_catalog.regprocedure AS object, ARRAY(
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
    FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS a
    WHERE a.privilege_type = 'EXECUTE' AND a.grantee <> p.proowner ORDER BY 1) AS open_to
FROM pg_catalog.pg_proc AS p JOIN birth ON birth.owner = p.proowner
WHERE NOT EXISTS (SELECT FROM made AS m WHERE m.schema = p.pronamespace AND m.name = p.proname AND m.types = ARRAY(
    SELECT t.type FROM unnest(p.proargtypes) WITH ORDINALITY AS t(type, place) ORDER BY t.place))
UNION ALL
SELECT CASE c.relkind
        WHEN 'v' THEN 'view '
        WHEN 'm' THEN 'materialized view '
        WHEN 'f' THEN 'foreign table '
        ELSE 'table ' END || c.oid::pg_catalog.regclass, ARRAY(
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
    FROM pg_catalog.aclexplode(c.relacl) AS a WHERE a.grantee <> c.relowner ORDER BY 1)
FROM pg_catalog.pg_class AS c JOIN birth ON birth.owner = c.relowner
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('trigger %%I on %%s', t.tgname, t.tgrelid::pg_catalog.regclass), ARRAY[]::text[]
FROM pg_catalog.pg_trigger AS t JOIN ours ON ours.oid = t.tgrelid
WHERE NOT t.tgisinternal AND ours.name ~ '^_?birth_' AND ours.name <> ALL (%(stand_ins)s)
  AND NOT %(triggers)s @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(t.tgname, ours.name))
UNION ALL
SELECT pg_catalog.format('rule %%I on %%s', r.rulename, r.ev_class::pg_catalog.regclass), ARRAY[]::text[]
FROM pg_catalog.pg_rewrite AS r JOIN ours ON ours.oid = r.ev_class WHERE r.rulename <> '_RETURN'
ORDER BY 1

-- name: sources
SELECT c.collection_name AS collection,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname) AS "table",
    pg_catalog.quote_ident(n.nspname) AS schema,
    reads.schema IS NOT TRUE AS closed, reads."table" IS NOT TRUE AS unread,
    c.is_source AND t.relrowsecurity AND t.relowner <> 'birth_owner'::pg_catalog.regrole AS guarded,
    -- Never counted, and not empty.
    c.is_source AND t.reltuples < 0
        AND (pg_catalog.pg_relation_size(t.oid) > 0
            OR EXISTS (SELECT FROM pg_catalog.pg_partition_tree(t.oid) AS part
                WHERE part.isleaf AND pg_catalog.pg_relation_size(part.relid) > 0)) AS unknown
FROM (
    SELECT collection_name, relid, true AS is_source FROM {S}.birth_collections() WHERE requirement = 'REQUIRED'
    UNION ALL
    SELECT 'bound as ' || part, {S}.birth_bound_table(part), false FROM {S}.birth_binding) AS c
JOIN pg_catalog.pg_class AS t ON t.oid = c.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.bool_and(pg_catalog.has_schema_privilege(r.rolname, n.oid, 'USAGE')) AS schema,
        pg_catalog.bool_and(pg_catalog.has_table_privilege(r.rolname, t.oid, 'SELECT')) AS "table"
    FROM pg_catalog.pg_roles AS r WHERE r.rolname IN ('birth_owner', 'birth_caller', 'birth_reader')) AS reads
WHERE reads.schema IS NOT TRUE OR reads."table" IS NOT TRUE OR c.is_source AND (t.relrowsecurity OR t.reltuples < 0)
ORDER BY 1

-- name: shards
-- Collections that nodes of Citus keep, each with one of its rows as a FROM takes it.
SELECT c.collection_name AS collection, n.nspname::text AS schema, t.relname::text AS "table",
    {S}.birth_shards(c.relid, p_most => 1) AS rows
FROM {S}.birth_collections() AS c
JOIN pg_catalog.pg_class AS t ON t.oid = c.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
WHERE pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL
  AND c.requirement = 'REQUIRED' AND c.relid = ANY ({S}.birth_distributed())
ORDER BY 1

-- name: registry_on_nodes
-- The registry, where nodes of Citus keep it.
SELECT n.nspname::text AS schema, c.relname::text AS "table"
FROM {S}.birth_registry_named() AS r
JOIN pg_catalog.pg_class AS c ON c.oid = r.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL
  AND r.relid = ANY ({S}.birth_distributed(ARRAY[r.relid]))

-- name: unkept
-- Identities that nothing in the database keeps: a column may be NULL, or no unique index tells the rows apart. With
-- what the owner of the table would run; not at once, and without locking out writers, where it can be done so.
SELECT c.collection_name AS collection, c.identity,
    ARRAY(
        SELECT pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL;', c.relid::regclass, a.attname)
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.relid AND a.attname::text = ANY (c.columns) AND NOT a.attnotnull AND NOT a.attisdropped
        ORDER BY a.attnum)
    -- Of a distributed table, no index keeps apart what its column of distribution is not part of.
    || CASE WHEN NOT kept.by_index AND c.trigger_state <> 'never fires: distributed' THEN ARRAY[
        pg_catalog.format('CREATE UNIQUE INDEX %sON %s (%s);',
            CASE t.relkind WHEN 'p' THEN '' ELSE 'CONCURRENTLY ' END, c.relid::regclass, (
                SELECT pg_catalog.string_agg(pg_catalog.quote_ident(wanted.name), ', ' ORDER BY wanted.position)
                FROM unnest(c.columns) WITH ORDINALITY AS wanted(name, position)))]
        ELSE ARRAY[]::text[] END AS statements
FROM {S}.birth_collections() AS c
JOIN pg_catalog.pg_class AS t ON t.oid = c.relid
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS x
        WHERE x.indrelid = c.relid AND x.indisunique AND x.indisvalid AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL
          AND NOT EXISTS (SELECT FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
              JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.relid AND a.attnum = k.attnum
              WHERE k.position <= x.indnkeyatts AND NOT a.attname::text = ANY (c.columns))) AS by_index) AS kept
WHERE c.requirement = 'REQUIRED' AND {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns)
  AND (NOT kept.by_index OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = c.relid AND a.attname::text = ANY (c.columns) AND NOT a.attnotnull AND NOT a.attisdropped))
ORDER BY c.collection_name COLLATE "C"

-- name: heirs
-- Tables that inherit from a REQUIRED collection's and do not meet the gateway: their rows are its rows, but no trigger
-- is inherited. Partitions have their parents'.
WITH RECURSIVE required AS MATERIALIZED (
    SELECT c.relid, c.collection_name
    FROM {S}.birth_collections() AS c
    WHERE c.requirement = 'REQUIRED' AND c.relid IS NOT NULL
), heir AS (
    SELECT r.collection_name, i.inhrelid AS oid
    FROM pg_catalog.pg_inherits AS i
    JOIN pg_catalog.pg_class AS t ON t.oid = i.inhrelid AND NOT t.relispartition
    JOIN required AS r ON r.relid = i.inhparent
    UNION
    SELECT heir.collection_name, i.inhrelid
    FROM heir JOIN pg_catalog.pg_inherits AS i ON i.inhparent = heir.oid
)
SELECT DISTINCT ON (t.oid) pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname) AS "table",
    CASE WHEN stands.oid IS NOT NULL
        THEN pg_catalog.format('CREATE TRIGGER trg_birth_gateway AFTER INSERT ON %I.%I '
            'FOR EACH ROW EXECUTE FUNCTION %I.fn_birth_gateway(%L);',
            n.nspname, t.relname, {s}, heir.collection_name) END AS remedy
FROM heir
JOIN pg_catalog.pg_class AS t ON t.oid = heir.oid AND t.relkind = 'r'
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
-- A company may have given its own trigger any name there.
LEFT JOIN LATERAL (SELECT g.oid, g.tgenabled FROM pg_catalog.pg_trigger AS g
    WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND CASE WHEN {S}.birth_gateway_is_theirs()
        THEN g.tgfoid = {S}.birth_gateway_trigger_function() AND g.tgtype & 71 = 5 AND g.tgqual IS NULL
        ELSE g.tgname = 'trg_birth_gateway' END
    ORDER BY g.tgenabled IN ('O', 'A') DESC LIMIT 1) AS g ON true
LEFT JOIN pg_catalog.pg_proc AS stands ON g.oid IS NULL AND NOT {S}.birth_gateway_is_theirs()
    AND stands.proname = 'fn_birth_gateway' AND stands.pronargs = 0
    AND stands.pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {s})
    AND stands.proowner = 'birth_owner'::pg_catalog.regrole
WHERE g.oid IS NULL OR g.tgenabled NOT IN ('O', 'A')
ORDER BY t.oid, heir.collection_name COLLATE "C"

-- name: ambiguous
SELECT c.collection_name AS collection, pg_catalog.array_agg(n.nspname::text ORDER BY place.rank) AS schemas
FROM {S}.birth_enrolled() AS c
JOIN pg_catalog.pg_class AS t ON t.relname = c.collection_name::name AND t.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
JOIN (SELECT s.value FROM {S}.birth_setting AS s WHERE s.name = 'collection_schemas') AS s
    ON n.nspname = ANY (s.value)
CROSS JOIN LATERAL (SELECT pg_catalog.array_position(s.value, n.nspname::text) AS rank) AS place
WHERE c.requirement = 'REQUIRED'
  AND NOT EXISTS (SELECT FROM {S}.birth_collection_place AS known WHERE known.collection_name = c.collection_name)
GROUP BY 1 HAVING count(*) > 1 ORDER BY 1

-- name: remedies
SELECT id, pg_catalog.array_agg(statement) AS statements FROM {S}.birth_remedies() GROUP BY 1

-- name: bindings
SELECT part, object, was, changed, bound_by, bound_at,
    pg_catalog.starts_with(object, pg_catalog.quote_ident({s}) || '.') AS is_ours
FROM {S}.birth_bindings()

-- name: closure
-- What of the company's can run when a row is registered; `acts`: its owner can act here as well.
SELECT c.kind, c.name, c.owner, c.reached_by,
    coalesce(pg_catalog.to_regrole(pg_catalog.quote_ident(c.owner))::oid = ANY ({S}.birth_audit_roles()),
        false) AS acts
FROM {S}.birth_closure() AS c ORDER BY c.kind COLLATE "C", c.name COLLATE "C"
