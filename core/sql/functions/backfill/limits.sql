-- The limits of a run, recorded when it begins: how many rows may be quarantined before it stops, and how many may
-- vanish. Both are held by the database: a worker that claims the next batch is refused. Rows that vanish in numbers
-- are no accident, but a key that reads differently now, or a source that was emptied.

-- What may vanish unless an operator said otherwise: 1 % of the planned rows, but at least 10 and at most 100.
CREATE OR REPLACE FUNCTION {S}._birth_vanishing_limit(p_planned bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT least(100, greatest(10, p_planned / 100))
$body$;
COMMENT ON FUNCTION {S}._birth_vanishing_limit(bigint) IS
    'How many rows of a run may vanish by default: 1 % of the planned rows, at least 10, at most 100. Private.';

-- The limits that hold for a run: those recorded, or those that would be. Rows that were accepted as gone when the run
-- was reconciled are expected to vanish.
CREATE OR REPLACE FUNCTION {S}._birth_run_limit(p_run bigint) RETURNS {S}.birth_backfill_limit
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (coalesce(found.recorded, ROW(p_run, 100, {S}._birth_vanishing_limit(
            (SELECT coalesce(sum(l.missing), 0)::bigint FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = p_run))
            + coalesce((
                SELECT (r.drift ->> 'gone')::bigint FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run), 0),
            0, 0, 0, false)::{S}.birth_backfill_limit)).*
    FROM (SELECT) AS always
    LEFT JOIN (SELECT r AS recorded FROM {S}.birth_backfill_limit AS r WHERE r.run_id = p_run) AS found ON true
$body$;
COMMENT ON FUNCTION {S}._birth_run_limit(bigint) IS
    'The limits that hold for a run: those recorded, else the defaults. Private.';

-- Record the limits of a run that begins or is resumed; NULL keeps what was recorded, else the default. Rows that
-- were quarantined before were seen by the operator who resumes: they count no more, and a failed canary is forgiven.
-- Rows that vanished count for the whole run: to go on, an operator states how many may.
CREATE OR REPLACE FUNCTION {S}._birth_limit_record(
    p_run bigint, p_most_quarantined bigint, p_most_vanished bigint) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_limit {S}.birth_backfill_limit := {S}._birth_run_limit(p_run);
BEGIN
    IF p_most_quarantined < 0 OR p_most_vanished < 0 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_limit', 'a limit is a number of rows, at least 0',
            jsonb_build_object('run', p_run, 'most_quarantined', p_most_quarantined, 'most_vanished', p_most_vanished),
            'Correct the limit, or omit it.');
    END IF;
    INSERT INTO {S}.birth_backfill_limit AS l (run_id, most_quarantined, most_vanished)
    VALUES (p_run, coalesce(p_most_quarantined, v_limit.most_quarantined),
        coalesce(p_most_vanished, v_limit.most_vanished))
    ON CONFLICT (run_id) DO UPDATE SET most_quarantined = excluded.most_quarantined,
        most_vanished = excluded.most_vanished,
        quarantined_before = l.quarantined, canary_failed = false;
    SELECT * INTO v_limit FROM {S}.birth_backfill_limit WHERE run_id = p_run;
    RETURN jsonb_build_object('quarantined', v_limit.most_quarantined, 'vanished', v_limit.most_vanished);
END
$body$;
COMMENT ON FUNCTION {S}._birth_limit_record(bigint, bigint, bigint) IS
    'Records the limits of a run that begins or is resumed; NULL keeps the recorded ones. Private. Raises BR002 '
    'bad_limit.';

-- Count what a batch set aside or missed. Rare, so that workers do not wait for each other here.
CREATE OR REPLACE FUNCTION {S}._birth_limit_count(
    p_entry {S}.birth_backfill_ledger, p_quarantined bigint, p_vanished bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_quarantined + p_vanished > 0 THEN
        UPDATE {S}.birth_backfill_limit AS l
        SET quarantined = l.quarantined + p_quarantined,
            vanished = l.vanished + p_vanished,
            -- Among the first hundred rows, whatever parts they came in.
            canary_failed = l.canary_failed OR p_quarantined > 0 AND 100 >= (
                SELECT coalesce(sum(before.rows), 0) FROM (
                    SELECT b.seq_to - b.seq_from + 1 AS rows
                    FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS e USING (ledger_id)
                    WHERE e.run_id = p_entry.run_id AND b.finished_at IS NOT NULL LIMIT 101) AS before)
        WHERE l.run_id = p_entry.run_id;
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_limit_count({S}.birth_backfill_ledger, bigint, bigint) IS
    'Counts rows of a batch that were quarantined or vanished against the limits of the run. Private.';

-- Which limit of a run is passed, or NULL.
CREATE OR REPLACE FUNCTION {S}._birth_limit_passed(p_run bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT CASE
            WHEN l.canary_failed THEN 'canary_failed'
            WHEN l.quarantined - l.quarantined_before > l.most_quarantined THEN 'breaker'
            WHEN l.vanished > l.most_vanished THEN 'too_many_vanished' END
        FROM {S}.birth_backfill_limit AS l WHERE l.run_id = p_run
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_limit_passed(bigint) IS
    'The limit of a run that is passed; NULL if none is. Private.';

-- Refuse where a limit is passed: the run can be resumed, so this is no closed gate.
CREATE OR REPLACE FUNCTION {S}._birth_limit_held(p_run bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_passed text := {S}._birth_limit_passed(p_run);
    v_limit {S}.birth_backfill_limit;
BEGIN
    IF v_passed IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO v_limit FROM {S}.birth_backfill_limit AS l WHERE l.run_id = p_run;
    PERFORM {S}.birth_refuse('BR007', v_passed, CASE v_passed
            WHEN 'canary_failed' THEN format('run %s: the canary quarantined %s rows', p_run, v_limit.quarantined)
            WHEN 'breaker' THEN format('run %s quarantined %s rows: more than --max-quarantined',
                p_run, v_limit.quarantined - v_limit.quarantined_before)
            ELSE format('run %s: %s planned rows vanished from their sources: more than --max-vanished',
                p_run, v_limit.vanished) END,
        to_jsonb(v_limit),
        CASE WHEN v_passed = 'too_many_vanished'
            THEN format('See `birth-console ledger diff %s --only -`. If these rows were deleted on purpose, '
                'apply the run again with --max-vanished.', p_run)
            ELSE format('See `birth-console ledger diff %s --only ''!''`. Apply the run again to continue.',
                p_run) END);
END
$body$;
COMMENT ON FUNCTION {S}._birth_limit_held(bigint) IS
    'Refuses a run that has passed a limit, until it is resumed. Private. Raises BR007 canary_failed, breaker, '
    'too_many_vanished.';
