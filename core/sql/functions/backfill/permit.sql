-- Open a permit: rows, time and collections (NULL: all) that a backfill may take, on the gateway as it is now.
CREATE OR REPLACE FUNCTION {S}.birth_permit_open(
    p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_gatekeeper', 'open permits');
    v_live jsonb := {S}.birth_gateway_fingerprint();
    v_gateway text := v_live ->> 'norm_md5';
    v_unknown text[];
    v_permit bigint;
BEGIN
    IF p_budget IS NULL OR p_budget < 1
       OR p_lifetime IS NULL OR p_lifetime <= interval '0' OR p_lifetime > interval '366 days'
       OR {S}._birth_is_blank(p_reason) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_permit',
            'a permit needs a budget of rows, a lifetime of at most a year, and a reason',
            jsonb_build_object('budget', p_budget, 'lifetime', p_lifetime, 'reason', p_reason),
            'Give all three.');
    END IF;
    IF p_expect_gateway !~* '^[0-9a-f]{{8,32}}$' THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_fingerprint', 'a fingerprint of the gateway has 8 to 32 hex digits',
            jsonb_build_object('expected', p_expect_gateway), 'Copy it from the last review of the gateway.');
    END IF;
    SELECT array_agg(wanted) INTO v_unknown FROM unnest(p_collections) AS wanted
    WHERE wanted NOT IN (SELECT c.collection_name FROM {S}.birth_collections() AS c);
    IF v_unknown IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_collection',
            'the permit names collections that do not exist: ' || array_to_string(v_unknown, ', '),
            jsonb_build_object('unknown', v_unknown),
            'Check the names with `birth-console matrix`.');
    END IF;
    -- IS NOT TRUE: where there is no gateway at all, it is not the expected one either.
    IF p_expect_gateway IS NOT NULL AND starts_with(v_gateway, lower(p_expect_gateway)) IS NOT TRUE THEN
        PERFORM {S}.birth_refuse('BR004', 'gateway_changed',
            'the gateway does not have the expected fingerprint',
            jsonb_build_object('expected', p_expect_gateway, 'live', left(v_gateway, 8)),
            'Ask the gateway''s owner about the change before you open a permit.');
    END IF;
    INSERT INTO {S}.birth_admission_permit (collections, reason, expect_gateway, expect_full, opened_person, expires_at)
    VALUES (p_collections, p_reason, v_gateway, v_live ->> 'full_sha256', v_person, clock_timestamp() + p_lifetime)
    RETURNING permit_id INTO v_permit;
    INSERT INTO {S}.birth_admission_budget (permit_id, budget_rows) VALUES (v_permit, p_budget);
    PERFORM {S}.birth_ledger_append('permit_opened', jsonb_build_object(
        'permit', v_permit, 'budget', p_budget, 'lifetime', p_lifetime, 'collections', p_collections,
        'gateway', v_gateway, 'gateway_full', v_live ->> 'full_sha256', 'person', v_person, 'reason', p_reason,
        'rows', {S}._birth_images('birth_admission_permit', 't.permit_id = $1', v_permit)
            || {S}._birth_images('birth_admission_budget', 't.permit_id = $1', v_permit)));
    RETURN v_permit;
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_open(bigint, interval, text, text[], text) IS
    'Opens a permit: a budget of rows, a lifetime, a scope (NULL: every collection), the gateway as it is now. '
    'Returns its number. For birth_gatekeeper. Raises BR002 bad_permit, bad_fingerprint, unknown_collection; BR004 '
    'gateway_changed, and what _birth_actor raises.';

-- Whoever closes one gets to wait for any batch in flight, which the server ends after a minute.
CREATE OR REPLACE FUNCTION {S}.birth_permit_close(p_permit bigint, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET lock_timeout = '90s' AS $body$
DECLARE
    v_closed timestamptz;
BEGIN
    PERFORM {S}._birth_actor('birth_gatekeeper', 'close permits');
    -- Batches share the table while they run; here one waits for those in flight, and the next ones queue behind. On
    -- the row alone they would go on sharing it among themselves, past whoever waits.
    LOCK TABLE {S}.birth_admission_permit IN EXCLUSIVE MODE;
    SELECT closed_at INTO v_closed FROM {S}.birth_admission_permit WHERE permit_id = p_permit FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_permit', format('unknown permit %s', p_permit),
            jsonb_build_object('permit', p_permit), 'See `birth-console permit list`.');
    ELSIF v_closed IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'permit_closed', format('permit %s is already closed', p_permit),
            jsonb_build_object('permit', p_permit, 'closed_at', v_closed), 'See `birth-console permit list`.');
    ELSIF {S}._birth_is_blank(p_reason) THEN
        PERFORM {S}.birth_refuse('BR002', 'reason_missing',
            'closing a permit needs a reason',
            jsonb_build_object('permit', p_permit),
            'Give --reason.');
    END IF;
    UPDATE {S}.birth_admission_permit
    SET closed_by = session_user, closed_at = clock_timestamp(), close_reason = p_reason
    WHERE permit_id = p_permit;
    PERFORM {S}.birth_ledger_append('permit_closed', jsonb_build_object('permit', p_permit, 'reason', p_reason,
        'rows', {S}._birth_images('birth_admission_permit', 't.permit_id = $1', p_permit)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_close(bigint, text) IS
    'Closes a permit; waits up to 90 s for batches that use it. For birth_gatekeeper. Raises BR002 unknown_permit, '
    'permit_closed, reason_missing, and what _birth_actor raises.';

-- The open permit that covers a collection and has most budget left, or NULL.
CREATE OR REPLACE FUNCTION {S}.birth_permit_for(p_collection text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p.permit_id FROM {S}.birth_admission_permit AS p JOIN {S}.birth_admission_budget AS b USING (permit_id)
    WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp() AND b.used_rows < b.budget_rows
      AND (p.collections IS NULL OR p_collection = ANY (p.collections))
    ORDER BY b.budget_rows - b.used_rows DESC, p.permit_id LIMIT 1
$body$;
COMMENT ON FUNCTION {S}.birth_permit_for(text) IS
    'The open permit with the largest rest of budget that covers a collection; NULL if there is none. For '
    'birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_permit_for(text) TO birth_reader;

GRANT EXECUTE ON FUNCTION {S}.birth_permit_open(bigint, interval, text, text[], text),
    {S}.birth_permit_close(bigint, text) TO birth_gatekeeper;
