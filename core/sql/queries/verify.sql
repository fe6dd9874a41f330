-- name: facts
SELECT r.run_id AS run, r.status, r.digest,
    r.planned_by, r.planned_at, r.reconciled_by, r.reconciled_at, r.reconcile_note,
    r.gateway AS gateway_planned, {S}.birth_gateway_fingerprint() AS gateway_live,
    r.alert_rows AS alerts_planned, (SELECT count(*) FROM {S}.birth_alert_rows()) AS alerts_live,
    r.registry_rows AS registry_planned, (SELECT count(*) FROM {S}.birth_registry_rows()) AS registry_live,
    r.registry_triggers AS registry_triggers_planned,
    {S}.birth_trigger_fingerprint({S}.birth_bound_table('registry')) AS registry_triggers_live,
    ARRAY(SELECT l.collection_name FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = r.run_id
          AND l.triggers IS DISTINCT FROM {S}.birth_trigger_fingerprint(l.relid)) AS triggers_changed,
    ARRAY(SELECT l.collection_name FROM {S}.birth_backfill_ledger AS l
        WHERE l.run_id = r.run_id AND l.digest IS DISTINCT FROM {S}.birth_item_digest(l.ledger_id)) AS items_changed,
    (SELECT count(*) FROM {S}.birth_registry_rows() AS g
        WHERE g.dot_origin = 'birth-backfill:run-' || r.run_id) AS written,
    (SELECT count(*) FROM {S}.birth_registry_rows() AS g WHERE g.dot_origin = 'birth-backfill:run-' || r.run_id
        AND (g.certified OR g.certified_at IS NOT NULL OR g.inspect_pen IS NOT NULL OR g.inspect_stamp IS NOT NULL
             OR g.inspect_gate IS NOT NULL)) AS self_marked,
    (SELECT coalesce(jsonb_object_agg(name, rows), '{{}}')
        FROM (
            SELECT w.name, sum(w.rows::bigint) AS rows
            FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id),
                jsonb_each_text(b.writes) AS w(name, rows)
            WHERE l.run_id = r.run_id
            GROUP BY 1) AS t) AS writes,
    b.batches, b.unfinished, b.largest
FROM {S}.birth_backfill_run AS r
CROSS JOIN LATERAL (
    SELECT count(*) AS batches,
        count(*) FILTER (WHERE finished_at IS NULL) AS unfinished,
        coalesce(max(seq_to - seq_from + 1), 0) AS largest
    FROM {S}.birth_backfill_batch JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
    WHERE l.run_id = r.run_id) AS b
WHERE r.run_id = %(run)s

-- name: people
SELECT DISTINCT person FROM {S}.birth_participants(%(run)s) ORDER BY 1

-- name: reviewers
SELECT DISTINCT p.person FROM {S}.birth_person_login AS p JOIN pg_catalog.pg_roles AS r ON r.rolname = p.login
WHERE pg_catalog.pg_has_role(r.oid, 'birth_reviewer', 'MEMBER') AND NOT r.rolsuper ORDER BY 1

-- name: since_plan
SELECT origin, collection_name AS collection, rows, ours, example,
    origin = 'birth-backfill:run-' || %(run)s::text AS by_run
FROM {S}.birth_since_plan(%(run)s)

-- name: evidence_digest
SELECT {S}.birth_evidence_digest({S}.birth_run_evidence(%(run)s)) AS digest

-- name: certify
SELECT chain_seq, chain_hash FROM {S}.birth_backfill_certify(%(run)s, %(digest)s, %(note)s)

-- name: certificate
SELECT c.run_id AS run, c.certified_by, c.certified_person AS person, c.certified_at, c.note,
    c.evidence_digest AS certificate, c.chain_seq + 1 AS chain_seq, encode(e.hash, 'hex') AS chain_head
FROM {S}.birth_backfill_certificate AS c
LEFT JOIN {S}.birth_ledger_event AS e ON e.seq = c.chain_seq + 1
WHERE c.run_id = %(run)s
