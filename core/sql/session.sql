-- name: identity
SELECT session_user::text AS login, current_database()::text AS database, current_setting('server_version') AS version
