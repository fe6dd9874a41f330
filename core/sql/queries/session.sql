-- name: identity
SELECT session_user::text AS login, current_database()::text AS database, current_setting('server_version') AS version,
    ARRAY(
        SELECT name FROM unnest(ARRAY['birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer']) AS name
        WHERE pg_catalog.to_regrole(name) IS NOT NULL
          AND pg_catalog.pg_has_role(session_user, name, 'MEMBER')) AS groups

-- name: moment
-- Sessions of one moment wait for each other, as long as tables take: none of them is ended as idle.
SELECT pg_catalog.pg_export_snapshot() AS moment
WHERE pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true) = '0'
