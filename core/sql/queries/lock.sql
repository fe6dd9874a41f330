-- name: holders
-- Who may hold up a session that waits: whoever locks a table against everybody, or waits to (all others queue behind),
-- and transactions that wrote or locked rows of our own tables. Which of them it was, nobody can tell afterwards.
WITH held AS (
    SELECT l.pid, l.relation, l.granted, l.mode = 'AccessExclusiveLock' AS alone
    FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
    WHERE l.locktype = 'relation' AND l.pid <> %(process)s
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
      AND c.relkind IN ('r', 'p', 'm') AND c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace
      AND (l.mode = 'AccessExclusiveLock' OR l.granted AND l.mode <> 'AccessShareLock'
          AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {s}))
), strongest AS (
    SELECT DISTINCT ON (pid) pid, relation::pg_catalog.regclass::text AS "table", granted, alone FROM held
    ORDER BY pid, alone DESC, granted DESC, relation
)
SELECT "table", s.granted, s.alone, a.pid AS process, a.usename::text AS login, a.application_name AS application,
    extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::integer AS seconds
FROM strongest AS s JOIN pg_catalog.pg_stat_activity AS a ON a.pid = s.pid
ORDER BY s.alone DESC, s.granted DESC, a.xact_start, a.pid LIMIT 5
