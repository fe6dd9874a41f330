-- Open a permit: rows, time and collections (NULL: all) that a backfill may take, on the gateway as it is now. It may
-- be bound to one plan, to hours of the day (`01:00-05:00`, or with a time zone's name behind), and to a ticket.
CREATE OR REPLACE FUNCTION {S}.birth_permit_open(
    p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text,
    p_run bigint DEFAULT NULL, p_between text DEFAULT NULL, p_ticket text DEFAULT NULL,
    p_kind text DEFAULT 'backfill') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_gatekeeper', 'open permits');
    v_live jsonb := {S}.birth_gateway_fingerprint();
    v_hours record;
    v_digest text;
    v_unknown text[];
    v_permit bigint;
BEGIN
    IF p_budget IS NULL OR p_budget < 1
       OR {S}._birth_is_lifetime(p_lifetime) IS NOT TRUE
       OR {S}._birth_is_blank(p_reason) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_permit',
            'a permit needs a budget of rows, a lifetime of at most a year, and a reason',
            jsonb_build_object('budget', p_budget, 'lifetime', p_lifetime, 'reason', p_reason),
            'Give all three.');
    END IF;
    PERFORM {S}._birth_insist_on_text(coalesce(p_ticket, 'none'), 'bad_permit', 'a ticket says something',
        jsonb_build_object('ticket', p_ticket), 'Omit the ticket, or name it.');
    IF p_kind IS NULL OR p_kind NOT IN ('backfill', 'withdraw') THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_permit', 'a permit is of kind backfill or withdraw',
            jsonb_build_object('kind', left(p_kind, 60)), 'Choose one of the two.');
    END IF;
    IF p_collections IS NOT NULL AND NOT {S}._birth_is_list(p_collections) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_permit', 'a permit names collections, or none at all',
            jsonb_build_object('collections', p_collections), 'Name at least one, or omit them for all.');
    END IF;
    PERFORM {S}._birth_permit_expects(p_expect_gateway, v_live);
    SELECT array_agg(wanted) INTO v_unknown FROM unnest(p_collections) AS wanted
    WHERE wanted NOT IN (SELECT c.collection_name FROM {S}.birth_collections() AS c);
    IF v_unknown IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_collection',
            'the permit names collections that do not exist: ' || array_to_string(v_unknown, ', '),
            jsonb_build_object('unknown', v_unknown),
            'Check the names with `birth-console matrix`.');
    END IF;
    SELECT * INTO v_hours FROM {S}._birth_permit_hours(p_between);
    v_digest := {S}._birth_permit_run(p_run);
    INSERT INTO {S}.birth_admission_permit (collections, reason, expect_gateway, expect_full, opened_person,
        expires_at,
        run_id, run_digest, hours_from, hours_to, hours_zone, ticket, kind)
    VALUES (p_collections, p_reason, v_live ->> 'norm_md5', v_live ->> 'full_sha256', v_person,
        clock_timestamp() + p_lifetime, p_run, v_digest, v_hours.since, v_hours.until, v_hours.zone, p_ticket, p_kind)
    RETURNING permit_id INTO v_permit;
    INSERT INTO {S}.birth_admission_budget (permit_id, budget_rows) VALUES (v_permit, p_budget);
    PERFORM {S}.birth_ledger_append('permit_opened', jsonb_build_object(
        'permit', v_permit, 'kind', p_kind, 'budget', p_budget, 'lifetime', p_lifetime, 'collections', p_collections,
        'gateway', v_live ->> 'norm_md5', 'gateway_full', v_live ->> 'full_sha256', 'person', v_person,
        'reason', p_reason,
        'rows', {S}._birth_images('birth_admission_permit', 't.permit_id = $1', v_permit)
            || {S}._birth_images('birth_admission_budget', 't.permit_id = $1', v_permit))
        || jsonb_strip_nulls(jsonb_build_object('run', p_run, 'digest', v_digest, 'between', p_between,
            'zone', v_hours.zone, 'ticket', p_ticket)));
    RETURN v_permit;
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_open(bigint, interval, text, text[], text, bigint, text, text, text) IS
    'Opens a permit: a budget of rows, a lifetime, a scope (NULL: every collection), the gateway as it is now; bound '
    'to a run, hours and a ticket where they are given. Returns its number. For birth_gatekeeper. Raises BR002 '
    'bad_permit, bad_fingerprint, bad_hours, unknown_collection, unknown_run; BR004 gateway_changed, run_over, and '
    'what _birth_actor raises.';

-- Whether a permit may live so long from now on: at most a year. By the calendar: compared with each other, intervals
-- have months of 30 days, and `1000 years -359634 days` would be one of 366 days. Its parts are bounded first: no sum
-- leaves what a timestamp can hold.
CREATE OR REPLACE FUNCTION {S}._birth_is_lifetime(p_lifetime interval) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE WHEN p_lifetime > interval '0' AND p_lifetime <= interval '366 days'
            AND abs(extract(year FROM p_lifetime)) <= 1000 AND abs(extract(day FROM p_lifetime)) <= 400000
        THEN clock_timestamp() + p_lifetime > clock_timestamp()
            AND clock_timestamp() + p_lifetime <= clock_timestamp() + interval '366 days' END
$body$;
COMMENT ON FUNCTION {S}._birth_is_lifetime(interval) IS
    'True if a permit may live so long from now on: more than nothing, and at most a year by the calendar. Private.';

-- Refuse to open a permit where the gateway is not the expected one: by 8 to 32 digits of its norm-md5, or by all 64 of
-- the fingerprint over everything that is bound.
CREATE OR REPLACE FUNCTION {S}._birth_permit_expects(p_expected text, p_live jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_is_full boolean := length(p_expected) = 64;
    v_live text := p_live ->> CASE WHEN v_is_full THEN 'full_sha256' ELSE 'norm_md5' END;
BEGIN
    IF p_expected !~* '^([0-9a-f]{{8,32}}|[0-9a-f]{{64}})$' THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_fingerprint',
            'a fingerprint of the gateway has 8 to 32 hex digits, or 64 over everything that is bound',
            jsonb_build_object('expected', p_expected), 'Copy it from the last review of the gateway.');
    -- IS NOT TRUE: where there is no gateway at all, it is not the expected one either.
    ELSIF p_expected IS NOT NULL AND starts_with(v_live, lower(p_expected)) IS NOT TRUE THEN
        PERFORM {S}.birth_refuse('BR004', 'gateway_changed',
            'the gateway does not have the expected fingerprint',
            jsonb_build_object('expected', p_expected, 'live', left(v_live, CASE WHEN v_is_full THEN 64 ELSE 8 END)),
            'Ask the gateway''s owner about the change before you open a permit.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_permit_expects(text, jsonb) IS
    'Refuses a permit if the gateway has another fingerprint than the expected one. Private. Raises BR002 '
    'bad_fingerprint; BR004 gateway_changed.';

-- The hours that a text names: `01:00-05:00`, `22:00-04:00` over midnight, with a time zone behind or by the server's
-- own. That is log_timezone: no session and no role sets it. A row of NULL for NULL.
CREATE OR REPLACE FUNCTION {S}._birth_permit_hours(p_between text, OUT since time, OUT until time, OUT zone text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_parts text[] := regexp_match(btrim(p_between),
        '^((?:[01][0-9]|2[0-3]):[0-5][0-9]) *- *((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)(?: +([^ ]+))?$');
BEGIN
    IF p_between IS NULL THEN
        RETURN;
    ELSIF v_parts IS NULL OR v_parts[1] = v_parts[2] OR v_parts[1] || v_parts[2] = '00:0024:00'
        OR v_parts[3] IS NOT NULL AND NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = v_parts[3])
    THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_hours', format('invalid hours %s', left(p_between, 60)),
            jsonb_build_object('between', left(p_between, 200)),
            'Write 01:00-05:00, or 22:00-04:00 over midnight, with a time zone behind if it is not the server''s: '
            '01:00-05:00 Europe/Berlin.');
    END IF;
    since := v_parts[1]::time;
    until := v_parts[2]::time;
    zone := coalesce(v_parts[3], current_setting('log_timezone'));
END
$body$;
COMMENT ON FUNCTION {S}._birth_permit_hours(text) IS
    'The hours that a text such as 01:00-05:00 Europe/Berlin names. Private. Raises BR002 bad_hours.';

-- The digest of the run that a permit is bound to; NULL for none.
CREATE OR REPLACE FUNCTION {S}._birth_permit_run(p_run bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run {S}.birth_backfill_run;
BEGIN
    IF p_run IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO v_run FROM {S}.birth_backfill_run WHERE run_id = p_run;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_run', format('unknown run %s', p_run),
            jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    ELSIF v_run.status NOT IN ('planned', 'reconciled', 'applying') THEN
        PERFORM {S}.birth_refuse('BR004', 'run_over',
            format('run %s is %s: nothing left to permit', p_run, v_run.status),
            jsonb_build_object('run', p_run, 'status', v_run.status, 'superseded_by', v_run.superseded_by),
            'See `birth-console ledger`.');
    END IF;
    RETURN v_run.digest;
END
$body$;
COMMENT ON FUNCTION {S}._birth_permit_run(bigint) IS
    'The digest of a run that a permit is to be bound to. Private. Raises BR002 unknown_run; BR004 run_over.';

-- Why a permit does not admit rows of a collection to a run at this moment; NULL where it does. Budgets apart: they
-- stand in a row of their own.
CREATE OR REPLACE FUNCTION {S}.birth_permit_unfit(
    p_permit {S}.birth_admission_permit, p_collection text, p_run bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT CASE
            WHEN p_permit.closed_at IS NOT NULL THEN 'closed'
            WHEN p_permit.expires_at <= clock_timestamp() THEN 'expired'
            WHEN p_permit.collections IS NOT NULL AND NOT coalesce(p_collection = ANY (p_permit.collections), false)
                THEN 'for other collections'
            WHEN p_permit.run_id IS NOT NULL AND (p_permit.run_id IS DISTINCT FROM p_run OR p_permit.run_digest
                IS DISTINCT FROM (SELECT r.digest FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run))
                THEN 'for the plan of run ' || p_permit.run_id
            -- A time zone is asked for, which costs a look at a file, only where there are hours.
            WHEN p_permit.hours_from IS NOT NULL AND NOT {S}.birth_permit_awake(p_permit, clock_timestamp())
                THEN format('admits %s to %s %s',
                to_char(p_permit.hours_from, 'HH24:MI'), to_char(p_permit.hours_to, 'HH24:MI'), p_permit.hours_zone)
            ELSE {S}.birth_permit_unkind(p_permit, p_run)
        END
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_unfit({S}.birth_admission_permit, text, bigint) IS
    'Why a permit does not admit rows of a collection to a run now; NULL if it does. For '
    'birth_reader.';

-- Whether a moment lies within a permit's hours, by the server's clock read in the permit's time zone. A name such as
-- EST is an abbreviation, too, and means what the session says: by its list, and since PostgreSQL 18 by its time zone.
CREATE OR REPLACE FUNCTION {S}.birth_permit_awake(
    p_permit {S}.birth_admission_permit, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET "TimeZone" = 'UTC' SET timezone_abbreviations = 'Default' AS $body$
BEGIN
    RETURN (
        SELECT CASE
            WHEN p_permit.hours_from IS NULL THEN true
            WHEN p_permit.hours_from < p_permit.hours_to
                THEN now.local >= p_permit.hours_from AND now.local < p_permit.hours_to
            ELSE now.local >= p_permit.hours_from OR now.local < p_permit.hours_to
        END
        FROM (SELECT (p_at AT TIME ZONE coalesce(p_permit.hours_zone, 'UTC'))::time) AS now(local)
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_awake({S}.birth_admission_permit, timestamptz) IS
    'True if the moment lies within the hours of a permit. For birth_reader.';

-- Who closes one waits for any batch in flight, for ten seconds: then sessions that still hold it are ended.
CREATE OR REPLACE FUNCTION {S}.birth_permit_close(p_permit bigint, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET lock_timeout = '10s' AS $body$
DECLARE
    v_closed timestamptz;
BEGIN
    PERFORM {S}._birth_actor('birth_gatekeeper', 'close permits');
    PERFORM {S}._birth_brake(format('permit %s is closed', p_permit));
    -- Batches share the table while they run; here one waits for those in flight, and the next ones queue behind. On
    -- the row alone they would go on sharing it among themselves, past one who waits.
    BEGIN
        LOCK TABLE {S}.birth_admission_permit IN EXCLUSIVE MODE;
    EXCEPTION WHEN lock_not_available THEN
        PERFORM pg_stat_clear_snapshot();
        PERFORM {S}._birth_sessions_end(ARRAY(
            SELECT h.pid FROM {S}._birth_lock_holders('birth_admission_permit') AS h WHERE h.is_known),
            format('permit %s is closed', p_permit));
        LOCK TABLE {S}.birth_admission_permit IN EXCLUSIVE MODE;
    END;
    PERFORM {S}._birth_brake(format('permit %s is closed', p_permit));
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
    'Closes a permit; waits 10 s for batches that use it, then ends their sessions. For birth_gatekeeper. Raises '
    'BR002 unknown_permit, '
    'permit_closed, reason_missing, and what _birth_actor raises.';

-- The open permit that admits rows of a collection to a run at this moment, or NULL: one that is bound to the run
-- first, then the one with most budget left. Without a run, only permits that are bound to none.
CREATE OR REPLACE FUNCTION {S}.birth_permit_for(p_collection text, p_run bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT p.permit_id FROM {S}.birth_admission_permit AS p
            JOIN {S}.birth_admission_budget AS b USING (permit_id)
        WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp() AND b.used_rows < b.budget_rows
          AND {S}.birth_permit_unfit(p, p_collection, p_run) IS NULL
        ORDER BY p.run_id IS NULL, b.budget_rows - b.used_rows DESC, p.permit_id LIMIT 1
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_permit_for(text, bigint) IS
    'The open permit that admits rows of a collection to a run now: bound to the run first, then the largest rest of '
    'budget; NULL if there is none. For birth_reader.';

-- Why the permits that are neither closed nor expired do not admit rows of a collection to a run, for the operator who
-- is refused: at most ten, the latest first.
CREATE OR REPLACE FUNCTION {S}.birth_permit_refusals(p_collection text, p_run bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(jsonb_agg(jsonb_build_object('permit', u.permit_id, 'reason', u.reason)
        ORDER BY u.permit_id DESC), '[]')
    FROM (
        SELECT p.permit_id, coalesce({S}.birth_permit_unfit(p, p_collection, p_run), 'no budget left') AS reason
        FROM {S}.birth_admission_permit AS p JOIN {S}.birth_admission_budget AS b USING (permit_id)
        WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp()
          AND ({S}.birth_permit_unfit(p, p_collection, p_run) IS NOT NULL OR b.used_rows >= b.budget_rows)
        ORDER BY p.permit_id DESC LIMIT 10) AS u
$body$;
COMMENT ON FUNCTION {S}.birth_permit_refusals(text, bigint) IS
    'Why the open permits do not admit rows of a collection to a run now. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_permit_for(text, bigint), {S}.birth_permit_refusals(text, bigint),
    {S}.birth_permit_unfit({S}.birth_admission_permit, text, bigint),
    {S}.birth_permit_awake({S}.birth_admission_permit, timestamptz) TO birth_reader;

GRANT EXECUTE ON FUNCTION {S}.birth_permit_open(bigint, interval, text, text[], text, bigint, text, text, text),
    {S}.birth_permit_close(bigint, text) TO birth_gatekeeper;
