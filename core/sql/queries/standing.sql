-- name: runs
SELECT r.status AS state, count(*) AS runs FROM {S}.birth_backfill_run AS r GROUP BY r.status ORDER BY r.status

-- name: certified
SELECT c.run_id AS run, c.certified_at AS at
FROM {S}.birth_backfill_certificate AS c
ORDER BY c.certified_at DESC LIMIT 1

-- name: chain
SELECT h.seq, pg_catalog.encode(h.hash, 'hex') AS hash, e.at_us, pg_catalog.clock_timestamp() AS now
FROM {S}.birth_ledger_head AS h JOIN {S}.birth_ledger_event AS e ON e.seq = h.seq
