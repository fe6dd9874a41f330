-- name: head
SELECT seq FROM {S}.birth_ledger_head

-- name: since
-- Batches are left out: there are thousands of them, and the run they belong to tells the same. So does the decision
-- that changed a table of what is set and decided.
SELECT seq, pg_catalog.to_timestamp(at_us / 1000000.0) AS at, actor, kind, payload
FROM {S}.birth_ledger_event
WHERE seq > %(seq)s AND seq <= %(head)s AND kind NOT IN ('batch', 'configured')
ORDER BY seq DESC LIMIT %(limit)s
