-- name: gateway
SELECT p.oid IS NOT NULL AS register_function,
    -- Every parameter of the binding is there, and whatever is not bound has a default.
    p.oid IS NOT NULL
        AND NOT EXISTS (SELECT FROM {S}.birth_gateway_binding AS b
            WHERE b.parameter <> ALL (coalesce(p.proargnames, ARRAY[]::text[])))
        AND p.pronargs - p.pronargdefaults <= (SELECT count(*) FROM {S}.birth_gateway_binding) AS bound
FROM (SELECT {S}.birth_register_function() AS oid) AS wanted LEFT JOIN pg_catalog.pg_proc AS p ON p.oid = wanted.oid

-- name: gateway_code
SELECT {S}.birth_gateway_code(c.relid) AS told,
    {S}.birth_gateway_agrees(c.relid, c.strategy, c.columns) AS agrees
FROM {S}.birth_collections() AS c WHERE c.collection_name = %(collection)s

-- name: statements
SELECT {S}.birth_collection_statements(%(collection)s) AS statements
