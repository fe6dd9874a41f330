-- name: others
SELECT s.usename::text AS login, s.application_name AS name, count(*)::int AS connections, min(w.run_id) AS run
FROM pg_catalog.pg_stat_activity AS s
-- Process numbers come back: a worker of an earlier session under the same number is not this one.
LEFT JOIN {S}.birth_backfill_worker AS w ON w.backend_pid = s.pid AND w.login = s.usename
    AND coalesce(s.backend_start <= w.seen_at, true)
WHERE s.datname = current_database() AND s.application_name LIKE 'birth-console %%' AND s.application_name <> %(own)s
GROUP BY 1, 2 ORDER BY 1, 2
