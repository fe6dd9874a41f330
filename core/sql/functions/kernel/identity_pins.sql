-- What the columns of an identity are: number, type, collation, labels of an enum, expression of a generated column.
-- Two columns that swap names, or one that is defined anew, give other codes under the same name.
CREATE OR REPLACE FUNCTION {S}.birth_identity_pins(p_relid oid, p_columns text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off'
SET plan_cache_mode = 'force_generic_plan' AS $body$
BEGIN
    RETURN (
        SELECT CASE WHEN bool_and(a.attnum IS NOT NULL) THEN jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'name', wanted.name, 'table', p_relid, 'number', a.attnum, 'type', format_type(a.atttypid, a.atttypmod),
            'collation', nullif(a.attcollation, 0)::regcollation::text,
            'labels', (SELECT md5(string_agg(e.enumlabel, E'\x1f' ORDER BY e.enumsortorder)) FROM pg_enum AS e
                WHERE e.enumtypid = a.atttypid),
            'generated', CASE WHEN a.attgenerated <> '' THEN (
                SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d
                WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END)) ORDER BY wanted.position) END
        FROM unnest(p_columns) WITH ORDINALITY AS wanted(name, position)
        LEFT JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = wanted.name::name
            AND a.attnum > 0 AND NOT a.attisdropped
    );
END
$body$;

-- Whether an identity's columns are other ones than they were.
CREATE OR REPLACE FUNCTION {S}._birth_identity_drifted(p_pins jsonb, p_relid oid, p_columns text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN {S}._birth_pins_differ(p_pins, {S}.birth_identity_pins(p_relid, p_columns));
END
$body$;

-- The same of pins that were read. A table that was restored may number its columns anew.
CREATE OR REPLACE FUNCTION {S}._birth_pins_differ(p_pins jsonb, p_live jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_pins -> 0 -> 'table' = p_live -> 0 -> 'table' THEN
        RETURN coalesce(p_pins <> p_live, false);
    END IF;
    RETURN coalesce((SELECT jsonb_agg(e.pin - 'table' - 'number' ORDER BY e.place)
            FROM jsonb_array_elements(p_pins) WITH ORDINALITY AS e(pin, place))
        <> (SELECT jsonb_agg(e.pin - 'table' - 'number' ORDER BY e.place)
            FROM jsonb_array_elements(p_live) WITH ORDINALITY AS e(pin, place)), false);
END
$body$;
COMMENT ON FUNCTION {S}._birth_pins_differ(jsonb, jsonb) IS
    'Whether pins of an identity''s columns say that they are other ones than the live ones. Private.';

-- Whether these columns are the pinned ones under other names, and nothing else of them changed.
CREATE OR REPLACE FUNCTION {S}._birth_identity_renamed(p_pins jsonb, p_relid oid, p_columns text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce((SELECT jsonb_agg(e.pin - 'name' ORDER BY e.place)
            FROM jsonb_array_elements(p_pins) WITH ORDINALITY AS e(pin, place))
        = (SELECT jsonb_agg(e.pin - 'name' ORDER BY e.place)
            FROM jsonb_array_elements({S}.birth_identity_pins(p_relid, p_columns))
                WITH ORDINALITY AS e(pin, place)),
        false)
$body$;
COMMENT ON FUNCTION {S}._birth_identity_renamed(jsonb, oid, text[]) IS
    'Whether these columns are those of the pins, but for their names. Private.';

-- The pins of a collection's current identity, or NULL where it has none.
CREATE OR REPLACE FUNCTION {S}._birth_identity_pinned(p_collection text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT h.pins FROM {S}.birth_identity AS i
        JOIN {S}.birth_identity_history AS h USING (collection_name, version)
    WHERE i.collection_name = p_collection
$body$;

GRANT EXECUTE ON FUNCTION {S}.birth_identity_pins(oid, text[]) TO birth_reader;

COMMENT ON FUNCTION {S}.birth_identity_pins(oid, text[]) IS
    'What the columns of an identity are: number, type, collation, labels, expression. For every birth_reader.';
COMMENT ON FUNCTION {S}._birth_identity_drifted(jsonb, oid, text[]) IS
    'Whether the columns of an identity are other ones than these pins say.';
COMMENT ON FUNCTION {S}._birth_identity_pinned(text) IS 'The pins of a collection''s current identity, or NULL.';
