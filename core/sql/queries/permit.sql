-- name: open
SELECT {S}.birth_permit_open(%(budget)s, %(lifetime)s, %(reason)s, %(collections)s, %(expect_gateway)s) AS permit

-- name: close
SELECT {S}.birth_permit_close(%(permit)s, %(reason)s) AS done

-- name: all
SELECT p.permit_id AS permit,
    CASE WHEN p.closed_at IS NOT NULL THEN 'closed' WHEN p.expires_at <= clock_timestamp() THEN 'expired'
        WHEN b.used_rows >= b.budget_rows THEN 'exhausted' ELSE 'open' END AS state,
    b.budget_rows AS budget, b.used_rows AS used, p.collections, p.reason, p.opened_by, p.opened_at, p.expires_at,
    left(p.expect_gateway, 8) AS gateway
FROM {S}.birth_admission_permit AS p JOIN {S}.birth_admission_budget AS b USING (permit_id) ORDER BY p.permit_id
