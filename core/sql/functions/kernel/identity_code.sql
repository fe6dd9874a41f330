-- The codec: a column as text that no session setting can change. Refuses types without such a text.
CREATE OR REPLACE FUNCTION {S}._birth_identity_text(p_relid oid, p_column text, p_alias text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_type oid;
    v_kind "char";
    v_base oid;
    v_text text := format('%I.%I', p_alias, p_column);
BEGIN
    SELECT atttypid INTO v_type FROM pg_attribute
    WHERE attrelid = p_relid AND attname = p_column AND attnum > 0 AND NOT attisdropped;
    IF v_type IS NULL OR octet_length(p_column) > 63 THEN
        PERFORM {S}.birth_refuse('BR003', 'column_missing',
            format('%s has no column %I', p_relid::regclass, p_column),
            jsonb_build_object('table', p_relid::regclass::text, 'column', p_column), 'Name a column of the table.');
    END IF;
    LOOP
        SELECT typtype, typbasetype INTO v_kind, v_base FROM pg_type WHERE oid = v_type;
        EXIT WHEN v_kind IS DISTINCT FROM 'd';
        v_type := v_base;
    END LOOP;
    v_text := CASE
        WHEN v_type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype,
                'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype, 'bool'::regtype)
            THEN v_text
        -- Not by its cast, either: what the extension has is what its text says.
        WHEN {S}.birth_is_citext(v_type)
            THEN format('CASE WHEN %1$s IS NOT NULL THEN format(''%%s'', %1$s) END', v_text)
        -- Never by a cast: the owner of an enum may have made one to text that does whatever they like.
        WHEN v_kind = 'e'
            THEN format('CASE WHEN %1$s IS NOT NULL THEN format(''%%s'', %1$s) END', v_text)
        WHEN v_type = 'numeric'::regtype
            THEN format('trim_scale(%s)', v_text)
        -- By way of a timestamp without time zone: a zone may have skipped the day.
        WHEN v_type = 'date'::regtype
            THEN {S}._birth_iso_text(v_text || '::timestamp', 'YYYY-MM-DD',
                format('isfinite(%1$s) AND %1$s < ''294277-01-01''', v_text))
        WHEN v_type = 'timestamp'::regtype
            THEN {S}._birth_iso_text(v_text, 'YYYY-MM-DD"T"HH24:MI:SS.US',
                format('isfinite(%s)', v_text))
        WHEN v_type = 'timestamptz'::regtype
            -- Not by a name: since PostgreSQL 18, a session with a time zone of its own may call another one UTC.
            THEN {S}._birth_iso_text(format('(%s AT TIME ZONE interval ''0'')', v_text),
                'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', format('isfinite(%s)', v_text))
        END;
    IF v_text IS NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'type_unsupported',
            format('column %I has type %s, which has no text that is the same in every session',
                p_column, v_type::regtype),
            jsonb_build_object('column', p_column, 'type', v_type::regtype::text),
            'Choose columns of type text, citext, integer, uuid, boolean, numeric, date, timestamp or enum.');
    END IF;
    -- Under the database's own collation: the column's may be another, or call different texts equal.
    RETURN format('(%s)::text COLLATE pg_catalog."default"', v_text);
END
$body$;
COMMENT ON FUNCTION {S}._birth_identity_text(oid, text, text) IS
    'SQL expression of a column as text that no session setting changes. Refuses types without such a text. '
    'Private. Raises BR003 column_missing, type_unsupported.';

-- Whether a column holds texts, which may be empty or blank: numbers, uuids and dates are never either.
CREATE OR REPLACE FUNCTION {S}._birth_is_text(p_relid oid, p_column text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_type oid;
    v_kind "char";
    v_base oid := (
        SELECT atttypid FROM pg_attribute
        WHERE attrelid = p_relid AND attname = p_column AND attnum > 0 AND NOT attisdropped);
BEGIN
    LOOP
        v_type := v_base;
        SELECT typtype, typbasetype INTO v_kind, v_base FROM pg_type WHERE oid = v_type;
        EXIT WHEN v_kind IS DISTINCT FROM 'd';
    END LOOP;
    RETURN coalesce(v_kind = 'e'
        OR v_type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype)
        OR {S}.birth_is_citext(v_type), false);
END
$body$;
COMMENT ON FUNCTION {S}._birth_is_text(oid, text) IS
    'True if a column holds text, also through domains. Private.';

-- Dates and times as ISO 8601. Years before 1 carry ' BC', or they would equal years after; infinity has no date, and a
-- date beyond what a timestamp holds has no text: both give NULL.
CREATE OR REPLACE FUNCTION {S}._birth_iso_text(p_stamp text, p_format text, p_known text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format(
        'CASE WHEN %3$s THEN to_char(%1$s, %2$L) || CASE WHEN %1$s < ''0001-01-01'' THEN '' BC'' ELSE '''' END END',
        p_stamp, p_format, p_known)
$body$;
COMMENT ON FUNCTION {S}._birth_iso_text(text, text, text) IS
    'SQL expression of a date or time as ISO 8601 text; NULL for infinity. Private.';

-- Whether anything of a text is seen, as SQL. Its first character tells most, any of visible ASCII nearly all: only the
-- rest is folded, which takes ten times as long.
CREATE OR REPLACE FUNCTION {S}._birth_seen_condition(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format(
        '(ascii(%1$s) BETWEEN 33 AND 126 OR %1$s ~ ''[!-~]'' OR {S}.birth_code_fold(%1$s) <> '''')', p_text)
$body$;
COMMENT ON FUNCTION {S}._birth_seen_condition(text) IS
    'SQL that is true where anything of a text is seen. Private.';

-- The entity_code of a row, as an SQL expression over `p_alias`; NULL where a part is NULL, empty or blank.
-- Parts are escaped, % first, so that two different tuples never give one code.
CREATE OR REPLACE FUNCTION {S}._birth_identity_expression(
    p_relid oid, p_collection text, p_strategy text, p_columns text[], p_alias text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_column text;
    v_text text;
    v_parts text[] := ARRAY[]::text[];
BEGIN
    FOREACH v_column IN ARRAY p_columns LOOP
        v_text := {S}._birth_identity_text(p_relid, v_column, p_alias);
        IF {S}._birth_is_text(p_relid, v_column) THEN
            v_text := format('CASE WHEN %2$s THEN %1$s END', v_text, {S}._birth_seen_condition(v_text));
        END IF;
        v_parts := v_parts || v_text;
    END LOOP;
    IF p_strategy = 'column' THEN
        RETURN v_parts[1];
    END IF;
    RETURN (SELECT format('%L || ', p_collection || ':') || string_agg(
            format('replace(replace(replace(%s, ''%%'', ''%%25''), ''/'', ''%%2F''), '':'', ''%%3A'')', part),
            ' || ''/'' || ' ORDER BY position)
        FROM unnest(v_parts) WITH ORDINALITY AS p(part, position));
END
$body$;
COMMENT ON FUNCTION {S}._birth_identity_expression(oid, text, text, text[], text) IS
    'SQL expression of a row''s entity_code under an identity; NULL if a part of it is NULL or empty. Private.';
