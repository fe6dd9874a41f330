-- needs: kernel/refusal
-- The rows of a source that its identity counts for: all of them, but for those that have their codes under an identity
-- that was retired.

-- What a query's FROM takes for such a source; NULL where no identity of its collection was retired. By the keys of the
-- collection, not of the table: one that was restored has another number.
CREATE OR REPLACE FUNCTION {S}.birth_source_living(p_relid oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_retired {S}.birth_identity_retirement;
    v_match text;
    v_found text;
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
        v_found := concat(v_found || ' AND ', format('NOT EXISTS (SELECT FROM {S}.birth_retired_row AS old'
            ' WHERE old.collection_name = %L AND old.version = %s AND %s)',
            v_retired.collection_name, v_retired.version, v_match));
    END LOOP;
    RETURN format('(SELECT living.* FROM %s AS living WHERE ', p_relid::regclass) || v_found || ')';
END
$body$;
COMMENT ON FUNCTION {S}.birth_source_living(oid) IS
    'The rows of a table that its present identity counts for, as SQL; NULL if that is all of them: no identity was '
    'retired. For birth_reader. Raises BR003 key_missing.';

-- The same, or the table itself.
CREATE OR REPLACE FUNCTION {S}._birth_source(p_relid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    SELECT coalesce({S}.birth_source_living(p_relid), p_relid::regclass::text)
$body$;
COMMENT ON FUNCTION {S}._birth_source(oid) IS 'The rows of a source that its identity counts for, as SQL. Private.';

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

GRANT EXECUTE ON FUNCTION {S}.birth_source_living(oid), {S}.birth_identity_registered(text) TO birth_reader;
