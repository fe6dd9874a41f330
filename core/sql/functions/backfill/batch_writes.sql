-- Rows written by this session and not reported yet, by table: inserted, updated and deleted together. Beside them,
-- under '', by how many rows the registry grew. Two looks within a transaction tell what was written in between.
CREATE OR REPLACE FUNCTION {S}._birth_batch_writes() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH touched AS MATERIALIZED (
        -- Not each of thousands of tables: whoever writes one keeps a lock on it. Those that a batch may write are
        -- among them in any case: they may have figures of an earlier transaction.
        SELECT relation AS relid FROM pg_locks
        WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'RowShareLock')
        UNION
        SELECT {S}.birth_bound_table('registry')
        UNION
        -- By its parts: a look by the whole name would need rights on the schema.
        SELECT c.oid
        FROM unnest(format('%I.birth_backfill_quarantine', {s})
            || (SELECT value FROM {S}.birth_setting WHERE birth_setting.name = 'register_writes')) AS listed(name)
        CROSS JOIN LATERAL parse_ident(listed.name) AS part
        JOIN pg_namespace AS n ON n.nspname = part[1]::name
        JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = part[2]::name
    )
    SELECT coalesce(jsonb_object_agg(w.relid::text, w.ins + w.upd + w.del), '{{}}') || jsonb_build_object('',
        coalesce(sum(w.ins - w.del) FILTER (WHERE w.relid = {S}.birth_bound_table('registry')), 0))
    -- What pg_stat_xact_user_tables shows, without what it reads besides.
    FROM (
        SELECT c.oid AS relid,
            pg_stat_get_xact_tuples_inserted(c.oid) AS ins,
            pg_stat_get_xact_tuples_updated(c.oid) AS upd,
            pg_stat_get_xact_tuples_deleted(c.oid) AS del
        FROM touched JOIN pg_class AS c ON c.oid = touched.relid
        WHERE c.relkind IN ('r', 'm') AND c.relnamespace <> 'pg_catalog'::regnamespace) AS w
    WHERE w.ins + w.upd + w.del > 0
$body$;
COMMENT ON FUNCTION {S}._birth_batch_writes() IS
    'Rows that this transaction has written so far, by table, and under '''' how much the registry grew. Private.';

-- What registering wrote, by table; refuses where that is more than the registry, the quarantine and the tables that
-- the register function is known to write, and where the registry grew by more than the planned rows.
CREATE OR REPLACE FUNCTION {S}._birth_batch_written(p_before jsonb, p_collection text, p_registered bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_after jsonb := {S}._birth_batch_writes();
    v_grown bigint := (v_after ->> '')::bigint - (p_before ->> '')::bigint;
    v_writes jsonb;
    v_elsewhere text[];
BEGIN
    IF NOT current_setting('track_counts')::boolean THEN
        PERFORM {S}.birth_refuse('BR005', 'writes_unseen',
            'the writes of a batch cannot be counted: track_counts is off',
            jsonb_build_object('track_counts', 'off'),
            'Switch track_counts on for this database.');
    ELSIF v_grown > p_registered THEN
        PERFORM {S}.birth_refuse('BR005', 'registered_besides',
            format('registering %s rows of %s put %s rows into the registry', p_registered, p_collection, v_grown),
            jsonb_build_object('collection', p_collection, 'registered', p_registered, 'rows', v_grown),
            'Nothing of this batch was kept. '
            'Correct the register function: it must register only the given rows, with the given origin.');
    END IF;
    SELECT jsonb_object_agg(relid::oid::regclass, rows::bigint - coalesce((p_before ->> relid)::bigint, 0))
    INTO v_writes
    FROM jsonb_each_text(v_after - '') AS w(relid, rows)
    WHERE rows::bigint > coalesce((p_before ->> relid)::bigint, 0);
    SELECT array_agg(name) INTO v_elsewhere FROM jsonb_object_keys(v_writes) AS name
    WHERE name NOT IN ({S}.birth_bound_table('registry')::regclass::text, format('%I.birth_backfill_quarantine', {s}))
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
