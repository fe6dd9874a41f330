-- What a query of a source joins is read as birth_caller: stand-ins, and of ours what names rows and codes of sources.
DO $body$
DECLARE
    v_table oid;
BEGIN
    FOR v_table IN SELECT c.oid FROM pg_class AS c
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
          AND c.relowner = 'birth_owner'::regrole
          AND c.relname IN ('birth_registry', 'collection_registry', 'birth_policy', 'trigger_guard_alerts',
              'birth_backfill_run', 'birth_backfill_ledger', 'birth_backfill_item', 'birth_backfill_batch',
              'birth_backfill_quarantine', 'birth_retired_row')
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO birth_caller', v_table::regclass);
    END LOOP;
END
$body$;
