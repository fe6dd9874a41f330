-- Whether the old, frozen script coped with a collection: it knew one text column by heart and needed date_created,
-- both set for every row. Columns that the catalog says are NOT NULL need no look at the rows. NULL while a session
-- locks the table against all others: a look at the whole does not wait for one table.
CREATE OR REPLACE FUNCTION {S}.birth_frozen_script_copes(p_collection text, p_relid oid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET lock_timeout = '20ms' AS $body$
DECLARE
    v_code text := CASE p_collection
        WHEN 'table_registry' THEN 'table_id'
        WHEN 'workflows' THEN 'process_code'
        ELSE 'code' END;
    v_columns record;
    v_unset boolean;
    v_is_read boolean := false;
BEGIN
    SELECT count(*) AS present,
        string_agg(format('%I IS NULL', attname), ' OR ') FILTER (WHERE NOT attnotnull) AS doubtful
    INTO v_columns
    FROM pg_attribute
    WHERE attrelid = p_relid AND NOT attisdropped
      AND (attname = 'date_created' OR attname = v_code AND atttypid IN ('text'::regtype, 'varchar'::regtype));
    IF v_columns.present < 2 OR v_columns.doubtful IS NULL THEN
        RETURN v_columns.present = 2;
    END IF;
    -- Nor are the nodes of Citus asked for all of one.
    IF {S}.birth_distributed(ARRAY[p_relid]) <> '{{}}' THEN
        RETURN NULL;
    END IF;
    BEGIN
        {READ_ONLY}
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', p_relid::regclass, v_columns.doubtful) INTO v_unset;
        {UNDONE}
        WHEN lock_not_available THEN
            NULL;
    END;
    RETURN NOT v_unset;
END
$body$;
COMMENT ON FUNCTION {S}.birth_frozen_script_copes(text, oid) IS
    'True if the frozen script could handle a collection; NULL while its table is locked. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_frozen_script_copes(text, oid) TO birth_reader;
