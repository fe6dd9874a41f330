-- The statements that plan a collection and register a batch of it, as the next run would run them; NULL where it
-- cannot be planned.
CREATE OR REPLACE FUNCTION {S}.birth_collection_statements(p_collection text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
    SELECT jsonb_build_object('plan', {S}._birth_plan_text(c.relid, c.collection_name,
            {S}._birth_identity_expression(c.relid, c.collection_name, c.strategy, c.columns, 'source'),
                found.locator,
            c.columns),
        'read', {S}._birth_read_statement(entry), 'register', {S}._birth_register_statement(entry))
    FROM {S}.birth_collections() AS c CROSS JOIN LATERAL {S}._birth_locator(c.relid, c.columns) AS found
    CROSS JOIN LATERAL jsonb_populate_record(NULL::{S}.birth_backfill_ledger, jsonb_build_object(
        'run_id', (SELECT coalesce(max(run_id), 0) + 1 FROM {S}.birth_backfill_run),
        'collection_name', c.collection_name,
        'relid', c.relid,
        'strategy', c.strategy,
        'columns', c.columns,
        'locator', found.locator,
        'locator_indexed', found.indexed)) AS entry
    WHERE c.collection_name = p_collection AND {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns)
$body$;
COMMENT ON FUNCTION {S}.birth_collection_statements(text) IS
    'The statements that the next run would use for a collection; NULL if it cannot be planned. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_collection_statements(text) TO birth_reader;
