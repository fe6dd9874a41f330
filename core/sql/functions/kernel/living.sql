-- needs: kernel/refusal
-- The rows of a source that its identity counts for: all of them, but for those that have their codes under an identity
-- that was retired.

DROP FUNCTION IF EXISTS {S}.birth_source_living(oid), {S}._birth_source(oid);

-- What a query's FROM takes for such a source; NULL where no identity of its collection was retired, and Citus does not
-- keep it on its nodes: then `p_columns` are all that are read of it. By the keys of the collection, not of the table:
-- one that was restored has another number.
CREATE OR REPLACE FUNCTION {S}.birth_source_living(p_relid oid, p_columns text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_retired {S}.birth_identity_retirement;
    v_keys text[] := ARRAY[]::text[];
    v_match text;
    v_found text;
    v_rows text;
BEGIN
    FOR v_retired IN
        SELECT r.* FROM {S}.birth_identity_retirement AS r
        WHERE r.rows > 0 AND {S}.birth_collection_table(r.collection_name) = p_relid
        ORDER BY r.version
    LOOP
        SELECT string_agg(format('living.%I = (old.%s)', l.name, l.part), ' AND ' ORDER BY l.position)
        INTO v_match
        FROM {S}._birth_locator_parts(p_relid, v_retired.key_columns) AS l
        HAVING count(*) = cardinality(v_retired.key_columns);
        IF v_match IS NULL THEN
            PERFORM {S}.birth_refuse('BR003', 'key_missing',
                format('the key of the rows of %s that have a code is gone: %s',
                    v_retired.collection_name, array_to_string(v_retired.key_columns, ', ')),
                jsonb_build_object('collection', v_retired.collection_name, 'columns', v_retired.key_columns),
                'Restore the key''s columns under their names, or exempt the collection.');
        END IF;
        v_keys := v_keys || v_retired.key_columns;
        v_found := concat(v_found || ' AND ', format('NOT EXISTS (SELECT FROM {S}.birth_retired_row AS old'
            ' WHERE old.collection_name = %L AND old.version = %s AND %s)',
            v_retired.collection_name, v_retired.version, v_match));
    END LOOP;
    -- Without Citus, thousands of tables are not asked for one by one.
    IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
        v_rows := {S}.birth_shards(p_relid, CASE WHEN p_columns IS NOT NULL THEN p_columns || v_keys END);
    END IF;
    RETURN CASE WHEN v_found IS NULL THEN v_rows
        ELSE format('(SELECT living.* FROM %s AS living WHERE %s)', coalesce(v_rows, p_relid::regclass::text), v_found)
        END;
END
$body$;
COMMENT ON FUNCTION {S}.birth_source_living(oid, text[]) IS
    'The rows of a table that its present identity counts for, as SQL; NULL if that is all of them, in this database: '
    'no identity was retired. For birth_reader. Raises BR003 key_missing.';

-- The same, or the table itself. Of one that Citus keeps on its nodes, no columns are fetched but those of its
-- identities, those that find its rows again, and `p_columns`.
CREATE OR REPLACE FUNCTION {S}._birth_source(p_relid oid, p_columns text[] DEFAULT NULL) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    SELECT coalesce({S}.birth_source_living(p_relid, CASE
        WHEN to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL
            THEN p_columns || {S}._birth_source_columns(p_relid) END), p_relid::regclass::text)
$body$;
COMMENT ON FUNCTION {S}._birth_source(oid, text[]) IS
    'The rows of a source that its identity counts for, as SQL. Private.';

-- The columns of a source that the console has to do with: of its collection's identity and of runs' entries, and of
-- unique indexes.
CREATE OR REPLACE FUNCTION {S}._birth_source_columns(p_relid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT ARRAY(
        SELECT a.attname::text
        FROM pg_attribute AS a
        WHERE a.attrelid = p_relid AND a.attnum > 0 AND NOT a.attisdropped
          AND (a.attname = 'date_created'
            OR a.attname::text IN (
                SELECT unnest(i.columns) FROM {S}.birth_identity AS i
                WHERE {S}.birth_collection_table(i.collection_name) = p_relid)
            OR a.attname::text IN (
                SELECT unnest(l.columns || l.locator) FROM {S}.birth_backfill_ledger AS l WHERE l.relid = p_relid)
            OR EXISTS (SELECT FROM pg_index AS x
                WHERE x.indrelid = p_relid AND x.indisunique AND a.attnum = ANY (x.indkey::int2[]))))
$body$;
COMMENT ON FUNCTION {S}._birth_source_columns(oid) IS
    'The columns of a source that its identity, its entries and its unique indexes are of. Private.';

-- The key that finds a row of `source` again, as SQL: an array of these columns as text.
CREATE OR REPLACE FUNCTION {S}._birth_source_key(p_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('ARRAY[%s]', string_agg(format('source.%I::text', k.name), ', ' ORDER BY k.position))
    FROM unnest(p_columns) WITH ORDINALITY AS k(name, position)
$body$;
COMMENT ON FUNCTION {S}._birth_source_key(text[]) IS
    'The key that finds a row of a source again, as SQL: an array of these columns as text. Private.';

-- Rows that the registry holds for a collection under its present identity: not those of retired ones.
CREATE OR REPLACE FUNCTION {S}.birth_identity_registered(p_collection text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT greatest(0, {S}.birth_bound_count('registry', p_collection) - coalesce((
        SELECT r.registered FROM {S}.birth_identity_retirement AS r
        WHERE r.collection_name = p_collection ORDER BY r.version DESC LIMIT 1), 0))
$body$;
COMMENT ON FUNCTION {S}.birth_identity_registered(text) IS
    'How many rows are registered under the present identity of a collection. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_source_living(oid, text[]), {S}.birth_identity_registered(text)
    TO birth_reader;
