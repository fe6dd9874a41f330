-- Rows as events tell of them. An event carries the image of every row that it made or changed: from the events
-- alone it can be said what the tables must hold. `t` is the table, `k` the key, `r` the row, `d` the sha256 of the row
-- as PostgreSQL writes it; a row that went has no `r` and no `d`.

-- The tables that events tell of, the columns of their keys, and columns that pass without an event. Changes of those
-- that are `noted` are told by a trigger, as administrators write them by hand, too.
CREATE OR REPLACE FUNCTION {S}._birth_told_tables()
RETURNS TABLE (name text, key text[], passing text[], noted boolean)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY
    VALUES ('birth_person_login', '{{login}}'::text[], '{{}}'::text[], false),
        ('birth_identity', '{{collection_name}}', '{{}}', false),
        ('birth_identity_history', '{{collection_name,version}}', '{{}}', false),
        ('birth_identity_retirement', '{{collection_name,version}}', '{{}}', false),
        ('birth_admission_permit', '{{permit_id}}', '{{}}', false),
        ('birth_admission_budget', '{{permit_id}}', '{{}}', false),
        ('birth_permit_request', '{{request_id}}', '{{}}', false),
        ('birth_backfill_run', '{{run_id}}', '{{}}', false),
        ('birth_backfill_control', '{{run_id}}', '{{}}', false),
        ('birth_backfill_ledger', '{{ledger_id}}', '{{next_seq,last_epoch}}', false),
        ('birth_backfill_batch', '{{ledger_id,epoch}}', '{{}}', false),
        ('birth_backfill_quarantine', '{{ledger_id,seq}}', '{{}}', false),
        ('birth_backfill_limit', '{{run_id}}', '{{}}', false),
        ('birth_alert_acknowledgement', '{{run_id,alert}}', '{{}}', false),
        ('birth_backfill_certificate', '{{run_id}}', '{{}}', false),
        ('birth_backfill_loss', '{{loss_id}}', '{{}}', false),
        ('birth_history_acceptance', '{{system_identifier,timeline}}', '{{}}', false),
        ('birth_policy', '{{collection_name}}', '{{}}', true),
        ('birth_setting', '{{name}}', '{{}}', true),
        ('birth_collection_place', '{{collection_name}}', '{{}}', true),
        ('birth_evidence_claim', '{{claim}}', '{{}}', true),
        ('birth_binding', '{{part}}', '{{}}', true),
        ('birth_gateway_function', '{{only_row}}', '{{}}', true),
        ('birth_gateway_binding', '{{parameter}}', '{{}}', true),
        ('birth_gateway_trigger', '{{only_row}}', '{{}}', true),
        ('birth_register_column', '{{column_name}}', '{{}}', true),
        ('birth_schema_version', '{{installation}}', '{{}}', false),
        ('birth_migration', '{{name}}', '{{}}', false);
END
$body$;

-- A row as text depends on no session's settings. Values longer than 200 characters are told by their hash, and NULL by
-- nothing.
CREATE OR REPLACE FUNCTION {S}._birth_short(p_row jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT jsonb_object_agg(e.key, CASE WHEN length(e.value::text) <= 200 THEN e.value
            ELSE to_jsonb('sha256:' || encode(sha256(convert_to(e.value::text, 'UTF8')), 'hex')) END)
            FILTER (WHERE e.value <> 'null')
        FROM jsonb_each(p_row) AS e
    );
END
$body$;

-- The images of rows of one of these tables, as an array. `p_where` is a condition on `t`, with $1 as its parameter.
CREATE OR REPLACE FUNCTION {S}._birth_images(p_table text, p_where text, p_key bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS} AS $body$
DECLARE
    v_found jsonb;
BEGIN
    EXECUTE {S}._birth_images_query(p_table, p_where, format('{S}.%I', p_table)) INTO v_found USING p_key;
    RETURN coalesce(v_found, '[]');
END
$body$;

-- The image of a row that is told in full, by its key and as PostgreSQL writes it: for words that are planned once a
-- session. Its caller fixes how values are written.
CREATE OR REPLACE FUNCTION {S}._birth_image(p_table text, p_key text, p_row jsonb, p_text text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN jsonb_build_array(jsonb_build_object('t', p_table, 'k', p_key, 'r', {S}._birth_short(p_row),
        'd', encode(sha256(convert_to(p_text, 'UTF8')), 'hex')));
END
$body$;

-- The images of a batch and of the budget that it took from, as _birth_images gives them.
CREATE OR REPLACE FUNCTION {S}._birth_batch_images(p_ledger_id bigint, p_epoch bigint, p_permit bigint)
    RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS} AS $body$
BEGIN
    RETURN (
            SELECT {S}._birth_image('birth_backfill_batch', concat_ws('/', t.ledger_id, t.epoch),
                to_jsonb(t), t::text)
            FROM {S}.birth_backfill_batch AS t WHERE t.ledger_id = p_ledger_id AND t.epoch = p_epoch)
        || (
            SELECT {S}._birth_image('birth_admission_budget', t.permit_id::text, to_jsonb(t), t::text)
            FROM {S}.birth_admission_budget AS t WHERE t.permit_id = p_permit);
END
$body$;

-- The images of a run, its control and its entries, and those of the runs that it superseded.
CREATE OR REPLACE FUNCTION {S}._birth_run_images(p_run bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_images('birth_backfill_run', 't.run_id = $1 OR t.superseded_by = $1', p_run)
        || {S}._birth_images('birth_backfill_control', 't.run_id = $1', p_run)
        || {S}._birth_images('birth_backfill_ledger', format('t.run_id = $1 OR t.run_id IN (SELECT r.run_id'
            ' FROM %I.birth_backfill_run AS r WHERE r.superseded_by = $1)', {s}), p_run)
$body$;

-- The image of a row that went.
CREATE OR REPLACE FUNCTION {S}._birth_no_image(p_table text, p_key text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_array(jsonb_build_object('t', p_table, 'k', p_key))
$body$;

-- The images of a collection's identity, of its version just recorded, or that there is none any more. As _birth_images
-- gives them, in words that are planned once a session: files record thousands of them. Both tables are told in full.
CREATE OR REPLACE FUNCTION {S}._birth_identity_images(p_collection text, p_version integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS} AS $body$
BEGIN
    RETURN coalesce((
            SELECT {S}._birth_image('birth_identity', t.collection_name, to_jsonb(t), t::text)
            FROM {S}.birth_identity AS t WHERE t.collection_name = p_collection),
            {S}._birth_no_image('birth_identity', p_collection))
        || coalesce((
            SELECT {S}._birth_image('birth_identity_history', concat_ws('/', t.collection_name, t.version),
                to_jsonb(t), t::text)
            FROM {S}.birth_identity_history AS t WHERE t.collection_name = p_collection AND t.version = p_version),
            '[]');
END
$body$;

-- Tell of all rows as they are found: once, by the first version whose events tell of them. What stands nowhere but in
-- a table is told in full, the rest by its digest.
CREATE OR REPLACE FUNCTION {S}._birth_rows_tell() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_rows jsonb;
BEGIN
    FOR v_rows IN SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('t', chunk.name, 'k', chunk.key,
            'd', chunk.digest)) || CASE WHEN chunk.noted
                THEN jsonb_build_object('r', {S}.birth_told_row(chunk.name, chunk.key)) ELSE '{{}}' END)
        FROM (
            SELECT r.*, told.noted, row_number() OVER () / 50000 AS number
            FROM {S}.birth_told_rows() AS r JOIN {S}._birth_told_tables() AS told USING (name)) AS chunk
        GROUP BY chunk.number ORDER BY chunk.number
    LOOP
        PERFORM {S}.birth_ledger_append('rows_found', jsonb_build_object('rows', v_rows));
    END LOOP;
END
$body$;

-- The query of keys, images and digests of a table's rows; `p_source` is where they stand, as SQL. The digest is that
-- of the row as PostgreSQL writes it, which costs a tenth of the image.
CREATE OR REPLACE FUNCTION {S}._birth_image_query(p_table text, p_where text, p_source text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT format('SELECT concat_ws(''/'', %s) AS key, {S}._birth_short(to_jsonb(t) - %L::text[]) AS image,'
                ' encode(sha256(convert_to(ROW(%s)::text, ''UTF8'')), ''hex'') AS digest FROM %s AS t WHERE %s',
            (SELECT string_agg(format('t.%I', k.name), ', ' ORDER BY k.place)
                FROM unnest(told.key) WITH ORDINALITY AS k(name, place)),
            told.passing,
            (SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
                WHERE a.attrelid = format('%I.%I', {s}, p_table)::regclass AND a.attnum > 0 AND NOT a.attisdropped
                  AND a.attname <> ALL (told.passing)),
            p_source, p_where)
        FROM {S}._birth_told_tables() AS told WHERE told.name = p_table
    );
END
$body$;

-- The query of all of them as one array.
CREATE OR REPLACE FUNCTION {S}._birth_images_query(p_table text, p_where text, p_source text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT jsonb_agg(jsonb_build_object(''t'', %L, ''k'', i.key, ''r'', i.image, ''d'', i.digest)'
            ' ORDER BY i.key) FROM (%s) AS i',
        p_table, {S}._birth_image_query(p_table, p_where, p_source))
$body$;

-- What the tables hold now: the digest of each row. Claims that are not finished pass without an event, and so
-- does what belongs to others under one of these names. Installed objects are told by the events of the schema.
CREATE OR REPLACE FUNCTION {S}.birth_told_rows() RETURNS TABLE (name text, key text, digest text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS} AS $body$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT told.name FROM {S}._birth_told_tables() AS told JOIN pg_class AS c ON c.relname = told.name
        WHERE c.relnamespace = format('%I', {s})::regnamespace AND c.relowner = 'birth_owner'::regrole
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L, i.key, i.digest FROM (%s) AS i',
            v_table, {S}._birth_image_query(v_table,
                CASE v_table WHEN 'birth_backfill_batch' THEN 't.finished_at IS NOT NULL' ELSE 'true' END,
                format('{S}.%I', v_table)));
    END LOOP;
    RETURN QUERY SELECT 'birth_schema_object', concat_ws(' ', o.kind, o.name),
        encode(sha256(convert_to(o.aspects::text, 'UTF8')), 'hex') FROM {S}.birth_schema_object AS o;
END
$body$;

-- The same of some rows, named by table and key: what events of late told of. The large tables are asked by their keys.
CREATE OR REPLACE FUNCTION {S}.birth_told_rows_of(p_names text[], p_keys text[])
RETURNS TABLE (name text, key text, digest text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS} AS $body$
DECLARE
    v_told record;
BEGIN
    FOR v_told IN
        SELECT told.name, told.key, array_agg(wanted.key) AS keys
        FROM {S}._birth_told_tables() AS told JOIN pg_class AS c ON c.relname = told.name
        JOIN unnest(p_names, p_keys) AS wanted(name, key) ON wanted.name = told.name
        WHERE c.relnamespace = format('%I', {s})::regnamespace AND c.relowner = 'birth_owner'::regrole
        GROUP BY told.name, told.key
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L, i.key, i.digest FROM (%s) AS i WHERE i.key = ANY ($1)',
            v_told.name, {S}._birth_image_query(v_told.name,
                CASE WHEN v_told.name IN ('birth_backfill_batch', 'birth_backfill_quarantine')
                    THEN format('(t.%1$I, t.%2$I) IN (SELECT split_part(k, ''/'', 1)::bigint,'
                        ' split_part(k, ''/'', 2)::bigint FROM unnest($1) AS k'
                        ' WHERE k ~ ''^[0-9]{{1,18}}/[0-9]{{1,18}}$'')',
                        v_told.key[1], v_told.key[2])
                    ELSE 'true' END || CASE v_told.name
                    WHEN 'birth_backfill_batch' THEN ' AND t.finished_at IS NOT NULL' ELSE '' END,
                format('{S}.%I', v_told.name))) USING v_told.keys;
    END LOOP;
    RETURN QUERY SELECT 'birth_schema_object', o.key, encode(sha256(convert_to(o.aspects::text, 'UTF8')), 'hex')
        FROM (SELECT concat_ws(' ', s.kind, s.name) AS key, s.aspects FROM {S}.birth_schema_object AS s) AS o
        WHERE o.key IN (
            SELECT wanted.key FROM unnest(p_names, p_keys) AS wanted(name, key)
            WHERE wanted.name = 'birth_schema_object');
END
$body$;

-- Where an entry does not continue behind its batches: what it says, and what the batches say.
CREATE OR REPLACE FUNCTION {S}.birth_told_counters()
RETURNS TABLE (ledger_id bigint, next_seq bigint, wanted_seq bigint, last_epoch bigint, wanted_epoch bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT l.ledger_id, l.next_seq, coalesce(b.seq_to, 0) + 1, l.last_epoch, coalesce(b.epoch, 0)
    FROM {S}.birth_backfill_ledger AS l
    LEFT JOIN (SELECT t.ledger_id, max(t.seq_to) AS seq_to, max(t.epoch) AS epoch
        FROM {S}.birth_backfill_batch AS t GROUP BY t.ledger_id) AS b USING (ledger_id)
    WHERE (l.next_seq, l.last_epoch) IS DISTINCT FROM (coalesce(b.seq_to, 0) + 1, coalesce(b.epoch, 0))
    ORDER BY l.ledger_id
$body$;

-- Retirements whose rows are not those that they were recorded with: how many of them stand at numbers from 1 on, and
-- their digest. Rows of no retirement are found, too.
CREATE OR REPLACE FUNCTION {S}.birth_told_retired()
RETURNS TABLE (key text, rows bigint, wanted_rows bigint, digest text, wanted_digest text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- The digest of tens of thousands of rows is sorted for.
SET work_mem = '64MB' AS $body$
    SELECT concat_ws('/', collection_name, version), coalesce(k.rows, 0), r.rows, k.digest, r.digest
    FROM {S}.birth_identity_retirement AS r
    FULL JOIN (
        SELECT o.collection_name, o.version,
            count(DISTINCT o.seq) FILTER (WHERE o.seq BETWEEN 1 AND c.rows) AS rows,
            encode(sha256(string_agg(sha256(convert_to(o.source_key::text, 'UTF8')), ''::bytea
                ORDER BY o.source_key::text COLLATE "C")), 'hex') AS digest
        FROM {S}.birth_retired_row AS o
        LEFT JOIN {S}.birth_identity_retirement AS c USING (collection_name, version)
        GROUP BY o.collection_name, o.version) AS k USING (collection_name, version)
    WHERE (coalesce(k.rows, 0), coalesce(k.digest, encode(sha256(''::bytea), 'hex')))
        IS DISTINCT FROM (r.rows, r.digest)
    ORDER BY 1
$body$;

-- One row as it is now, to be compared; NULL where there is none.
CREATE OR REPLACE FUNCTION {S}.birth_told_row(p_table text, p_key text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
{TEXT_SETTINGS} AS $body$
DECLARE
    v_row jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM {S}._birth_told_tables() AS told WHERE told.name = p_table) THEN
        RETURN (SELECT to_jsonb(encode(sha256(convert_to(o.aspects::text, 'UTF8')), 'hex'))
            FROM {S}.birth_schema_object AS o
            WHERE p_table = 'birth_schema_object' AND concat_ws(' ', o.kind, o.name) = p_key);
    END IF;
    EXECUTE format('SELECT i.image FROM (%s) AS i WHERE i.key = $1',
        {S}._birth_image_query(p_table, 'true', format('{S}.%I', p_table))) INTO v_row USING p_key;
    RETURN v_row;
END
$body$;

GRANT EXECUTE ON FUNCTION {S}.birth_told_rows(), {S}.birth_told_rows_of(text[], text[]),
    {S}.birth_told_row(text, text), {S}.birth_told_counters(), {S}.birth_told_retired() TO birth_reader;

COMMENT ON FUNCTION {S}._birth_told_tables() IS
    'The tables whose rows events tell of, their keys, columns left out, and whether a trigger tells. Private.';
COMMENT ON FUNCTION {S}._birth_short(jsonb) IS
    'A row without its NULLs, values of more than 200 characters told by their hash.';
COMMENT ON FUNCTION {S}._birth_images(text, text, bigint) IS
    'The images of rows of a table, as an event carries them.';
COMMENT ON FUNCTION {S}._birth_image(text, text, jsonb, text) IS
    'The image of a row that is told in full.';
COMMENT ON FUNCTION {S}._birth_batch_images(bigint, bigint, bigint) IS
    'The images of a batch and of the budget that it took from.';
COMMENT ON FUNCTION {S}._birth_run_images(bigint) IS
    'The images of a run, its control and its entries, and of the runs it superseded.';
COMMENT ON FUNCTION {S}._birth_identity_images(text, integer) IS
    'The images of an identity and of its latest version.';
COMMENT ON FUNCTION {S}._birth_no_image(text, text) IS 'The image of a row that went.';
COMMENT ON FUNCTION {S}._birth_image_query(text, text, text) IS
    'The query of keys, images and digests of a table''s rows. Private.';
COMMENT ON FUNCTION {S}._birth_images_query(text, text, text) IS
    'The query of all images of a table''s rows, as one array. Private.';
COMMENT ON FUNCTION {S}._birth_rows_tell() IS
    'Appends events of all rows as found: once, by an installation or an upgrade from 0.1.0.';
COMMENT ON FUNCTION {S}.birth_told_rows() IS
    'The digest of each row that events tell of, as the tables hold it now. For every birth_reader, who audits.';
COMMENT ON FUNCTION {S}.birth_told_rows_of(text[], text[]) IS
    'The same of rows that are named by table and key. For every birth_reader, who audits.';
COMMENT ON FUNCTION {S}.birth_told_row(text, text) IS 'One such row as it is now, or NULL. For every birth_reader.';
COMMENT ON FUNCTION {S}.birth_told_counters() IS
    'Entries whose counters do not continue behind their batches. For every birth_reader, who audits.';
COMMENT ON FUNCTION {S}.birth_told_retired() IS
    'Retirements whose rows are not those that they were recorded with. For every birth_reader, who audits.';
