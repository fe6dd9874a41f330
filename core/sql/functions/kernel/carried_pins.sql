-- An upgrade replaces functions of the console that runs have pinned, and its statements raise alerts. What differs
-- from a pin by that alone is no drift: each upgrade records what was before and after it, in its event and its row.

-- What this upgrade changed, by what was read before its first statement (the named query upgrade.pins); NULL where it
-- changed nothing, or where other sessions may have. A function of the company's counts as it was, down to its row
-- of the catalog; so do the rows of triggers.
CREATE OR REPLACE FUNCTION {S}._birth_pins_carried(p_before jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_gateway jsonb := {S}.birth_gateway_fingerprint();
    v_alerts oid := {S}.birth_bound_table('alerts');
    v_raised bigint := pg_stat_get_xact_tuples_inserted(v_alerts);
    v_signs text[];
    v_triggers jsonb;
BEGIN
    IF p_before IS NULL THEN
        RETURN NULL;
    END IF;
    IF v_gateway = p_before -> 'gateway' OR EXISTS (
        SELECT FROM {S}.birth_gateway_functions() AS f JOIN pg_proc AS p ON p.oid = f.function
        WHERE p.proowner <> 'birth_owner'::regrole
          AND NOT concat_ws(':', p.oid, p.xmin) = ANY (string_to_array(p_before #>> '{{gateway,versions}}', ' ')))
    THEN
        v_gateway := NULL;
    END IF;
    SELECT jsonb_object_agg(t.value ->> 'fingerprint', live.fingerprint) INTO v_triggers
    FROM jsonb_each(p_before -> 'triggers') AS t
    CROSS JOIN LATERAL (SELECT {S}.birth_trigger_fingerprint(t.key::oid)) AS live(fingerprint)
    WHERE t.value ->> 'fingerprint' <> live.fingerprint AND t.value ->> 'rows' = (
        SELECT string_agg(concat_ws(':', g.oid, g.xmin), ' ' ORDER BY g.oid)
        FROM pg_trigger AS g WHERE g.tgrelid = t.key::oid AND NOT g.tgisinternal);
    IF v_raised > 0 AND p_before -> 'alerts' <> 'null' THEN
        v_signs := ARRAY(SELECT a.alert FROM {S}._birth_alerts() AS a WHERE NOT p_before -> 'alerts' ? a.alert);
        IF cardinality(v_signs) <> v_raised THEN
            v_signs := NULL;
        END IF;
    END IF;
    RETURN nullif(jsonb_strip_nulls(jsonb_build_object(
        'gateway', CASE WHEN v_gateway IS NOT NULL THEN
            jsonb_build_object('before', p_before -> 'gateway', 'after', v_gateway) END,
        'triggers', v_triggers, 'raised', nullif(v_raised, 0), 'alerts', to_jsonb(v_signs))), '{{}}');
END
$body$;
COMMENT ON FUNCTION {S}._birth_pins_carried(jsonb) IS
    'What an upgrade changed of what runs pin; NULL: nothing. Private.';

-- The events of the upgrades that lead from a gateway as it was pinned to the one that is live, one after the other;
-- empty where it is the same, NULL where anything else changed it.
CREATE OR REPLACE FUNCTION {S}._birth_gateway_carried(p_pinned jsonb, p_live jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_now jsonb := p_pinned;
    v_events bigint[] := ARRAY[]::bigint[];
    v_each record;
BEGIN
    FOR v_each IN
        SELECT v.event_seq, v.pins -> 'gateway' AS gateway FROM {S}.birth_schema_version AS v
        WHERE v.pins ? 'gateway' ORDER BY v.installation
    LOOP
        IF v_each.gateway -> 'before' = v_now THEN
            v_now := v_each.gateway -> 'after';
            v_events := v_events || v_each.event_seq;
        END IF;
    END LOOP;
    -- It may have been the live one all the time, also where an upgrade left it and another one came back to it.
    RETURN CASE WHEN p_pinned IS NOT DISTINCT FROM p_live THEN ARRAY[]::bigint[]
        WHEN v_now IS NOT DISTINCT FROM p_live THEN v_events END;
END
$body$;
COMMENT ON FUNCTION {S}._birth_gateway_carried(jsonb, jsonb) IS
    'The events of the upgrades that lead from a pinned gateway to this one; empty: it is the same; NULL: other '
    'changes. Private.';

-- The fingerprint of a table's triggers; the pinned one where they differ by what upgrades changed alone: the functions
-- that they call, or what a fingerprint holds.
CREATE OR REPLACE FUNCTION {S}.birth_triggers_live(p_pinned text, p_relid oid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_live text := {S}.birth_trigger_fingerprint(p_relid);
    v_now text := p_pinned;
    v_triggers jsonb;
BEGIN
    FOR v_triggers IN
        SELECT v.pins -> 'triggers' FROM {S}.birth_schema_version AS v
        WHERE v.pins ? 'triggers' ORDER BY v.installation
    LOOP
        v_now := coalesce(v_triggers ->> v_now, v_now);
    END LOOP;
    RETURN CASE WHEN v_live IN (p_pinned, v_now) THEN p_pinned ELSE v_live END;
END
$body$;
COMMENT ON FUNCTION {S}.birth_triggers_live(text, oid) IS
    'The fingerprint of a table''s triggers; the pinned one if upgrades alone changed it. For birth_reader.';

-- Whether the triggers of a table are as pinned, but for that.
CREATE OR REPLACE FUNCTION {S}._birth_triggers_carried(p_pinned text, p_relid oid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN {S}.birth_triggers_live(p_pinned, p_relid) IS NOT DISTINCT FROM p_pinned;
END
$body$;
COMMENT ON FUNCTION {S}._birth_triggers_carried(text, oid) IS
    'True if a table''s triggers are as pinned, or as upgrades left them. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_triggers_live(text, oid) TO birth_reader;

-- How many alerts upgrades raised by their own statements, and the signs of those that are known one by one.
CREATE OR REPLACE FUNCTION {S}._birth_alerts_carried() RETURNS TABLE (raised bigint, alerts text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(sum((v.pins ->> 'raised')::bigint), 0)::bigint,
        ARRAY(SELECT a.alert FROM {S}.birth_schema_version AS w
            CROSS JOIN LATERAL jsonb_array_elements_text(w.pins -> 'alerts') AS a(alert))
    FROM {S}.birth_schema_version AS v
$body$;
COMMENT ON FUNCTION {S}._birth_alerts_carried() IS
    'The alerts that upgrades raised by their own statements. Private.';
