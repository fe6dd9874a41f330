-- name: decisions
SELECT at_us, kind, payload::jsonb ->> 'collection' AS collection,
    CASE kind
        WHEN 'policy_decided' THEN payload::jsonb ->> 'requirement'
        WHEN 'identity_retired' THEN NULL
        ELSE payload::jsonb ->> 'strategy' END AS became
FROM {S}.birth_ledger_event
WHERE kind IN ('identity_imported', 'identity_classified', 'identity_unclassified', 'identity_undone',
    'identity_retired', 'policy_decided')
ORDER BY seq

-- name: plans
SELECT e.at_us, (entry ->> 'ledger_id')::bigint AS ledger_id,
    entry ->> 'collection' AS collection, (entry ->> 'missing')::bigint AS missing
FROM {S}.birth_ledger_event AS e CROSS JOIN LATERAL jsonb_array_elements(e.payload::jsonb -> 'entries') AS entry
WHERE e.kind = 'planned'
ORDER BY e.seq

-- name: settled
-- Batches that ended close to each other are one: a run of ten million rows has thousands of them.
WITH batch AS (
    SELECT at_us, payload::jsonb AS told FROM {S}.birth_ledger_event WHERE kind = 'batch'
), span AS (
    SELECT greatest((max(at_us) - min(at_us)) / %(steps)s, 1) AS width FROM batch
)
SELECT max(at_us) AS at_us, (told ->> 'ledger_id')::bigint AS ledger_id,
    sum((told ->> 'registered')::bigint + (told ->> 'existing')::bigint + (told ->> 'vanished')::bigint)::bigint AS rows
FROM batch CROSS JOIN span
GROUP BY at_us / width, 2
ORDER BY 1
