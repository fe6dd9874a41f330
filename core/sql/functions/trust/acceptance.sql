-- Reviewers who took no part in a run, under any name or login that they ever had.
CREATE OR REPLACE FUNCTION {S}._birth_independent(p_run bigint) RETURNS TABLE (person text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT DISTINCT p.person FROM {S}.birth_person_login AS p JOIN pg_roles AS r ON r.rolname = p.login
    WHERE p.retired_at IS NULL AND pg_has_role(r.oid, 'birth_reviewer', 'MEMBER') AND NOT r.rolsuper
      AND NOT EXISTS (SELECT FROM {S}._birth_hands(p_run) AS h JOIN {S}._birth_aliases(p.login, p.person) AS a
          ON h.person = a.person OR h.login = a.login)
    ORDER BY 1
$body$;
COMMENT ON FUNCTION {S}._birth_independent(bigint) IS
    'Reviewers who took no part in a run, under any name or login that they ever had. Private.';

-- The acceptance gates of a run, each proven on live data: the one list. `verify` shows it and certifying insists on
-- it. `passed` is NULL where a gate cannot be judged, which is as good as failed. All of it is read in the snapshot
-- of the calling statement.
CREATE OR REPLACE FUNCTION {S}.birth_acceptance(p_run bigint)
    RETURNS TABLE (gate text, passed boolean, evidence jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off
{TEXT_SETTINGS} AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
    v_account record;
    v_batch record;
    v_reread record;
    v_birth record;
    v_alike record;
    v_limit {S}.birth_backfill_limit;
    v_gateway jsonb := {S}.birth_gateway_fingerprint();
    v_upgrades bigint[];
    v_alerts jsonb := {S}.birth_alert_evidence(p_run);
    v_origin text := 'birth-backfill:run-' || p_run;
    v_written bigint;
    v_marked bigint;
    v_grown bigint;
    v_items jsonb;
    v_triggers jsonb;
    v_free jsonb;
    v_live jsonb := {S}._birth_history_place();
    v_accepted text;
    v_lost record;
    v_kept boolean;
    v_joined bigint;
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_run', format('unknown run %s', p_run),
            jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    ELSIF v_run.withdraws IS NOT NULL THEN
        RETURN QUERY SELECT * FROM {S}._birth_withdraw_acceptance(p_run);
        RETURN;
    END IF;
    SELECT coalesce(sum(a.planned), 0) AS planned, coalesce(sum(a.registered), 0) AS registered,
        coalesce(sum(a.existing), 0) AS existing, coalesce(sum(a.vanished), 0) AS vanished,
        coalesce(sum(a.quarantined), 0) AS quarantined
    INTO v_account FROM {S}.birth_accounting(p_run) AS a;
    SELECT count(*) AS batches, count(*) FILTER (WHERE b.finished_at IS NULL) AS unfinished,
        coalesce(max(b.seq_to - b.seq_from + 1), 0) AS largest
    INTO v_batch FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
    WHERE l.run_id = p_run;
    SELECT coalesce(sum(r.planned), 0)::bigint AS planned, coalesce(sum(r.late), 0)::bigint AS late,
        coalesce(jsonb_agg(r.collection_name) FILTER (WHERE r.planned IS NULL), '[]') AS unreadable,
        coalesce(jsonb_agg(jsonb_build_object('collection', r.collection_name, 'without_code', r.without_code,
            'duplicates', r.duplicates, 'twins', r.twins, 'examples', r.examples))
            FILTER (WHERE r.without_code + r.duplicates + r.twins > 0), '[]') AS broken
    INTO v_reread FROM {S}._birth_run_reread(p_run) AS r;
    SELECT coalesce(sum(b.rows), 0) AS fresh, coalesce(sum(b.rows) FILTER (WHERE b.by_run), 0) AS ours,
        coalesce(sum(b.ours) FILTER (WHERE b.by_run), 0) AS planned,
        coalesce(jsonb_agg(jsonb_build_object('origin', b.origin, 'collection', b.collection_name, 'rows', b.rows,
            'example', b.example) ORDER BY b.origin, b.collection_name) FILTER (WHERE NOT b.by_run), '[]') AS others
    INTO v_birth FROM (
        SELECT s.*, s.origin IS NOT DISTINCT FROM v_origin AS by_run FROM {S}.birth_since_plan(p_run) AS s) AS b;
    SELECT g.written, g.rows - v_run.registry_rows, g.marked
    INTO v_written, v_grown, v_marked
    -- Counted apart: rows of the run are few, and nothing is looked up in the others but their origin.
    FROM {S}._birth_reading(format('SELECT count(*), %3$s,
        count(*) FILTER (WHERE g.certified OR g.certified_at IS NOT NULL
            OR g.inspect_pen IS NOT NULL OR g.inspect_stamp IS NOT NULL OR g.inspect_gate IS NOT NULL)
        FROM %2$s AS g WHERE g.dot_origin = %1$L', v_origin, CASE
            WHEN v_run.shards IS NULL THEN '{S}.birth_registry_rows()'
            ELSE format('(%s)', {S}.birth_registry_query('*')) END, CASE
            WHEN v_run.shards IS NULL THEN '(SELECT count(*) FROM {S}.birth_registry_rows() AS every)'
            ELSE {S}.birth_bound_count('registry')::text || '::bigint' END))
        AS g(written bigint, rows bigint, marked bigint);
    SELECT coalesce(jsonb_agg(l.collection_name ORDER BY l.ledger_id)
            FILTER (WHERE l.digest IS DISTINCT FROM {S}.birth_item_digest(l.ledger_id)), '[]'),
        coalesce(jsonb_agg(l.collection_name ORDER BY l.ledger_id)
            FILTER (WHERE NOT {S}._birth_triggers_carried(l.triggers, l.relid)), '[]')
    INTO v_items, v_triggers FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run;
    IF NOT {S}._birth_triggers_carried(v_run.registry_triggers, {S}.birth_bound_table('registry')) THEN
        v_triggers := v_triggers || '["birth_registry"]';
    END IF;
    SELECT coalesce(jsonb_agg(i.person), '[]') INTO v_free FROM {S}._birth_independent(p_run) AS i;
    SELECT count(*) FILTER (WHERE b.gateway_rows > 0 AND b.rows > 0) AS compared,
        coalesce(jsonb_agg(to_jsonb(b)) FILTER (WHERE b.left_null <> '{{}}'), '[]') AS differing
    INTO v_alike FROM {S}._birth_born_alike(p_run) AS b;
    v_limit := {S}._birth_run_limit(p_run);
    v_kept := {S}.birth_shards_kept(v_run.shards);
    v_joined := {S}._birth_registry_joined(v_run);
    v_upgrades := {S}._birth_gateway_carried(v_run.gateway, v_gateway);
    v_accepted := {S}._birth_history_accepted(v_live);
    SELECT coalesce(sum(s.batches), 0) AS batches, coalesce(sum(s.registered), 0) AS registered
    INTO v_lost FROM {S}.birth_backfill_loss AS s WHERE s.run_id = p_run;
    RETURN QUERY VALUES
    ('dry_run_plan', v_run.digest IS NOT NULL AND v_items = '[]',
        jsonb_build_object('planned_by', v_run.planned_by, 'digest', v_run.digest, 'planned', v_account.planned,
            'items_changed', v_items)),
    ('reconciled', v_run.reconciled_by IS NOT NULL,
        jsonb_build_object('reconciled_by', v_run.reconciled_by, 'note', v_run.reconcile_note)
            || CASE WHEN v_run.drift IS NULL THEN '{{}}' ELSE jsonb_build_object('drift', v_run.drift) END),
    ('batched_apply', v_run.status IN ('applied', 'certified') AND v_batch.largest <= 10000 AND v_batch.unfinished = 0,
        jsonb_build_object('status', v_run.status, 'batches', v_batch.batches, 'largest', v_batch.largest,
            'unfinished', v_batch.unfinished)),
    ('rerun_delta', CASE WHEN v_reread.unreadable = '[]' THEN v_reread.planned = 0 END,
        jsonb_build_object('rerun_delta', v_reread.planned, 'late', v_reread.late, 'quarantined', v_account.quarantined)
            || CASE WHEN v_reread.unreadable = '[]' THEN '{{}}'
                ELSE jsonb_build_object('unreadable', v_reread.unreadable) END),
    ('identity_holds', CASE WHEN v_reread.unreadable = '[]' THEN v_reread.broken = '[]' END,
        jsonb_build_object('broken', v_reread.broken)),
    ('no_self_certify', v_free <> '[]', jsonb_build_object(
        'participants', (SELECT coalesce(jsonb_agg(DISTINCT p.person ORDER BY p.person), '[]')
            FROM {S}.birth_participants(p_run) AS p),
        'independent_reviewers', v_free)),
    -- The registry holds what the batches account for, as planned items, and nothing else of the run's doing. Were a
    -- row changed or deleted, more rows would be fresh than the registry grew by. What others registered is told
    -- apart. Rows of tables that joined it (`joined`) would hide as many that were deleted.
    ('birth_neutral', CASE WHEN v_kept THEN v_birth.ours = v_birth.planned AND v_birth.planned = v_written
            AND v_written = v_account.registered AND v_birth.fresh = v_grown AND v_joined = 0
            AND v_marked = 0 END,
        jsonb_build_object('registered', v_account.registered, 'written', v_written,
            'not_planned', v_birth.ours - v_birth.planned, 'changed_or_deleted', v_birth.fresh - v_grown,
            'self_marked', v_marked, 'born_besides', v_birth.others,
            'tables_written', (SELECT coalesce(jsonb_object_agg(t.name, t.rows), '{{}}') FROM (
                SELECT w.name, sum(w.rows::bigint) AS rows
                FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
                CROSS JOIN LATERAL jsonb_each_text(b.writes) AS w(name, rows)
                WHERE l.run_id = p_run GROUP BY 1) AS t))
            || CASE WHEN v_joined > 0 THEN jsonb_build_object('joined', v_joined) ELSE '{{}}' END
            || CASE WHEN v_kept THEN '{{}}' ELSE jsonb_build_object('shards', 'not where the plan found them') END),
    ('born_alike', v_alike.differing = '[]', jsonb_build_object(
        'collections_compared', v_alike.compared, 'differing', v_alike.differing)),
    -- Those that no reviewer acknowledged come first.
    ('tga_unchanged', coalesce((v_alerts -> 0 ->> 'acknowledged')::boolean, true), jsonb_build_object(
        'planned', v_run.alert_rows, 'live', {S}.birth_bound_count('alerts'), 'changed', v_alerts)),
    ('gateway_unchanged', v_upgrades IS NOT NULL, jsonb_build_object(
        'planned', left(coalesce(v_run.gateway ->> 'norm_md5', ''), 8),
        'live', left(coalesce(v_gateway ->> 'norm_md5', ''), 8), 'full', v_run.gateway IS NOT DISTINCT FROM v_gateway)
            || CASE v_upgrades WHEN '{{}}' THEN '{{}}' ELSE jsonb_build_object('upgraded_by_events', v_upgrades) END),
    ('triggers_unchanged', v_triggers = '[]', jsonb_build_object('changed', v_triggers)),
    ('within_limits', v_account.vanished <= v_limit.most_vanished, jsonb_build_object(
        'vanished', v_account.vanished, 'most_vanished', v_limit.most_vanished, 'planned', v_account.planned)),
    -- After a failover or a restore a certificate may have vanished, or a decision since then: a reviewer must look
    -- before one is given. What a run itself lost was done again, or its accounting would not close.
    ('history_whole', v_run.history IS NULL OR v_accepted IS NOT NULL
            OR {S}._birth_history_same(v_run.history, v_live), jsonb_build_object(
        'applied_on', v_run.history, 'live', v_live, 'accepted_by', v_accepted,
        'lost_batches', v_lost.batches, 'lost_registered', v_lost.registered)),
    ('accounting_closes', v_account.planned
            = v_account.registered + v_account.existing + v_account.vanished + v_account.quarantined,
        jsonb_build_object('planned', v_account.planned, 'registered', v_account.registered,
            'existing', v_account.existing, 'vanished', v_account.vanished, 'quarantined', v_account.quarantined,
            'late', v_reread.late));
END
$body$;
COMMENT ON FUNCTION {S}.birth_acceptance(bigint) IS
    'The acceptance gates of a run, judged on live data; passed is NULL if a gate cannot be judged. For '
    'birth_reader. Raises BR002 unknown_run.';

GRANT EXECUTE ON FUNCTION {S}.birth_acceptance(bigint) TO birth_reader;
