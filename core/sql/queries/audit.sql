-- name: head
SELECT seq, hash FROM {S}.birth_ledger_head

-- name: events
SELECT seq, at_us, actor, kind, payload, prev, hash FROM {S}.birth_ledger_event ORDER BY seq

-- name: events_since
SELECT seq, at_us, actor, kind, payload, prev, hash
FROM {S}.birth_ledger_event WHERE seq >= %(seq)s ORDER BY seq LIMIT %(most)s

-- name: ordered_at
SELECT max(at_us) AS at_us FROM {S}.birth_ledger_event
WHERE seq = %(seq)s AND EXISTS (
    SELECT FROM {S}.birth_ledger_event WHERE kind = ANY (%(kinds)s) AND seq <= %(seq)s)

-- name: payload
SELECT payload FROM {S}.birth_ledger_event WHERE seq = %(seq)s

-- name: told_rows
SELECT name, key, digest FROM {S}.birth_told_rows()

-- name: told_rows_of
SELECT name, key, digest FROM {S}.birth_told_rows_of(%(names)s, %(keys)s)

-- name: told_row
SELECT {S}.birth_told_row(%(table)s, %(key)s) AS row

-- name: counters
SELECT ledger_id, next_seq, wanted_seq, last_epoch, wanted_epoch FROM {S}.birth_told_counters()

-- name: retired
SELECT key, rows, wanted_rows, digest, wanted_digest FROM {S}.birth_told_retired()

-- name: genesis
SELECT pg_catalog.encode(hash, 'hex') AS hash FROM {S}.birth_ledger_event WHERE seq = 0

-- name: trust
SELECT id, title, verdict, evidence, hint FROM {S}.birth_audit()

-- name: server_audit
SELECT id, title, verdict, evidence, hint FROM {S}.birth_server_audit()

-- name: link
-- A pooler between is what the server sees: its link may be another than ours.
SELECT coalesce((SELECT t.ssl FROM pg_catalog.pg_stat_ssl AS t WHERE t.pid = pg_catalog.pg_backend_pid()), false)
        OR coalesce((SELECT g.encrypted FROM pg_catalog.pg_stat_gssapi AS g
            WHERE g.pid = pg_catalog.pg_backend_pid()), false) AS is_encrypted,
    pg_catalog.inet_client_addr() IS NULL
        OR pg_catalog.host(pg_catalog.inet_client_addr()) ~ '^(127\.|::1$)'
        OR pg_catalog.inet_client_addr() OPERATOR(pg_catalog.=) pg_catalog.inet_server_addr() AS is_local

-- name: place
-- As birth_history_read tells it, where an older version has no such function.
SELECT pg_catalog.current_database() AS database,
    (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS system_identifier,
    CASE WHEN pg_catalog.pg_is_in_recovery()
        THEN (SELECT timeline_id::bigint FROM pg_catalog.pg_control_checkpoint())
        ELSE ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8))
            ::pg_catalog.bit(32)::bigint END AS timeline,
    pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
        ELSE pg_catalog.pg_current_wal_flush_lsn() END, '0/0')::bigint AS wal

-- name: accept_history
SELECT {S}.birth_history_accept(%(reason)s) AS event

-- name: server
-- What can be asked of any server.
SELECT pg_catalog.pg_backend_pid() AS pid,
    session_user::text AS login,
    pg_catalog.current_setting('server_version_num')::integer AS version,
    pg_catalog.current_setting('server_version') AS version_text,
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    extract(epoch FROM pg_catalog.clock_timestamp())::float8 AS clock,
    pg_catalog.to_regclass(pg_catalog.quote_ident({s}) || '.birth_migration') IS NOT NULL AS is_installed

-- name: session
SELECT session_user::text AS login,
    (SELECT person FROM {S}.birth_person_login WHERE login = session_user) AS person,
    ARRAY(SELECT g FROM unnest(ARRAY['birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer']) AS g
        WHERE pg_catalog.pg_has_role(session_user, g, 'MEMBER')) AS groups,
    {S}.birth_gateway_fingerprint() AS gateway
