-- Alerts of the trigger guard: DDL that touched a trigger, of any table. A run pins those that concern it: about
-- governed tables, what is bound, the gateway, and this schema. What others do with triggers of their own tables is
-- their business.

-- All alerts: a sign made of the whole row, what the alert is about (NULL where its table tells no object), and the row
-- for people. Read as in _birth_reading, and by output functions: the owner of a type may have made it a cast.
CREATE OR REPLACE FUNCTION {S}._birth_alerts() RETURNS TABLE (alert text, about text, said text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT left(encode(sha256(convert_to(r.said, 'UTF8')), 'hex'), 12), r.about, r.said
    FROM {S}.birth_binding AS b
    CROSS JOIN LATERAL (
        SELECT bool_or(a.attname = 'object_identity') AS has_identity,
            bool_or(a.attname ~* 'object|table|rel|target|identity|detail|payload|message|ddl|query|statement'
                AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype,
                    'regclass'::regtype, 'json'::regtype, 'jsonb'::regtype)) AS tells
        FROM pg_attribute AS a
        WHERE a.attrelid = {S}.birth_bound_table('alerts') AND a.attnum > 0 AND NOT a.attisdropped) AS layout
    CROSS JOIN LATERAL {S}._birth_reading(format(
        'SELECT pg_catalog.format(''%%s'', t), %s FROM %I.%I AS t',
        CASE WHEN layout.has_identity THEN 'pg_catalog.format(''%s'', t.object_identity)'
            WHEN layout.tells THEN 'pg_catalog.format(''%s'', t)' ELSE 'NULL::text' END,
        b.schema_name, b.table_name)) AS r(said text, about text)
    WHERE b.part = 'alerts'
$body$;
COMMENT ON FUNCTION {S}._birth_alerts() IS
    'All alerts of the trigger guard: sign, object, and the row as text. Private.';

-- The alerts that concern what is governed. An alert that tells no object concerns every run. The name of a trigger
-- does not count, only the table behind `on`: others may name a trigger of theirs as they like.
CREATE OR REPLACE FUNCTION {S}._birth_alerts_ours() RETURNS TABLE (alert text, said text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH object AS MATERIALIZED (
        SELECT c.relid AS oid FROM {S}.birth_collections() AS c WHERE c.relid IS NOT NULL
        UNION
        SELECT {S}.birth_bound_table(b.part) FROM {S}.birth_binding AS b
    ), named AS MATERIALIZED (
        SELECT n.nspname::text AS home, c.relname::text AS name
        FROM object AS o JOIN pg_class AS c ON c.oid = o.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        UNION
        SELECT n.nspname::text, p.proname::text
        FROM {S}.birth_gateway_functions() AS f JOIN pg_proc AS p ON p.oid = f.function
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
    ), known AS MATERIALIZED (
        SELECT name AS word FROM named UNION SELECT home || '.' || name FROM named
    ), found AS MATERIALIZED (
        SELECT a.alert, a.said, a.about, replace(regexp_replace(regexp_replace(a.about,
            '"+([^"]|""|"""")+"+ on (?=["[:alnum:]_])', '', 'g'),
            '[^ ",()]+ on (?=["[:alnum:]_])', '', 'g'), '"', '') AS plain
        FROM {S}._birth_alerts() AS a
    )
    SELECT f.alert, f.said FROM found AS f
    WHERE f.about IS NULL
        OR EXISTS (SELECT FROM regexp_matches(f.plain, '[[:alnum:]_$]+(?:\.[[:alnum:]_$]+)*', 'g') AS m(words)
            WHERE m.words[1] IN (SELECT k.word FROM known AS k) OR starts_with(m.words[1], {s} || '.'))
        OR EXISTS (SELECT FROM known AS k WHERE k.word !~ '^[[:alnum:]_$]+(\.[[:alnum:]_$]+)?$'
            AND position(k.word IN f.plain) > 0)
$body$;
COMMENT ON FUNCTION {S}._birth_alerts_ours() IS
    'The alerts about governed tables, the bound tables, the gateway and this schema. Private.';

-- What a run pins: the signs of the alerts that concern it.
CREATE OR REPLACE FUNCTION {S}._birth_alert_pins() RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT ARRAY(SELECT DISTINCT a.alert FROM {S}._birth_alerts_ours() AS a ORDER BY 1)
$body$;
COMMENT ON FUNCTION {S}._birth_alert_pins() IS 'The signs of the alerts that concern a run planned now. Private.';

-- The alerts that concern a run and were raised or deleted since its plan, acknowledged or not. What an upgrade of the
-- console raised by its own statements is in no need of that.
CREATE OR REPLACE FUNCTION {S}.birth_alerts_changed(p_run bigint)
RETURNS TABLE (alert text, change text, said text, acknowledged boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off
{TEXT_SETTINGS} AS $body$
#variable_conflict use_column
DECLARE
    v_run {S}.birth_backfill_run;
    v_carried record;
BEGIN
    SELECT * INTO v_run FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run;
    SELECT * INTO v_carried FROM {S}._birth_alerts_carried();
    IF v_run.alerts IS NULL THEN
        RETURN QUERY SELECT 'count'::text, 'changed'::text,
                format('%s alerts, planned with %s', n.live, v_run.alert_rows)
                    || CASE WHEN v_carried.raised > 0 THEN format(', %s raised by upgrades', v_carried.raised) ELSE ''
                        END,
                n.live = v_run.alert_rows + v_carried.raised OR EXISTS (
                    SELECT FROM {S}.birth_alert_acknowledgement AS k WHERE k.run_id = p_run AND k.alert = 'count')
            FROM (SELECT {S}.birth_bound_count('alerts')) AS n(live)
            WHERE n.live IS DISTINCT FROM v_run.alert_rows;
        RETURN;
    END IF;
    RETURN QUERY
    WITH live AS MATERIALIZED (
        SELECT DISTINCT ON (o.alert) o.alert, o.said FROM {S}._birth_alerts_ours() AS o ORDER BY 1
    ), changed AS (
        SELECT l.alert, 'raised' AS change, left(l.said, 1000) AS said FROM live AS l
        WHERE NOT EXISTS (SELECT FROM unnest(v_run.alerts) AS p(alert) WHERE p.alert = l.alert)
        UNION ALL
        SELECT p.alert, 'deleted', NULL FROM unnest(v_run.alerts) AS p(alert)
        -- One that no longer concerns the run is still there.
        WHERE NOT EXISTS (SELECT FROM {S}._birth_alerts() AS a WHERE a.alert = p.alert)
    )
    SELECT c.alert, c.change, c.said, k.alert IS NOT NULL OR c.alert = ANY (v_carried.alerts) AND c.change = 'raised'
    FROM changed AS c LEFT JOIN {S}.birth_alert_acknowledgement AS k ON k.run_id = p_run AND k.alert = c.alert
    ORDER BY 1;
END
$body$;
COMMENT ON FUNCTION {S}.birth_alerts_changed(bigint) IS
    'The alerts that concern a run and were raised or deleted since its plan, and whether a reviewer acknowledged '
    'them. For birth_reader.';

-- The same as evidence: at most twenty, those that no reviewer acknowledged first.
CREATE OR REPLACE FUNCTION {S}.birth_alert_evidence(p_run bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(jsonb_agg(jsonb_build_object('alert', c.alert, 'change', c.change, 'said', c.said,
        'acknowledged', c.acknowledged) ORDER BY c.acknowledged, c.alert), '[]')
    FROM (SELECT a.* FROM {S}.birth_alerts_changed(p_run) AS a ORDER BY a.acknowledged, a.alert LIMIT 20) AS c
$body$;
COMMENT ON FUNCTION {S}.birth_alert_evidence(bigint) IS
    'The alerts that were raised or deleted since a run''s plan, as evidence. For birth_reader.';

-- A reviewer who took no part in a run looked into an alert: it is no longer in the way of a certificate.
CREATE OR REPLACE FUNCTION {S}.birth_alert_acknowledge(p_run bigint, p_alert text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_reviewer', 'acknowledge an alert');
    v_parts text[] := {S}.birth_own_parts(p_run);
    v_alert record;
BEGIN
    IF cardinality(v_parts) > 0 THEN
        PERFORM {S}.birth_refuse('BR006', 'self_certification',
            format('%s took part in run %s and cannot acknowledge its alerts', v_person, p_run),
            jsonb_build_object('run', p_run, 'person', v_person, 'parts', v_parts),
            'Ask a reviewer who took no part in the run.');
    END IF;
    PERFORM {S}._birth_insist_on_text(p_reason, 'reason_missing', 'to acknowledge an alert needs a reason',
        jsonb_build_object('run', p_run, 'alert', p_alert), 'State what you found out about it.');
    SELECT * INTO v_alert FROM {S}.birth_alerts_changed(p_run) AS c WHERE c.alert = p_alert;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_alert',
            format('no alert %s since the plan of run %s', p_alert, p_run),
            jsonb_build_object('run', p_run, 'alert', p_alert), 'See `birth-console verify`: it names each alert.');
    ELSIF v_alert.acknowledged THEN
        RETURN;
    END IF;
    INSERT INTO {S}.birth_alert_acknowledgement (run_id, alert, said, reason, acknowledged_person)
    VALUES (p_run, p_alert, v_alert.said, p_reason, v_person);
    PERFORM {S}.birth_ledger_append('alert_acknowledged', jsonb_build_object('run', p_run, 'alert', p_alert,
        'change', v_alert.change, 'said', v_alert.said, 'reason', p_reason, 'person', v_person,
        'rows', {S}._birth_images('birth_alert_acknowledgement', 't.run_id = $1', p_run)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_alert_acknowledge(bigint, text, text) IS
    'Acknowledges an alert that was raised or deleted since a run''s plan. Refuses a person who took part in the run. '
    'For birth_reviewer. Raises BR002 reason_missing, unknown_alert; BR006 self_certification, and what _birth_actor '
    'raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_alerts_changed(bigint), {S}.birth_alert_evidence(bigint) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_alert_acknowledge(bigint, text, text) TO birth_reviewer;
