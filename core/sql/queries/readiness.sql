-- name: metrics
SELECT metric, value FROM {S}.birth_readiness()

-- name: census
SELECT
    count(*) FILTER (WHERE required AND strategy = 'column') AS "column",
    count(*) FILTER (WHERE required AND strategy = 'synthetic') AS synthetic,
    count(*) FILTER (WHERE required AND strategy IS NULL) AS unclassified,
    count(*) FILTER (WHERE required AND native_status) AS native_status,
    coalesce(array_agg(collection_name) FILTER (WHERE required AND trigger_state = 'no_table'),
        ARRAY[]::text[]) AS no_table,
    coalesce(array_agg(collection_name) FILTER (WHERE required AND trigger_state ~ '^(missing|never)'),
        ARRAY[]::text[]) AS table_without_trigger,
    coalesce(array_agg(collection_name) FILTER (WHERE required AND trigger_state = 'disabled'),
        ARRAY[]::text[]) AS trigger_disabled,
    count(*) FILTER (WHERE required AND trigger_state IN ('enabled', 'disabled')) AS with_trigger,
    count(*) FILTER (WHERE required AND lower(governance_role) = 'governed') AS governed_required,
    count(*) FILTER (WHERE NOT required AND lower(governance_role) = 'governed') AS governed_exempt,
    count(*) FILTER (WHERE lower(governance_role) = 'governed' AND copes) AS frozen_compatible,
    count(*) FILTER (WHERE lower(governance_role) = 'governed' AND NOT copes) AS frozen_broken,
    coalesce(array_agg(collection_name) FILTER (WHERE lower(governance_role) = 'governed' AND copes IS NULL),
        ARRAY[]::text[]) AS locked
FROM (
    SELECT c.*, c.requirement = 'REQUIRED' AS required,
        lower(c.governance_role) = 'governed' AND c.relid IS NOT NULL
            AND {S}.birth_frozen_script_copes(c.collection_name, c.relid) AS copes
    FROM {S}.birth_collections() AS c WHERE c.requirement IS NOT NULL
) AS enrolled

-- name: claims
SELECT claim, source, stated FROM {S}.birth_evidence_claim ORDER BY claim COLLATE "C"
