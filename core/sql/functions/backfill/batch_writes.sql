DROP FUNCTION IF EXISTS {S}._birth_batch_writes();

-- Rows written by this session and not reported yet, by table: inserted, updated and deleted together. Beside them,
-- under '', by how many rows the registry grew, under '+' all writes, and under '!' the tables that this transaction
-- writes and whose rows are not counted. Two looks within a transaction tell what was written in between. When a batch
-- begins (`p_begins`), it may have written when its gates were checked, no more: the table of all locks is not read.
CREATE OR REPLACE FUNCTION {S}._birth_batch_writes(p_begins boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = 'force_generic_plan' AS $body$
DECLARE
    v_registry oid := {S}.birth_bound_table('registry');
    v_distributed oid[] := {S}.birth_distributed();
    v_spread boolean := {S}.birth_registry_is_spread();
    v_here jsonb;
BEGIN
    v_here := (
        WITH RECURSIVE may AS (
            SELECT v_registry AS relid, v_registry AS root
            UNION
            SELECT w.relid, w.relid FROM {S}.birth_register_writes() AS w(relid)
            UNION
            -- What is written into a partition, or a table that inherits, is read as a row of the table above.
            SELECT i.inhrelid, may.root FROM may JOIN pg_inherits AS i ON i.inhparent = may.relid
        ), known AS MATERIALIZED (
            SELECT DISTINCT ON (relid) relid, root FROM may
            ORDER BY relid, root <> v_registry, root
        ), held AS MATERIALIZED (
            -- Not each of thousands of tables: a session that writes one keeps a lock on it.
            SELECT l.relation AS relid, bool_or(l.mode = 'AccessExclusiveLock') AS alone
            FROM pg_locks AS l
            WHERE NOT p_begins AND l.pid = pg_backend_pid() AND l.locktype = 'relation'
              AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
            GROUP BY 1
        ), touched AS MATERIALIZED (
            SELECT relid FROM held
            UNION
            -- Those that a batch may write are among them in any case: they may have figures of an earlier
            -- transaction.
            SELECT relid FROM known
            UNION
            SELECT format('%I.birth_backfill_quarantine', {s})::regclass
            UNION
            SELECT format('%I.birth_gate_check', {s})::regclass
        ), unseen AS MATERIALIZED (
            SELECT h.relid
            FROM held AS h JOIN pg_class AS c ON c.oid = h.relid
            WHERE c.relkind = 'f'
               OR c.oid = ANY (v_distributed) AND NOT (v_spread AND c.oid = v_registry)
               -- Emptied at once, or rewritten: its row of the catalog is of this transaction.
               OR h.alone AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
                  AND age(c.xmin) <= age(pg_current_xact_id_if_assigned()::xid)
        )
        SELECT coalesce(jsonb_object_agg(w.relid::text, w.ins + w.upd + w.del), '{{}}')
            || jsonb_build_object('', coalesce(sum(w.ins - w.del) FILTER (
                    WHERE w.relid = v_registry), 0),
                '+', coalesce(sum(w.ins + w.upd + w.del), 0),
                '!', (SELECT coalesce(jsonb_agg(u.relid::text), '[]') FROM unseen AS u))
        -- What pg_stat_xact_user_tables shows, without what it reads besides.
        FROM (
            SELECT coalesce(known.root, c.oid) AS relid,
                sum(pg_stat_get_xact_tuples_inserted(c.oid))::bigint AS ins,
                sum(pg_stat_get_xact_tuples_updated(c.oid))::bigint AS upd,
                sum(pg_stat_get_xact_tuples_deleted(c.oid))::bigint AS del
            FROM touched JOIN pg_class AS c ON c.oid = touched.relid LEFT JOIN known ON known.relid = c.oid
            -- Large objects are the one table of the catalogs that holds data of others.
            -- What is temporary is gone with the transaction, or the session: nothing is registered there.
            WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
              AND (c.relnamespace <> 'pg_catalog'::regnamespace OR c.oid = 'pg_catalog.pg_largeobject'::regclass)
            GROUP BY 1) AS w
        WHERE w.ins + w.upd + w.del > 0
    );
    IF v_spread THEN
        v_here := {S}._birth_writes_with_shards(v_here, v_registry, {S}.birth_shard_writes(p_begins));
    END IF;
    RETURN v_here;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_writes(boolean) IS
    'Rows that this transaction has written so far, by table; under '''' how much the registry grew, under + all '
    'writes, under ! the tables whose writes are not counted. Private.';

-- The same with what was written to the shards of the registry, and what the nodes say under '@'.
CREATE OR REPLACE FUNCTION {S}._birth_writes_with_shards(p_here jsonb, p_registry oid, p_shards jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p_here || jsonb_build_object('', (p_here ->> '')::bigint + s.came - s.went,
        '+', (p_here ->> '+')::bigint + s.came + s.changed + s.went,
        p_registry::text, s.came + s.changed + s.went, '@', p_shards)
    FROM (SELECT sum((n.said ->> 'came')::bigint) AS came, sum((n.said ->> 'changed')::bigint) AS changed,
            sum((n.said ->> 'went')::bigint) AS went
        FROM jsonb_each(p_shards) AS n(place, said)) AS s
$body$;
COMMENT ON FUNCTION {S}._birth_writes_with_shards(jsonb, oid, jsonb) IS
    'Rows that a transaction has written, with those of shards of the registry. Private.';

-- Why what was written on nodes is not known, by node: the transaction wrote other tables there, has several sessions,
-- or another one than when it began.
CREATE OR REPLACE FUNCTION {S}._birth_shards_unseen(p_before jsonb, p_after jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_after IS NULL THEN
        RETURN ARRAY[]::text[];
    END IF;
    RETURN (
        SELECT coalesce(array_agg(format('%s on %s', t.what, n.place) ORDER BY n.place, t.what), '{{}}')
        FROM jsonb_each(p_after) AS n(place, said)
        CROSS JOIN LATERAL (
            SELECT b.name FROM jsonb_array_elements_text(n.said -> 'besides') AS b(name)
            UNION ALL
            SELECT 'further sessions' WHERE (n.said ->> 'sessions')::integer <> 1
                OR n.said -> 'session' IS DISTINCT FROM p_before -> n.place -> 'session') AS t(what)
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_shards_unseen(jsonb, jsonb) IS
    'What a transaction wrote on nodes besides the registry, or why that is not known. Private.';

-- What registering wrote, by table; refuses where that is more than the registry, the quarantine and the tables that
-- the register function is known to write, where the registry grew by more than the planned rows, and where rows were
-- written that the server does not count: elsewhere, nothing would show it.
CREATE OR REPLACE FUNCTION {S}._birth_batch_written(p_before jsonb, p_collection text, p_registered bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_after jsonb := {S}._birth_batch_writes();
    v_grown bigint := (v_after ->> '')::bigint - (p_before ->> '')::bigint;
    v_counted bigint := (v_after ->> '+')::bigint - (p_before ->> '+')::bigint;
    v_unseen text[] := ARRAY(
        SELECT u.relid::oid::regclass::text FROM jsonb_array_elements_text(v_after -> '!') AS u(relid)
        WHERE NOT p_before -> '!' ? u.relid ORDER BY 1)
        || {S}._birth_shards_unseen(p_before -> '@', v_after -> '@');
    v_writes jsonb;
    v_elsewhere text[];
BEGIN
    IF NOT current_setting('track_counts')::boolean THEN
        PERFORM {S}.birth_refuse('BR005', 'writes_unseen',
            'the writes of a batch cannot be counted: track_counts is off',
            jsonb_build_object('track_counts', 'off'),
            'Switch track_counts on for this database.');
    ELSIF v_unseen <> '{{}}' OR v_counted < p_registered THEN
        PERFORM {S}.birth_refuse('BR005', 'writes_unseen',
            CASE WHEN v_unseen <> '{{}}'
                THEN format('registering rows of %s wrote tables whose rows the server does not count: %s',
                    p_collection, array_to_string(v_unseen, ', '))
                ELSE format('%s rows of %s were registered, and the server counted %s writes',
                    p_registered, p_collection, v_counted) END,
            jsonb_build_object('collection', p_collection, 'tables', v_unseen,
                'registered', p_registered, 'counted', v_counted),
            'Nothing of this batch was kept. The register function may write ordinary tables of this database only: no '
            'foreign or distributed table, no TRUNCATE, and no function that sets track_counts.');
    ELSIF v_grown > p_registered THEN
        PERFORM {S}.birth_refuse('BR005', 'registered_besides',
            format('registering %s rows of %s put %s rows into the registry', p_registered, p_collection, v_grown),
            jsonb_build_object('collection', p_collection, 'registered', p_registered, 'rows', v_grown),
            'Nothing of this batch was kept. '
            'Correct the register function: it must register only the given rows, with the given origin.');
    END IF;
    SELECT jsonb_object_agg(relid::oid::regclass, rows::bigint - coalesce((p_before ->> relid)::bigint, 0))
    INTO v_writes
    FROM jsonb_each_text(v_after - ARRAY['', '+', '!', '@']) AS w(relid, rows)
    WHERE rows::bigint > coalesce((p_before ->> relid)::bigint, 0);
    SELECT array_agg(name) INTO v_elsewhere FROM jsonb_object_keys(v_writes) AS name
    WHERE name NOT IN ({S}.birth_bound_table('registry')::regclass::text,
        format('%I.birth_backfill_quarantine', {s}))
      AND name <> ALL (SELECT unnest(value) FROM {S}.birth_setting WHERE birth_setting.name = 'register_writes');
    IF v_elsewhere IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR005', 'wrote_elsewhere',
            format('registering rows of %s also wrote %s', p_collection, array_to_string(v_elsewhere, ', ')),
            jsonb_build_object('collection', p_collection, 'tables', v_elsewhere),
            'Nothing of this batch was kept. If the register function may write there, name all such tables: '
            '`birth-console init --register-writes SCHEMA.TABLE …`, with --collections as before.');
    END IF;
    RETURN v_writes;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_written(jsonb, text, bigint) IS
    'Rows that a batch wrote, by table. Refuses writes that cannot be counted, extra rows in the registry, and '
    'other tables. Private. Raises BR005 writes_unseen, registered_besides, wrote_elsewhere.';
