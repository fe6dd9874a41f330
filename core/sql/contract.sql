-- name: gateway
SELECT count(p.oid) > 0 AS register_function, coalesce(bool_or(
        -- Every parameter of the binding is there, and whatever is not bound has a default.
        NOT EXISTS (SELECT FROM {S}.birth_gateway_binding AS b WHERE b.parameter <> ALL (coalesce(p.proargnames, ARRAY[]::text[])))
        AND p.pronargs - p.pronargdefaults <= (SELECT count(*) FROM {S}.birth_gateway_binding)), false) AS bound
FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = {s} AND p.proname = 'fn_birth_register' AND p.prokind = 'f'

-- name: statements
SELECT {S}.birth_collection_statements(%(collection)s) AS statements
