-- Sources and a registry that are distributed tables (Citus): a join of two that are not distributed alike is refused
-- there. So such a source is read in windows, and the registry is asked for the codes of each by its index.

-- Whether a table is read in windows: it or the registry is distributed, or the owner wants it so for all.
CREATE OR REPLACE FUNCTION {S}.birth_windowed(p_relid oid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (SELECT FROM {S}.birth_setting WHERE name = 'windows')
        OR {S}.birth_distributed(ARRAY[p_relid, {S}.birth_bound_table('registry')]) <> '{{}}';
END
$body$;
COMMENT ON FUNCTION {S}.birth_windowed(oid) IS
    'True if a table is read in windows instead of by joins: it or the registry is distributed, or the setting '
    '`windows` forces it. For birth_reader.';

-- What the registry holds under these codes, asked for by its index, by one plan for any codes. Read as in
-- _birth_reading, with its caller's rights; a role that has birth_owner's reads through birth_caller.
CREATE OR REPLACE FUNCTION {S}.birth_registry_probe(p_codes text[])
RETURNS TABLE (code text, collection text, origin text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = 'off' SET jit = 'off' SET plan_cache_mode = 'force_generic_plan' AS $body$
DECLARE
    v_is_read boolean := false;
    v_codes text[];
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN QUERY
        SELECT *
        FROM {S}._birth_reading_codes('SELECT * FROM {S}.birth_registry_probe($1)', p_codes)
            AS r(code text, collection text, origin text);
        RETURN;
    END IF;
    {READ_ONLY}
    IF {S}.birth_registry_is_spread() THEN
        FOR v_codes IN SELECT g.codes FROM {S}.birth_codes_by_shard(p_codes) AS g LOOP
            RETURN QUERY EXECUTE {S}.birth_registry_query('entity_code, collection_name, dot_origin', v_codes);
        END LOOP;
    ELSE
        RETURN QUERY
        SELECT r.entity_code::text, r.collection_name::text, r.dot_origin::text
        FROM {S}.birth_registry_rows() AS r
        WHERE r.entity_code = ANY (p_codes);
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}.birth_registry_probe(text[]) IS
    'What the registry holds under these codes, found by its index. For birth_reader.';

-- The rows of a query (code, source_key), each with the collection that its code is registered for, or NULL. Where only
-- the source is distributed, what its nodes answered is joined with the registry here. With its caller's rights,
-- birth_caller's for a role that has birth_owner's; and all of it in the snapshot of its caller's statement.
CREATE OR REPLACE FUNCTION {S}.birth_windows(p_query text) RETURNS TABLE (code text, source_key text, owner text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET jit = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_codes text[] := ARRAY[]::text[];
    v_keys text[] := ARRAY[]::text[];
    v_rows integer := 0;
    v_row record;
    v_is_read boolean := false;
BEGIN
    IF pg_has_role('birth_owner', 'USAGE') THEN
        RETURN QUERY
        SELECT *
        FROM {S}._birth_reading_codes('SELECT * FROM {S}.birth_windows(($1)[1])', ARRAY[p_query])
            AS r(code text, source_key text, owner text);
        RETURN;
    END IF;
    {READ_ONLY}
    IF NOT {S}.birth_registry_is_spread()
       AND NOT EXISTS (SELECT FROM {S}.birth_setting WHERE name = 'windows') THEN
        RETURN QUERY EXECUTE format('SELECT row.code::text, row.source_key::text, r.collection_name::text'
            ' FROM (%s) AS row LEFT JOIN {S}.birth_registry_rows() AS r ON r.entity_code = row.code', p_query);
        v_is_read := true;
        RAISE SQLSTATE 'BR999';
    END IF;
    FOR v_row IN EXECUTE p_query LOOP
        v_codes := v_codes || v_row.code;
        v_keys := v_keys || v_row.source_key;
        v_rows := v_rows + 1;
        IF v_rows = 10000 THEN
            RETURN QUERY SELECT * FROM {S}.birth_window(v_codes, v_keys);
            v_codes := ARRAY[]::text[];
            v_keys := ARRAY[]::text[];
            v_rows := 0;
        END IF;
    END LOOP;
    RETURN QUERY SELECT * FROM {S}.birth_window(v_codes, v_keys);
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}.birth_windows(text) IS
    'Rows of a query (code, source_key), each with the collection that its code is registered for; read in windows '
    'of 10,000 rows. For birth_reader.';

-- One window: codes and keys side by side, each with the collection that the code is registered for.
CREATE OR REPLACE FUNCTION {S}.birth_window(p_codes text[], p_keys text[])
RETURNS TABLE (code text, source_key text, owner text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT item.code, item.source_key, r.collection
    FROM unnest(p_codes, p_keys) WITH ORDINALITY AS item(code, source_key, number)
    LEFT JOIN {S}.birth_registry_probe(p_codes) AS r ON r.code = item.code
    ORDER BY item.number
$body$;
COMMENT ON FUNCTION {S}.birth_window(text[], text[]) IS
    'One window of birth_windows: codes and keys side by side, each with the collection that the code is registered '
    'for. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_windowed(oid), {S}.birth_registry_probe(text[]),
    {S}.birth_windows(text), {S}.birth_window(text[], text[]) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_registry_probe(text[]), {S}.birth_windows(text),
    {S}.birth_window(text[], text[]) TO birth_caller;
