-- name: plan
SELECT {S}.birth_backfill_plan(%(collections)s)

-- name: reconcile
SELECT {S}.birth_backfill_reconcile(%(run)s, %(note)s)
