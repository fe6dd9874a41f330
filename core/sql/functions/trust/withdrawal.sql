-- The acceptance gates of a run that withdraws another one: the same list, where a gate asks what the registry holds,
-- of rows that must be gone. Gates about codes and columns of new rows have nothing to judge: they pass and say so.
CREATE OR REPLACE FUNCTION {S}._birth_withdraw_acceptance(p_run bigint)
RETURNS TABLE (gate text, passed boolean, evidence jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
    v_entry {S}.birth_backfill_ledger;
    v_account record;
    v_batch record;
    v_found record;
    v_limit {S}.birth_backfill_limit := {S}._birth_run_limit(p_run);
    v_gateway jsonb := {S}.birth_gateway_fingerprint();
    v_upgrades bigint[];
    v_alerts jsonb := {S}.birth_alert_evidence(p_run);
    v_there bigint := 0;
    v_items jsonb;
    v_free jsonb;
    v_born bigint;
    v_now bigint := {S}.birth_bound_count('registry');
    v_triggers boolean;
    v_kept boolean;
    v_joined bigint;
    v_live jsonb := {S}._birth_history_place();
    v_accepted text := {S}._birth_history_accepted(v_live);
    v_lost record;
    v_none jsonb := jsonb_build_object('not_applicable', 'a withdrawal registers nothing');
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run;
    v_upgrades := {S}._birth_gateway_carried(v_run.gateway, v_gateway);
    v_kept := {S}.birth_shards_kept(v_run.shards);
    v_joined := {S}._birth_registry_joined(v_run);
    v_triggers := {S}._birth_triggers_carried(v_run.registry_triggers, {S}.birth_bound_table('registry'));
    SELECT coalesce(sum(a.planned), 0) AS planned, coalesce(sum(a.registered), 0) AS registered,
        coalesce(sum(a.existing), 0) AS existing, coalesce(sum(a.vanished), 0) AS vanished,
        coalesce(sum(a.quarantined), 0) AS quarantined
    INTO v_account FROM {S}.birth_accounting(p_run) AS a;
    SELECT count(*) AS batches, count(*) FILTER (WHERE b.finished_at IS NULL) AS unfinished,
        coalesce(max(b.seq_to - b.seq_from + 1), 0) AS largest
    INTO v_batch FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
    WHERE l.run_id = p_run;
    -- Rows in their planned version that are still there, and were not set aside.
    FOR v_entry IN SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run LOOP
        v_found := {S}._birth_withdraw_found(v_entry, 1, v_entry.missing);
        v_there := v_there + (SELECT count(*) FROM unnest(v_found.codes) AS c(code)
            WHERE NOT EXISTS (SELECT FROM {S}.birth_backfill_quarantine AS q
                WHERE q.ledger_id = v_entry.ledger_id AND q.entity_code = c.code));
    END LOOP;
    SELECT coalesce(jsonb_agg(l.collection_name ORDER BY l.ledger_id)
        FILTER (WHERE l.digest IS DISTINCT FROM {S}.birth_item_digest(l.ledger_id)), '[]')
    INTO v_items FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run;
    -- Rows that came since the plan: those, and what was withdrawn, explain how many rows there are.
    SELECT coalesce(sum(s.rows), 0) INTO v_born FROM {S}.birth_since_plan(p_run) AS s;
    SELECT coalesce(jsonb_agg(i.person), '[]') INTO v_free FROM {S}._birth_independent(p_run) AS i;
    SELECT coalesce(sum(s.batches), 0) AS batches, coalesce(sum(s.registered), 0) AS registered
    INTO v_lost FROM {S}.birth_backfill_loss AS s WHERE s.run_id = p_run;
    RETURN QUERY VALUES
    ('dry_run_plan', v_run.digest IS NOT NULL AND v_items = '[]', jsonb_build_object('planned_by', v_run.planned_by,
        'digest', v_run.digest, 'planned', v_account.planned, 'items_changed', v_items, 'withdraws', v_run.withdraws)),
    ('reconciled', v_run.reconciled_by IS NOT NULL,
        jsonb_build_object('reconciled_by', v_run.reconciled_by, 'note', v_run.reconcile_note)),
    ('batched_apply', v_run.status IN ('applied', 'certified') AND v_batch.largest <= 10000 AND v_batch.unfinished = 0,
        jsonb_build_object('status', v_run.status, 'batches', v_batch.batches, 'largest', v_batch.largest,
            'unfinished', v_batch.unfinished)),
    ('rerun_delta', v_there = 0, jsonb_build_object('rerun_delta', v_there, 'late', 0,
        'quarantined', v_account.quarantined)),
    ('identity_holds', true, v_none),
    ('no_self_certify', v_free <> '[]', jsonb_build_object(
        'participants', (SELECT coalesce(jsonb_agg(DISTINCT p.person ORDER BY p.person), '[]')
            FROM {S}.birth_participants(p_run) AS p),
        'independent_reviewers', v_free)),
    -- Nothing went but what the batches account for: rows of the plan's moment, those born since, less those withdrawn.
    -- Rows that others deleted since the plan are missing here, and rows that others changed count twice; rows of
    -- tables that joined the registry would hide it.
    ('birth_neutral', CASE WHEN v_kept
            THEN v_joined = 0 AND v_now = v_run.registry_rows + v_born - v_account.registered END,
        jsonb_build_object(
        'withdrawn', v_account.registered, 'rows_planned', v_run.registry_rows, 'rows', v_now,
        'changed_or_deleted', v_run.registry_rows + v_born - v_account.registered - v_now, 'born_besides', v_born)
            || CASE WHEN v_joined > 0 THEN jsonb_build_object('joined', v_joined) ELSE '{{}}' END
            || CASE WHEN v_kept THEN '{{}}' ELSE jsonb_build_object('shards', 'not where the plan found them') END),
    ('born_alike', true, v_none),
    ('tga_unchanged', coalesce((v_alerts -> 0 ->> 'acknowledged')::boolean, true), jsonb_build_object(
        'planned', v_run.alert_rows, 'live', {S}.birth_bound_count('alerts'), 'changed', v_alerts)),
    ('gateway_unchanged', v_upgrades IS NOT NULL, jsonb_build_object(
        'planned', left(coalesce(v_run.gateway ->> 'norm_md5', ''), 8),
        'live', left(coalesce(v_gateway ->> 'norm_md5', ''), 8), 'full', v_run.gateway IS NOT DISTINCT FROM v_gateway)
            || CASE v_upgrades WHEN '{{}}' THEN '{{}}' ELSE jsonb_build_object('upgraded_by_events', v_upgrades) END),
    ('triggers_unchanged', v_triggers,
        jsonb_build_object('changed', CASE WHEN v_triggers THEN '[]'::jsonb ELSE '["birth_registry"]' END)),
    ('within_limits', v_account.vanished <= v_limit.most_vanished, jsonb_build_object(
        'vanished', v_account.vanished, 'most_vanished', v_limit.most_vanished, 'planned', v_account.planned)),
    ('history_whole', v_run.history IS NULL OR v_accepted IS NOT NULL
            OR {S}._birth_history_same(v_run.history, v_live), jsonb_build_object(
        'applied_on', v_run.history, 'live', v_live, 'accepted_by', v_accepted,
        'lost_batches', v_lost.batches, 'lost_registered', v_lost.registered)),
    ('accounting_closes', v_account.planned
            = v_account.registered + v_account.existing + v_account.vanished + v_account.quarantined,
        jsonb_build_object('planned', v_account.planned, 'registered', v_account.registered,
            'existing', v_account.existing, 'vanished', v_account.vanished, 'quarantined', v_account.quarantined,
            'late', 0));
END
$body$;
COMMENT ON FUNCTION {S}._birth_withdraw_acceptance(bigint) IS
    'The acceptance gates of a run that withdraws another one. Private.';
