-- name: place
SELECT pg_catalog.quote_ident({s}) AS quoted,
    pg_catalog.obj_description(
        pg_catalog.to_regclass(pg_catalog.quote_ident({s}) || '.birth_migration'), 'pg_class') AS comment

-- name: files
SELECT name, sha256 FROM {S}.birth_migration

-- name: functions
-- The functions that this version makes, as the server writes them.
SELECT pg_catalog.format('%%s.%%I(%%s)', pg_catalog.quote_ident({s}), f.value ->> 0, (
    SELECT pg_catalog.string_agg(
        pg_catalog.to_regtype(pg_catalog.replace(t.type, '{{S}}', pg_catalog.quote_ident({s})))::text,
        ',' ORDER BY t.place)
    FROM pg_catalog.jsonb_array_elements_text(f.value -> 1) WITH ORDINALITY AS t(type, place))) AS name
FROM pg_catalog.jsonb_array_elements(%(functions)s) AS f

-- name: stand_ins
-- Those of these functions that are still birth_owner's.
SELECT p.proname::text AS name FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = {s} AND p.proowner = pg_catalog.to_regrole('birth_owner') AND p.proname = ANY (%(names)s)

-- name: idle
-- Operators at work on a run when this is asked are told to end it first; none begins while it is held.
DO $body$
DECLARE
    v_working jsonb;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN EXCLUSIVE MODE;
    SELECT pg_catalog.jsonb_agg(w) INTO v_working FROM (
        SELECT l.run_id AS run, b.claimed_by AS login, b.backend_pid AS pid
        FROM {S}.birth_backfill_batch AS b
        JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
        JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.backend_pid
        WHERE b.finished_at IS NULL AND b.lease_until > clock_timestamp()
          AND coalesce(a.backend_start <= b.lease_until, true)
        UNION
        SELECT w.run_id, w.login, w.backend_pid
        FROM {S}.birth_backfill_worker AS w
        JOIN {S}.birth_backfill_run AS r USING (run_id)
        JOIN pg_catalog.pg_stat_activity AS a ON a.pid = w.backend_pid
        WHERE r.status = 'applying' AND coalesce(a.backend_start <= w.seen_at, true)) AS w;
    IF v_working IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'BR003',
            MESSAGE = 'run_applying: a run is being applied',
            DETAIL = pg_catalog.jsonb_build_object('workers', v_working)::text,
            HINT = 'Pause it (`birth-console control RUN pause`), or wait until it ends; then upgrade.';
    END IF;
END
$body$;

-- name: pins
-- What runs pin, before an upgrade changes anything: kept for the record that it ends with. Runs of the first version
-- pin the number of alerts, and its registry has the packet's name.
DO $body$
DECLARE
    v_registry oid := pg_catalog.to_regclass(pg_catalog.quote_ident({s}) || '.birth_registry');
    v_alerts jsonb;
BEGIN
    IF pg_catalog.to_regprocedure(pg_catalog.quote_ident({s}) || '._birth_alerts()') IS NOT NULL THEN
        v_registry := {S}.birth_bound_table('registry');
        SELECT pg_catalog.jsonb_agg(a.alert) INTO v_alerts FROM {S}._birth_alerts() AS a;
    END IF;
    PERFORM pg_catalog.set_config('birth_console.pins', pg_catalog.jsonb_build_object(
        'gateway', {S}.birth_gateway_fingerprint(),
        'alerts', v_alerts,
        'triggers', (
            SELECT pg_catalog.jsonb_object_agg(c.oid, pg_catalog.jsonb_build_object(
                'fingerprint', {S}.birth_trigger_fingerprint(c.oid),
                'rows', (
                    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', g.oid, g.xmin), ' ' ORDER BY g.oid)
                    FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal)))
            FROM pg_catalog.pg_class AS c
            WHERE c.oid = v_registry
              OR c.oid IN (SELECT l.relid FROM {S}.birth_backfill_ledger AS l)))::text, true);
END
$body$;

-- name: installations
-- Every schema that holds an installation. One that is not birth_owner's is shared with those who may create in it.
SELECT n.nspname::text AS schema, pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
    n.nspowner <> c.relowner AS is_shared
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname = 'birth_migration' AND c.relkind = 'r' AND c.relowner = pg_catalog.to_regrole('birth_owner')
ORDER BY 1

-- name: schema_owner
SELECT pg_catalog.pg_get_userbyid(nspowner)::text AS owner FROM pg_catalog.pg_namespace WHERE nspname = %(name)s

-- name: ours
-- What is birth_owner's in the schema, functions first. A sequence that serves a column goes with its table.
SELECT kind, name FROM (
    SELECT 1 AS place, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END AS kind,
        p.oid::pg_catalog.regprocedure::text AS name
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = {s} AND p.proowner = pg_catalog.to_regrole('birth_owner')
    UNION ALL
    SELECT 2, CASE c.relkind
            WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
        c.oid::pg_catalog.regclass::text
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = {s} AND c.relowner = pg_catalog.to_regrole('birth_owner')
      AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
          WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i'))
) AS o ORDER BY place, name COLLATE "C"

-- name: company_s
-- Which of these names belong to others in the schema.
SELECT c.relname::text AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = {s} AND c.relname = ANY (%(names)s) AND c.relkind IN ('r', 'p')
  AND c.relowner <> pg_catalog.to_regrole('birth_owner')
UNION
SELECT p.proname::text FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = {s} AND p.proname = ANY (%(names)s) AND p.proowner <> pg_catalog.to_regrole('birth_owner')
ORDER BY 1

-- name: let_caller_read
-- Until 0.2.0 birth_owner read the company's tables. birth_caller may now read what that one may, where this login can
-- grant it; the doctor names the rest. Bound tables first: which tables are sources is read there, as birth_caller.
DO $body$
DECLARE
    v_is_source boolean;
    v_table record;
BEGIN
    FOREACH v_is_source IN ARRAY ARRAY[false, true] LOOP
        FOR v_table IN
            SELECT pg_catalog.quote_ident(n.nspname) AS schema, c.oid::pg_catalog.regclass::text AS name,
                pg_catalog.pg_has_role(c.relowner, 'USAGE') AND (pg_catalog.pg_has_role(n.nspowner, 'USAGE')
                    OR pg_catalog.has_schema_privilege('birth_caller', n.oid, 'USAGE')) AS granted
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.oid IN (
                    SELECT {S}.birth_bound_table(b.part) FROM {S}.birth_binding AS b WHERE NOT v_is_source
                    UNION ALL
                    SELECT e.relid FROM {S}.birth_collections() AS e WHERE v_is_source)
              AND pg_catalog.has_table_privilege('birth_owner', c.oid, 'SELECT')
              AND NOT (pg_catalog.has_table_privilege('birth_caller', c.oid, 'SELECT')
                AND pg_catalog.has_schema_privilege('birth_caller', n.oid, 'USAGE'))
            ORDER BY 1, 2
        LOOP
            IF v_table.granted THEN
                EXECUTE 'GRANT USAGE ON SCHEMA ' || v_table.schema || ' TO birth_caller';
                EXECUTE 'GRANT SELECT ON ' || v_table.name || ' TO birth_caller';
            ELSIF NOT v_is_source THEN
                RETURN;
            END IF;
        END LOOP;
    END LOOP;
END
$body$
