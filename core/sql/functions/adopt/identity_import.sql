-- Record an identity that was decided before this console: for administrators, not for operators.
CREATE OR REPLACE FUNCTION {S}.birth_identity_import(
    p_collection text, p_strategy text, p_columns text[], p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    INSERT INTO {S}.birth_identity (collection_name, strategy, columns, version)
    VALUES (p_collection, p_strategy, p_columns, 1);
    INSERT INTO {S}.birth_identity_history (collection_name, version, action, strategy, columns, reason, pins)
    VALUES (p_collection, 1, 'imported', p_strategy, p_columns, p_reason,
        {S}.birth_identity_pins({S}.birth_collection_table(p_collection), p_columns));
    PERFORM {S}.birth_ledger_append('identity_imported', jsonb_build_object('collection', p_collection,
        'strategy', p_strategy, 'columns', p_columns, 'version', 1,
        'rows', {S}._birth_identity_images(p_collection, 1)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_identity_import(text, text, text[], text) IS
    'Records an identity that was decided before this console was installed. For administrators.';
