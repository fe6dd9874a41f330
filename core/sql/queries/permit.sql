-- name: open
SELECT {S}.birth_permit_open(%(budget)s, %(lifetime)s, %(reason)s, %(collections)s, %(expect_gateway)s,
    %(run)s, %(between)s, %(ticket)s, %(kind)s) AS permit

-- name: request
SELECT {S}.birth_permit_request(%(run)s, %(lifetime)s, %(reason)s, %(between)s, %(ticket)s) AS request

-- name: grant
SELECT {S}.birth_permit_grant(%(request)s) AS permit

-- name: requests
SELECT r.request_id AS request, {S}.birth_permit_request_state(r) AS state, r.run_id AS run,
    r.budget_rows AS budget,
    r.lifetime, r.hours AS between, r.ticket, r.reason, r.requested_by, r.requested_at,
    (SELECT count(*) FROM {S}.birth_backfill_ledger AS l WHERE l.run_id = r.run_id AND l.missing > 0) AS collections
FROM {S}.birth_permit_request AS r ORDER BY r.request_id

-- name: close
SELECT {S}.birth_permit_close(%(permit)s, %(reason)s) AS done

-- name: all
SELECT p.permit_id AS permit,
    CASE WHEN p.closed_at IS NOT NULL THEN 'closed' WHEN p.expires_at <= clock_timestamp() THEN 'expired'
        WHEN b.used_rows >= b.budget_rows THEN 'exhausted'
        WHEN NOT {S}.birth_permit_awake(p, clock_timestamp()) THEN 'outside_hours' ELSE 'open' END AS state,
    b.budget_rows AS budget, b.used_rows AS used, p.collections, p.reason, p.opened_by, p.opened_at, p.expires_at,
    left(p.expect_gateway, 8) AS gateway, p.expect_full AS gateway_full, p.run_id AS run, p.ticket, p.kind,
    CASE WHEN p.hours_from IS NOT NULL THEN concat(to_char(p.hours_from, 'HH24:MI'), '-',
        to_char(p.hours_to, 'HH24:MI'), ' ', p.hours_zone) END AS between
FROM {S}.birth_admission_permit AS p JOIN {S}.birth_admission_budget AS b USING (permit_id) ORDER BY p.permit_id
