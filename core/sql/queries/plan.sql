-- name: plan
SELECT {S}.birth_backfill_plan(%(collections)s) AS run

-- name: reconcile
SELECT {S}.birth_backfill_reconcile(%(run)s, %(note)s) AS done

-- name: superseded
SELECT r.run_id AS run, r.started_at IS NOT NULL AS begun
FROM {S}.birth_backfill_run AS r
WHERE r.superseded_by = %(run)s
ORDER BY r.run_id
