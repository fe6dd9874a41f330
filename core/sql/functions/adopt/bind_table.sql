-- Bind a table of the company to one of the names that we use: for administrators. `p_columns` maps our names to the
-- company's where they differ. What the table is at this moment stands in the binding, and in the ledger.
CREATE OR REPLACE FUNCTION {S}.birth_bind_table(p_part text, p_schema text, p_table text, p_columns jsonb)
    RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_was jsonb;
BEGIN
    SELECT {S}._birth_table_was(c.oid)
    INTO v_was FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = p_schema AND c.relname = p_table;
    IF v_was IS NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable', format('%I.%I is not a table', p_schema, p_table),
            jsonb_build_object('part', p_part, 'schema', p_schema, 'table', p_table), 'Name the table that holds it.');
    END IF;
    UPDATE {S}.birth_binding SET schema_name = p_schema, table_name = p_table, columns = coalesce(p_columns, '{{}}'),
        was = v_was, bound_at = clock_timestamp(), bound_by = session_user WHERE part = p_part;
    PERFORM {S}._birth_bound_redefine();
    PERFORM {S}.birth_ledger_append('table_bound', jsonb_build_object(
        'part', p_part, 'schema', p_schema, 'table', p_table,
        'columns', coalesce(p_columns, '{{}}'), 'was', v_was));
END
$body$;
COMMENT ON FUNCTION {S}.birth_bind_table(text, text, text, jsonb) IS
    'Binds a table of the company to a part; p_columns maps our column names to the company''s where they differ. '
    'For administrators. Raises BR003 not_bindable.';

-- Define what reads and writes the bound tables again, as they are bound and kept now, and record that this was us.
CREATE OR REPLACE FUNCTION {S}._birth_bound_redefine() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    PERFORM {S}._birth_bound_define();
    PERFORM {S}._birth_register_define();
    PERFORM {S}._birth_schema_redefined(ARRAY[
        'birth_registry_rows', 'birth_registry_named', 'birth_registry_query', 'birth_collection_rows',
        'birth_policy_rows', 'birth_alert_rows', '_birth_policy_hold', '_birth_policy_write']);
END
$body$;
COMMENT ON FUNCTION {S}._birth_bound_redefine() IS
    'Defines the functions that read and write the bound tables again, and records it. Private.';
