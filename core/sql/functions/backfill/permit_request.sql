-- Ask for a permit that covers the rows of one run that have no outcome yet. It admits nothing by itself.
CREATE OR REPLACE FUNCTION {S}.birth_permit_request(
    p_run bigint, p_lifetime interval, p_reason text, p_between text, p_ticket text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'request permits');
    v_digest text := {S}._birth_permit_run(p_run);
    v_rows bigint;
    v_request bigint;
BEGIN
    IF p_run IS NULL OR {S}._birth_is_lifetime(p_lifetime) IS NOT TRUE OR {S}._birth_is_blank(p_reason) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_permit',
            'a request needs a run, a lifetime of at most a year, and a reason',
            jsonb_build_object('run', p_run, 'lifetime', p_lifetime, 'reason', p_reason),
            'Give all three.');
    END IF;
    PERFORM {S}._birth_insist_on_text(coalesce(p_ticket, 'none'), 'bad_permit', 'a ticket says something',
        jsonb_build_object('ticket', p_ticket), 'Omit the ticket, or name it.');
    PERFORM {S}._birth_permit_hours(p_between);
    SELECT sum(a.planned - a.registered - a.existing - a.vanished - a.quarantined) INTO v_rows
    FROM {S}.birth_accounting(p_run) AS a;
    IF coalesce(v_rows, 0) = 0 THEN
        PERFORM {S}.birth_refuse('BR002', 'nothing_to_permit', format('run %s has no rows to register', p_run),
            jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    END IF;
    -- Requests of one run come one after the other: two at once would both find none.
    PERFORM FROM {S}.birth_backfill_control WHERE run_id = p_run FOR UPDATE;
    IF EXISTS (SELECT FROM {S}.birth_permit_request AS r
        WHERE r.run_id = p_run AND {S}.birth_permit_request_state(r) = 'open') THEN
        PERFORM {S}.birth_refuse('BR002', 'already_requested',
            format('a permit for run %s is requested already', p_run), jsonb_build_object('run', p_run),
            'Ask a gatekeeper to grant or refuse it: `birth-console permit list`.');
    END IF;
    INSERT INTO {S}.birth_permit_request
        (run_id, run_digest, budget_rows, lifetime, hours, ticket, reason, requested_person)
    VALUES (p_run, v_digest, v_rows, p_lifetime, p_between, p_ticket, p_reason, v_person)
    RETURNING request_id INTO v_request;
    PERFORM {S}.birth_ledger_append('permit_requested', jsonb_strip_nulls(jsonb_build_object(
        'request', v_request, 'run', p_run, 'digest', v_digest, 'budget', v_rows, 'lifetime', p_lifetime,
        'between', p_between, 'ticket', p_ticket, 'reason', p_reason, 'person', v_person))
        || jsonb_build_object('rows', {S}._birth_images('birth_permit_request', 't.request_id = $1', v_request)));
    RETURN v_request;
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_request(bigint, interval, text, text, text) IS
    'Asks for a permit for the rows of a run that have no outcome yet. Returns the number of the request. For '
    'birth_operator. Raises BR002 bad_permit, bad_hours, unknown_run, nothing_to_permit, already_requested; BR004 '
    'run_over, and what _birth_actor raises.';

-- Open the permit that was asked for: these rows of this run, this long, at these hours, and nothing else.
CREATE OR REPLACE FUNCTION {S}.birth_permit_grant(p_request bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_request {S}.birth_permit_request;
    v_state text;
BEGIN
    PERFORM {S}._birth_actor('birth_gatekeeper', 'grant permits');
    SELECT * INTO v_request FROM {S}.birth_permit_request AS r WHERE r.request_id = p_request;
    PERFORM FROM {S}.birth_backfill_control AS c WHERE c.run_id = v_request.run_id FOR UPDATE;
    v_state := {S}.birth_permit_request_state(v_request);
    IF v_request.request_id IS NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_request', format('unknown request %s', p_request),
            jsonb_build_object('request', p_request), 'See `birth-console permit list`.');
    ELSIF v_state <> 'open' THEN
        PERFORM {S}.birth_refuse('BR004', 'request_over', format('request %s is %s', p_request, v_state),
            jsonb_build_object('request', p_request, 'run', v_request.run_id, 'state', v_state),
            'See `birth-console permit list`.');
    END IF;
    RETURN {S}.birth_permit_open(v_request.budget_rows, v_request.lifetime, v_request.reason, NULL::text[],
        NULL::text,
        v_request.run_id, v_request.hours, v_request.ticket, (
            SELECT CASE WHEN r.withdraws IS NULL THEN 'backfill' ELSE 'withdraw' END
            FROM {S}.birth_backfill_run AS r WHERE r.run_id = v_request.run_id));
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_grant(bigint) IS
    'Opens the permit of a request, exactly as it was asked for. Returns its number. For birth_gatekeeper. Raises '
    'BR002 unknown_request; BR004 request_over, and what birth_permit_open raises.';

-- What became of a request: granted by a permit that is bound to its run, over with its run or its plan, or open.
CREATE OR REPLACE FUNCTION {S}.birth_permit_request_state(p_request {S}.birth_permit_request) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM {S}.birth_admission_permit AS p
            WHERE p.run_id = p_request.run_id AND p.opened_at >= p_request.requested_at) THEN 'granted'
        WHEN NOT EXISTS (
            SELECT FROM {S}.birth_backfill_run AS r
            WHERE r.run_id = p_request.run_id AND r.digest = p_request.run_digest
              AND r.status IN ('planned', 'reconciled', 'applying')) THEN 'over'
        ELSE 'open' END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_request_state({S}.birth_permit_request) IS
    'The state of a request: open, granted or over. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_permit_request_state({S}.birth_permit_request) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_permit_request(bigint, interval, text, text, text) TO birth_operator;
GRANT EXECUTE ON FUNCTION {S}.birth_permit_grant(bigint) TO birth_gatekeeper;
