-- What every source of a run holds now: rows of the plan that a rerun would register, rows that came since, rows
-- without a code, rows that share one and codes that are the same but for what is not seen, with examples. NULL where
-- the planned table or a column of its identity is gone. STABLE, so that all of its statements see the one snapshot
-- of the query that calls it.
CREATE OR REPLACE FUNCTION {S}._birth_run_reread(p_run bigint)
RETURNS TABLE (
    collection_name text, planned bigint, late bigint,
    without_code bigint, duplicates bigint, twins bigint, examples jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB' SET enable_hashagg = 'off' SET enable_nestloop = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_entry {S}.birth_backfill_ledger;
    v_alone bigint[] := ARRAY(
        SELECT l.ledger_id FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = p_run AND {S}._birth_entry_readable(l));
    v_together bigint[];
    v_found jsonb := '{{}}'::jsonb;
    v_suspects bigint;
    v_shared jsonb;
    v_twins jsonb;
BEGIN
    FOR v_together IN SELECT * FROM {S}._birth_together(v_alone) LOOP
        SELECT v_found || coalesce(jsonb_object_agg(row.entry, to_jsonb(row)), '{{}}') INTO v_found
        FROM {S}._birth_reading({S}._birth_reread_together(v_together)) AS row(
            entry bigint, planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint);
    END LOOP;
    FOR v_entry IN SELECT * FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run ORDER BY l.ledger_id LOOP
        collection_name := v_entry.collection_name;
        SELECT NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::jsonb
        INTO planned, late, without_code, duplicates, twins, examples;
        IF v_entry.ledger_id <> ALL (v_alone) THEN
            v_entry := {S}._birth_entry_renamed(v_entry);
        END IF;
        IF {S}._birth_entry_readable(v_entry) THEN
            IF v_found ? v_entry.ledger_id::text THEN
                SELECT row.*, NULL::jsonb, 0::bigint, NULL::jsonb
                INTO planned, late, without_code, duplicates, v_suspects, v_shared, twins, v_twins
                FROM jsonb_to_record(v_found -> v_entry.ledger_id::text) AS row(
                    planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint);
            ELSE
                SELECT row.* INTO planned, late, without_code, duplicates, v_suspects, v_shared, twins, v_twins
                FROM {S}._birth_reading({S}._birth_reread_statement(v_entry),
                    {S}._birth_entry_bounds(v_entry)) AS row(
                    planned bigint, late bigint, without_code bigint, duplicates bigint, suspects bigint, shared jsonb,
                    twins bigint, same jsonb);
            END IF;
            IF v_suspects > 0 THEN
                SELECT row.* INTO twins, v_twins FROM {S}._birth_reading({S}._birth_twins_statement(
                    v_entry.relid, {S}._birth_identity_expression(
                        v_entry.relid, v_entry.collection_name, v_entry.strategy, v_entry.columns, 'source')))
                    AS row(twins bigint, examples jsonb);
            END IF;
            IF without_code + duplicates + twins > 0 THEN
                examples := {S}._birth_offenders(v_entry, without_code, duplicates, v_shared)
                    || jsonb_strip_nulls(jsonb_build_object('twins', v_twins));
            END IF;
        END IF;
        RAISE NOTICE 'reread %', collection_name;
        RETURN NEXT;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}._birth_run_reread(bigint) IS
    'What every source of a run holds now: rows that a new run would register, new rows, rows without a code, '
    'shared codes. Private.';

-- The statement that reads one entry again, in two shapes: rows of the plan that a rerun would register, new ones, rows
-- without a code, duplicates, those that may have a twin, shared codes, twins, examples of these.
CREATE OR REPLACE FUNCTION {S}._birth_reread_statement(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH missing AS MATERIALIZED (%1$s), %2$s
        SELECT count(*) FILTER (WHERE item.seq IS NOT NULL AND aside.seq IS NULL),
            count(*) FILTER (WHERE item.seq IS NULL),
            (SELECT without_code FROM judged), (SELECT duplicates FROM judged), (SELECT suspects FROM judged),
            (SELECT shared FROM judged), (SELECT twins FROM judged), (SELECT same FROM judged)
        FROM missing
        LEFT JOIN {S}.birth_backfill_item AS item ON item.ledger_id = %3$s AND item.entity_code = missing.code
        LEFT JOIN {S}.birth_backfill_quarantine AS aside ON aside.ledger_id = item.ledger_id
            AND aside.seq = item.seq
        $query$, {S}._birth_missing_query(p_entry, NULL),
        CASE WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
                OR cardinality({S}.birth_own_equality(p_entry.relid, p_entry.columns)) > 0
            THEN {S}._birth_judged_by_code(p_entry, code.expression)
            ELSE {S}._birth_judged_by_form(p_entry.relid, code.expression) END, p_entry.ledger_id)
    FROM {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS code(expression)
$body$;
COMMENT ON FUNCTION {S}._birth_reread_statement({S}.birth_backfill_ledger) IS
    'The statement that reads the source of one entry again. Private.';

-- What it judges where codes cannot repeat, and are counted as a plan counts them, or where their columns have an
-- equality of their own; twins are looked for afterwards, if any code may have one.
CREATE OR REPLACE FUNCTION {S}._birth_judged_by_code(
    p_entry {S}.birth_backfill_ledger, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$repeated AS MATERIALIZED (%1$s), judged AS MATERIALIZED (
            SELECT counted.without_code, (SELECT coalesce(sum(rows - 1), 0)::bigint FROM repeated) AS duplicates,
                counted.suspects, (%2$s) AS shared, 0::bigint AS twins, NULL::jsonb AS same
            FROM (%3$s) AS counted
        )$query$, {S}._birth_repeated_query(p_entry), {S}._birth_shared_query('repeated'), CASE
            WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
                THEN {S}._birth_counted_query(p_entry)
            ELSE format('SELECT count(*) - count(row.code) AS without_code,
                    count(*) FILTER (WHERE row.code ~ ''[^!-~]'') AS suspects
                FROM (SELECT %s AS code FROM %s AS source) AS row',
                p_expression, {S}._birth_source(p_entry.relid)) END)
$body$;
COMMENT ON FUNCTION {S}._birth_judged_by_code({S}.birth_backfill_ledger, text) IS
    'Parts of the statement that reads an entry again: of codes that cannot repeat, or whose type compares them by '
    'its own rules. Private.';

-- What it judges elsewhere. One sort by folded forms finds rows without a code, shared codes and twins, and three of
-- each: a proof that fails takes little longer than one that holds. Of a form, rows whose code is the form itself have
-- one code; how many the odd ones have is told by their first and last, but where three or more rows have different
-- ones (`many`): the source is read once more for these alone.
CREATE OR REPLACE FUNCTION {S}._birth_judged_by_form(p_relid oid, p_expression text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$repeated AS MATERIALIZED (
            SELECT row.form, count(*) AS rows, count(*) FILTER (WHERE row.odd) AS odd,
                min(row.code) FILTER (WHERE row.odd) AS first, max(row.code) FILTER (WHERE row.odd) AS last
            FROM (%1$s) AS row
            GROUP BY row.form HAVING count(*) > 1 OR row.form IS NULL
        ), many AS MATERIALIZED (
            SELECT row.form, row.code, count(*) AS rows
            FROM (%1$s) AS row
            WHERE (SELECT coalesce(bool_or(odd > 2 AND first <> last), false) FROM repeated)
              AND row.odd AND row.form IN (SELECT form FROM repeated WHERE odd > 2 AND first <> last)
            GROUP BY row.form, row.code
        ), shared AS (
            SELECT form AS code, rows - odd AS rows FROM repeated WHERE rows - odd > 1 AND form IS NOT NULL
            UNION ALL SELECT first, odd FROM repeated WHERE odd > 1 AND first = last
            UNION ALL SELECT code, rows FROM many WHERE rows > 1
        ), met AS (
            SELECT form, first, last, CASE WHEN rows > odd THEN form END AS plain
            FROM repeated
            WHERE odd > 0 AND (rows > odd OR first <> last)
            ORDER BY least(first, CASE WHEN rows > odd THEN form END) LIMIT 3
        ), summed AS MATERIALIZED (
            SELECT coalesce(sum(rows) FILTER (WHERE form IS NULL), 0)::bigint AS without_code,
                coalesce(sum(rows - 1) FILTER (WHERE form IS NOT NULL), 0)::bigint AS surplus,
                (SELECT count(*) FROM many) + coalesce(sum(CASE
                    WHEN odd = 0 THEN 0
                    WHEN first = last THEN (rows > odd)::integer
                    WHEN odd = 2 THEN 1 + (rows > odd)::integer
                    ELSE (rows > odd)::integer - 1 END), 0)::bigint AS twins
            FROM repeated
        ), judged AS MATERIALIZED (
            SELECT without_code, surplus - twins AS duplicates, 0::bigint AS suspects, (%2$s) AS shared, twins, (
                SELECT jsonb_agg((
                        SELECT array_agg(DISTINCT each.code)
                        FROM (SELECT unnest(ARRAY[met.plain, met.first, met.last])
                            UNION SELECT many.code FROM many WHERE many.form = met.form) AS each(code)
                        WHERE each.code IS NOT NULL) ORDER BY least(met.first, met.plain))
                FROM met) AS same
            FROM summed
        )$query$, {S}._birth_forms_query(p_relid, p_expression), {S}._birth_shared_query('shared'))
$body$;
COMMENT ON FUNCTION {S}._birth_judged_by_form(oid, text) IS
    'Parts of the statement that reads an entry again: one sort finds rows without a code, shared codes and twins. '
    'Private.';

-- The query of an entry's codes that rows share, and by how many. None are looked for where they cannot repeat.
CREATE OR REPLACE FUNCTION {S}._birth_repeated_query(p_entry {S}.birth_backfill_ledger) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format(CASE
            WHEN {S}._birth_identity_is_declared(p_entry.relid, p_entry.columns)
                THEN 'SELECT NULL::text AS code, 0::bigint AS rows WHERE false'
            WHEN cardinality({S}.birth_own_equality(p_entry.relid, p_entry.columns)) = 0
                THEN 'SELECT row.same AS code, count(*) AS rows FROM (SELECT %2$s AS same FROM %3$s AS source) AS row
                    WHERE row.same IS NOT NULL GROUP BY row.same HAVING count(*) > 1'
            ELSE 'SELECT min(row.code COLLATE "C") AS code, count(*) AS rows
                FROM (SELECT %1$s AS code, %2$s AS same FROM %3$s AS source) AS row
                WHERE row.code IS NOT NULL GROUP BY row.same HAVING count(*) > 1' END,
        code.expression, {S}._birth_same_expression(p_entry.relid, code.expression, p_entry.columns),
        {S}._birth_source(p_entry.relid))
    FROM {S}._birth_identity_expression(
        p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS code(expression)
$body$;
COMMENT ON FUNCTION {S}._birth_repeated_query({S}.birth_backfill_ledger) IS
    'The query of an entry''s codes that rows share, and by how many. Private.';

-- The query of three of them, those of most rows first; `p_repeated` is where they stand, as a FROM takes it.
CREATE OR REPLACE FUNCTION {S}._birth_shared_query(p_repeated text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT jsonb_agg(jsonb_build_object(''code'', few.code, ''rows'', few.rows))'
        ' FROM (SELECT each.code, each.rows FROM %s AS each ORDER BY each.rows DESC, each.code LIMIT 3) AS few',
        p_repeated)
$body$;
COMMENT ON FUNCTION {S}._birth_shared_query(text) IS
    'The query of three codes that rows share, those of most rows first. Private.';

-- Examples of an entry's rows without a code, and of shared codes. `p_shared`: those that were found with the counts.
-- No more rows are looked for than there are: the last of a table would be waited for in vain.
CREATE OR REPLACE FUNCTION {S}._birth_offenders(
    p_entry {S}.birth_backfill_ledger, p_without_code bigint, p_duplicates bigint, p_shared jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_keys jsonb;
    v_shared jsonb := p_shared;
BEGIN
    IF p_without_code > 0 THEN
        SELECT row.keys
        INTO v_keys
        FROM {S}._birth_reading(format('SELECT jsonb_agg(few.key) FROM (
                SELECT jsonb_build_object(%s) AS key FROM %s AS source WHERE (%s) IS NULL LIMIT %s) AS few',
            (SELECT string_agg(format('%L, source.%I::text', l.name, l.name), ', ' ORDER BY l.position)
                FROM unnest(p_entry.locator) WITH ORDINALITY AS l(name, position)),
            {S}._birth_source(p_entry.relid),
            {S}._birth_identity_expression(
                p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source'),
            least(p_without_code, 3))) AS row(keys jsonb);
    END IF;
    IF p_duplicates > 0 AND v_shared IS NULL THEN
        SELECT row.shared
        INTO v_shared
        FROM {S}._birth_reading(
            {S}._birth_shared_query(format('(%s)', {S}._birth_repeated_query(p_entry)))) AS row(shared jsonb);
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object('without_code', v_keys, 'shared', v_shared));
END
$body$;
COMMENT ON FUNCTION {S}._birth_offenders({S}.birth_backfill_ledger, bigint, bigint, jsonb) IS
    'Examples of an entry''s rows without a code, and of shared codes. Private.';

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
    FROM {S}._birth_reading(format('SELECT count(*) FILTER (WHERE g.dot_origin = %1$L), count(*),
        count(*) FILTER (WHERE g.dot_origin = %1$L AND (g.certified OR g.certified_at IS NOT NULL
            OR g.inspect_pen IS NOT NULL OR g.inspect_stamp IS NOT NULL OR g.inspect_gate IS NOT NULL))
        FROM {S}.birth_registry_rows() AS g', v_origin)) AS g(written bigint, rows bigint, marked bigint);
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
    -- apart.
    ('birth_neutral', v_birth.ours = v_birth.planned AND v_birth.planned = v_written
            AND v_written = v_account.registered AND v_birth.fresh = v_grown AND v_marked = 0,
        jsonb_build_object('registered', v_account.registered, 'written', v_written,
            'not_planned', v_birth.ours - v_birth.planned, 'changed_or_deleted', v_birth.fresh - v_grown,
            'self_marked', v_marked, 'born_besides', v_birth.others,
            'tables_written', (SELECT coalesce(jsonb_object_agg(t.name, t.rows), '{{}}') FROM (
                SELECT w.name, sum(w.rows::bigint) AS rows
                FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
                CROSS JOIN LATERAL jsonb_each_text(b.writes) AS w(name, rows)
                WHERE l.run_id = p_run GROUP BY 1) AS t))),
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
