-- name: plan
SELECT {S}.birth_backfill_plan(%(collections)s) AS run

-- name: plan_reconciled
SELECT {S}.birth_backfill_plan_reconciled(%(collections)s, %(note)s) AS run

-- name: reconcile
SELECT {S}.birth_backfill_reconcile_drift(%(run)s, %(note)s, %(rows)s) AS drift

-- name: skipped
SELECT s.collection, s.gate, s.evidence
FROM (
    SELECT e.payload::jsonb -> 'skipped' AS skipped
    FROM {S}.birth_ledger_event AS e
    WHERE e.kind = 'planned' AND (e.payload::jsonb ->> 'run')::bigint = %(run)s
    ORDER BY e.seq DESC
    LIMIT 1) AS planned,
    jsonb_to_recordset(planned.skipped) AS s(collection text, gate text, evidence jsonb)
ORDER BY s.collection COLLATE "C"

-- name: superseded
SELECT r.run_id AS run, r.started_at IS NOT NULL AS begun
FROM {S}.birth_backfill_run AS r
WHERE r.superseded_by = %(run)s
ORDER BY r.run_id
