-- name: login
SELECT ARRAY(
        SELECT name FROM unnest(ARRAY['birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer']) AS name
        WHERE pg_catalog.to_regrole(name) IS NOT NULL
          AND pg_catalog.pg_has_role(session_user, name, 'MEMBER')) AS groups,
    (SELECT person FROM {S}.birth_person_login WHERE login = session_user) AS person

-- name: standing
SELECT r.status, c.command, c.steered_by AS held_by,
    {S}.birth_own_parts(r.run_id) AS parts, (to_jsonb(r) ->> 'withdraws')::bigint AS withdraws,
    EXISTS (SELECT FROM {S}.birth_setting AS s WHERE s.name = 'withdraw_allowed') AS may_be_withdrawn
FROM {S}.birth_backfill_run AS r JOIN {S}.birth_backfill_control AS c USING (run_id) WHERE r.run_id = %(run)s
