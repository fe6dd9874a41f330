-- What the columns of an identity are: number, type, collation, labels of an enum, expression of a generated column. Two
-- columns that swap names, or one that is defined anew, give other codes under the same name.
CREATE OR REPLACE FUNCTION {S}._birth_identity_pins(p_relid oid, p_columns text[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'name', wanted.name, 'number', a.attnum, 'type', format_type(a.atttypid, a.atttypmod),
        'collation', nullif(a.attcollation, 0)::regcollation::text,
        'labels', (SELECT md5(string_agg(e.enumlabel, E'\x1f' ORDER BY e.enumsortorder)) FROM pg_enum AS e
            WHERE e.enumtypid = a.atttypid),
        'generated', CASE WHEN a.attgenerated <> '' THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d
            WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END)) ORDER BY wanted.position)
    FROM unnest(p_columns) WITH ORDINALITY AS wanted(name, position)
    LEFT JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = wanted.name::name
        AND a.attnum > 0 AND NOT a.attisdropped
$body$;

-- The pins of a collection's current identity, or NULL where it has none.
CREATE OR REPLACE FUNCTION {S}._birth_identity_pinned(p_collection text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT h.pins FROM {S}.birth_identity AS i JOIN {S}.birth_identity_history AS h USING (collection_name, version)
    WHERE i.collection_name = p_collection
$body$;
