-- name: holders
-- Who may hold up a session that waits: who locks a table against all others, or waits to (all others queue behind),
-- and transactions that wrote or locked rows of our own tables. Which of them it was cannot be told afterwards.
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

-- name: waits
-- For whom a session waits at this moment, and for which table. A row that a session locked is waited for by its
-- transaction: the table is that of the row. A prepared transaction has no process.
WITH wanted AS (
    SELECT l.mode, l.locktype, coalesce(l.relation, (
        SELECT t.relation FROM pg_catalog.pg_locks AS t
        WHERE t.pid = l.pid AND t.locktype = 'tuple' AND t.granted LIMIT 1)) AS relation
    FROM pg_catalog.pg_locks AS l
    WHERE l.pid = %(process)s AND NOT l.granted LIMIT 1
), blocker AS (
    SELECT DISTINCT b.pid FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(%(process)s)) AS b(pid)
), named AS (
    SELECT w.mode AS wanted, w.relation,
        coalesce(w.relation::pg_catalog.regclass::text,
            CASE w.locktype WHEN 'advisory' THEN 'the lock of installers' ELSE w.locktype END) AS "table"
    FROM wanted AS w
)
SELECT n."table", n.wanted, a.pid AS process, a.usename::text AS login, a.application_name AS application,
    CASE WHEN n.relation IS NULL THEN n.wanted ELSE coalesce((
        SELECT string_agg(DISTINCT l.mode, ', ') FROM pg_catalog.pg_locks AS l
        WHERE l.pid = a.pid AND l.relation = n.relation AND l.granted), '') END AS held,
    extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::integer AS seconds,
    a.xact_start::text AS since, a.query_start::text AS asking_since
FROM named AS n CROSS JOIN blocker AS b JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid
UNION ALL
SELECT n."table", n.wanted, 0, p.owner::text, 'prepared transaction ' || p.gid, string_agg(DISTINCT l.mode, ', '),
    extract(epoch FROM pg_catalog.clock_timestamp() - p.prepared)::integer, p.prepared::text, NULL
FROM named AS n
JOIN blocker AS b ON b.pid = 0
JOIN pg_catalog.pg_locks AS l ON l.pid IS NULL AND l.granted AND l.relation = n.relation
JOIN pg_catalog.pg_prepared_xacts AS p ON l.virtualtransaction = '-1/' || p.transaction::text
GROUP BY n."table", n.wanted, p.owner, p.gid, p.prepared
ORDER BY 7 DESC NULLS LAST, 3
LIMIT 5
