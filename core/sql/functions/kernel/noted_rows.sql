-- needs: kernel/chain, kernel/image
-- triggers: birth_rows_inserted, birth_rows_updated, birth_rows_deleted on birth_policy, birth_setting,
-- birth_collection_place, birth_evidence_claim, birth_binding, birth_gateway_function, birth_gateway_binding,
-- birth_gateway_trigger, birth_register_column
-- What is bound, set and decided about collections is written by administrators, also by hand. Each statement that
-- changes it is an event, which tells of the rows.
CREATE OR REPLACE FUNCTION {S}._birth_rows_noted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off
{TEXT_SETTINGS} AS $body$
DECLARE
    v_before jsonb;
    v_now jsonb;
    v_rows jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        EXECUTE {S}._birth_images_query(TG_TABLE_NAME::text, 'true', 'old_rows') INTO v_before;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        EXECUTE {S}._birth_images_query(TG_TABLE_NAME::text, 'true', 'new_rows') INTO v_now;
    END IF;
    v_before := coalesce(v_before, '[]');
    v_now := coalesce(v_now, '[]');
    -- First what went: a row that only changed its key leaves one and comes as another.
    SELECT coalesce((SELECT jsonb_agg(g.image) FROM (
            SELECT b.image - 'r' - 'd' FROM jsonb_array_elements(v_before) AS b(image)
            EXCEPT SELECT n.image - 'r' - 'd' FROM jsonb_array_elements(v_now) AS n(image)) AS g(image)), '[]')
        || coalesce((SELECT jsonb_agg(c.image) FROM (
            SELECT n.image FROM jsonb_array_elements(v_now) AS n(image)
            EXCEPT SELECT b.image FROM jsonb_array_elements(v_before) AS b(image)) AS c(image)), '[]')
    INTO v_rows;
    IF v_rows <> '[]' THEN
        PERFORM {S}.birth_ledger_append('configured', jsonb_build_object('table', TG_TABLE_NAME, 'rows', v_rows));
    END IF;
    RETURN NULL;
END
$body$;
COMMENT ON FUNCTION {S}._birth_rows_noted() IS
    'Appends the rows that a statement changed to the chain. Trigger function.';

-- Triggers that are as they should be are not touched: the trigger guard counts that, and plans would be stale.
DO $body$
DECLARE
    v_wanted record;
BEGIN
    FOR v_wanted IN SELECT c.relname, w.*
        FROM unnest(ARRAY['birth_policy', 'birth_setting', 'birth_collection_place', 'birth_evidence_claim',
            'birth_binding', 'birth_gateway_function', 'birth_gateway_binding', 'birth_gateway_trigger',
            'birth_register_column']) AS noted(name)
        JOIN pg_class AS c ON c.relname = noted.name AND c.relkind = 'r'
            AND c.relnamespace = format('%I', {s})::regnamespace
            AND (noted.name <> 'birth_policy' OR c.relowner = 'birth_owner'::regrole)
        CROSS JOIN (VALUES ('birth_rows_inserted', 'INSERT', 4, NULL, 'new_rows', 'NEW TABLE AS new_rows'),
            ('birth_rows_updated', 'UPDATE', 16, 'old_rows', 'new_rows', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
            ('birth_rows_deleted', 'DELETE', 8, 'old_rows', NULL, 'OLD TABLE AS old_rows'))
            AS w(name, event, type, old, new, referencing)
        WHERE NOT EXISTS (SELECT FROM pg_trigger AS t
            WHERE t.tgrelid = c.oid AND t.tgname = w.name AND t.tgtype = w.type AND t.tgenabled = 'O'
              AND t.tgfoid = format('%I._birth_rows_noted', {s})::regproc AND t.tgqual IS NULL AND t.tgnargs = 0
              AND t.tgoldtable IS NOT DISTINCT FROM w.old AND t.tgnewtable IS NOT DISTINCT FROM w.new)
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON {S}.%I REFERENCING %s FOR EACH STATEMENT'
            ' EXECUTE FUNCTION {S}._birth_rows_noted()', v_wanted.name, v_wanted.event, v_wanted.relname,
            v_wanted.referencing);
    END LOOP;
END
$body$;
