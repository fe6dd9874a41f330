-- All who took part in a run, by person and login: who classified or decided what it rests on, planned,
-- reconciled, steered or applied it, asked for its permit, opened one that it used or began under, told of what it
-- lost, or decided what opened its gates: before it ended policies, bindings, what was attested; after it was planned,
-- that a changed history counts. A login that is mapped to no person has a hand in it all the same.
CREATE OR REPLACE FUNCTION {S}._birth_hands(p_run bigint) RETURNS TABLE (person text, login text, part text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH batch AS MATERIALIZED (
        SELECT DISTINCT b.claimed_person, b.claimed_by, b.former_persons, b.permit_id
        FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
        WHERE l.run_id = p_run
    ), event AS MATERIALIZED (
        SELECT e.seq, e.kind, e.actor, e.payload::jsonb AS payload FROM {S}.birth_ledger_event AS e
        WHERE e.kind IN ('planned', 'reconciled', 'permit_requested', 'started', 'resumed', 'steered', 'history_lost',
                'applied', 'certified')
          AND e.payload::jsonb ->> 'run' = p_run::text
    ), permit AS (
        SELECT permit_id FROM batch
        -- Those that let it begin, too, whether or not a batch came to use them.
        UNION SELECT used.permit::bigint FROM event AS e CROSS JOIN LATERAL jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(e.payload -> 'permits') = 'array' THEN e.payload -> 'permits' ELSE '[]' END
            ) AS used(permit)
        WHERE e.kind IN ('started', 'resumed')
    ), decision AS (
        SELECT e.kind, e.actor, e.payload::jsonb AS payload FROM {S}.birth_ledger_event AS e
        WHERE e.kind IN ('policy_decided', 'gateway_bound', 'table_bound', 'gateway_trigger_bound',
                'register_column_bound', 'authentication_attested', 'trigger_guard_attested', 'distributed_attested',
                'register_writes_set', 'withdraw_allowed')
          AND (e.kind <> 'withdraw_allowed' OR EXISTS (SELECT FROM {S}.birth_backfill_run AS r
                WHERE r.run_id = p_run AND r.withdraws IS NOT NULL))
          AND e.seq < coalesce((SELECT max(ended.seq) FROM event AS ended WHERE ended.kind = 'applied'),
                9223372036854775807)
        UNION ALL
        SELECT e.kind, e.actor, e.payload::jsonb FROM {S}.birth_ledger_event AS e
        WHERE e.kind = 'history_accepted'
          AND e.seq > (SELECT min(first.seq) FROM event AS first WHERE first.kind = 'planned')
    )
    SELECT r.planned_person, r.planned_by, 'planned' FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run
    UNION SELECT b.claimed_person, b.claimed_by, 'applied' FROM batch AS b
    UNION SELECT former.person, NULL, 'applied' FROM batch AS b, unnest(b.former_persons) AS former(person)
    UNION SELECT p.opened_person, p.opened_by, 'permitted'
        FROM permit JOIN {S}.birth_admission_permit AS p USING (permit_id)
    UNION SELECT coalesce(h.person, l.person), h.actor, 'classified' FROM {S}.birth_backfill_ledger AS e
        JOIN {S}.birth_identity_history AS h
            ON h.collection_name = e.collection_name AND h.version <= e.identity_version
        LEFT JOIN {S}.birth_person_login AS l ON l.login = h.actor WHERE e.run_id = p_run
    UNION SELECT coalesce(e.payload ->> 'person', l.person), e.actor,
            CASE e.kind WHEN 'applied' THEN 'ended' WHEN 'started' THEN 'began' WHEN 'resumed' THEN 'began'
                WHEN 'permit_requested' THEN 'requested' WHEN 'history_lost' THEN 'applied' ELSE e.kind END
        FROM event AS e LEFT JOIN {S}.birth_person_login AS l ON l.login = e.actor WHERE e.kind <> 'certified'
    UNION SELECT coalesce(d.payload ->> 'person', l.person), d.actor, CASE
            WHEN d.kind = 'history_accepted' THEN 'accepted'
            WHEN d.kind LIKE '%bound' THEN 'bound'
            WHEN d.kind <> 'policy_decided' THEN 'attested'
            WHEN d.payload ->> 'requirement' = 'EXEMPT' THEN 'exempted' ELSE 'required' END
        FROM decision AS d LEFT JOIN {S}.birth_person_login AS l ON l.login = d.actor
$body$;
COMMENT ON FUNCTION {S}._birth_hands(bigint) IS
    'Everyone who took part in a run, by person and login, and their parts. Private.';

-- The people among them.
CREATE OR REPLACE FUNCTION {S}.birth_participants(p_run bigint) RETURNS TABLE (person text, part text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
    SELECT DISTINCT h.person, h.part FROM {S}._birth_hands(p_run) AS h WHERE h.person IS NOT NULL ORDER BY 1, 2
$body$;
COMMENT ON FUNCTION {S}.birth_participants(bigint) IS
    'The people who took part in a run, and their parts. For birth_reader.';

-- The parts that this login took, under its person's name and all that either of them ever was.
CREATE OR REPLACE FUNCTION {S}.birth_own_parts(p_run bigint) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
    SELECT coalesce(array_agg(DISTINCT h.part ORDER BY h.part), '{{}}') FROM {S}._birth_hands(p_run) AS h
    JOIN {S}._birth_aliases(session_user,
            (SELECT l.person FROM {S}.birth_person_login AS l WHERE l.login = session_user)) AS a
        ON h.person = a.person OR h.login = a.login
$body$;
COMMENT ON FUNCTION {S}.birth_own_parts(bigint) IS
    'The parts that this login''s person took in a run. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_participants(bigint), {S}.birth_own_parts(bigint) TO birth_reader;
