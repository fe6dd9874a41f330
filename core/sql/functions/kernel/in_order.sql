-- Codes that stand in order already. Where an index of a source and one of the registry hold the codes of both in the
-- same order, one pass over the two tells what is missing: several times as quick as a join by hashes, of which a big
-- table makes one that no cache holds, and neither table is read.

-- The text of a column under its own collation, as an index on it holds it.
CREATE OR REPLACE FUNCTION {S}._birth_column_text(p_column text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('source.%I::text', p_column)
$body$;
COMMENT ON FUNCTION {S}._birth_column_text(text) IS
    'SQL of the text of a source''s column under its own collation. Private.';

-- The collation of the registry's codes, where its index gives them in order; else NULL.
CREATE OR REPLACE FUNCTION {S}._birth_registry_order() RETURNS oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT a.attcollation
        FROM pg_attribute AS a JOIN pg_collation AS l ON l.oid = a.attcollation AND l.collisdeterministic
        WHERE a.attrelid = {S}.birth_bound_table('registry') AND NOT a.attisdropped
          AND a.attname = {S}.birth_bound_name('registry', 'entity_code')::name
          AND {S}._birth_column_in_order(a.attrelid, a.attnum));
END
$body$;
COMMENT ON FUNCTION {S}._birth_registry_order() IS
    'The collation of the registry''s codes, where its index gives them in order; else NULL. Private.';

-- The text of a source's codes that can be compared so, under its own collation: the column's, as the registry's. NULL
-- where it cannot. Only speed hangs on it: the same rows are found either way.
CREATE OR REPLACE FUNCTION {S}._birth_code_in_order(p_relid oid, p_strategy text, p_columns text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN {S}._birth_code_ordered_by(p_relid, p_strategy, p_columns, {S}._birth_registry_order());
END
$body$;
COMMENT ON FUNCTION {S}._birth_code_in_order(oid, text, text[]) IS
    'SQL of a source''s codes as its index holds them, where the registry''s index has the same order; else NULL. '
    'Private.';

-- The same where the registry's order is known (NULL: it has none).
CREATE OR REPLACE FUNCTION {S}._birth_code_ordered_by(p_relid oid, p_strategy text, p_columns text[], p_order oid)
    RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF p_order IS NULL OR p_strategy <> 'column' OR cardinality(p_columns) <> 1 THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT {S}._birth_column_text(ours.attname::text)
        FROM pg_attribute AS ours
        WHERE ours.attrelid = p_relid AND ours.attname = p_columns[1]::name AND NOT ours.attisdropped
          AND ours.attcollation = p_order
          AND {S}.birth_source_living(p_relid) IS NULL
          AND {S}._birth_column_in_order(ours.attrelid, ours.attnum));
END
$body$;
COMMENT ON FUNCTION {S}._birth_code_ordered_by(oid, text, text[], oid) IS
    'SQL of a source''s codes as its index holds them in this order; else NULL. Private.';

-- Whether an index holds the texts of a column in order: all of the table's own rows, not of tables that inherit.
CREATE OR REPLACE FUNCTION {S}._birth_column_ordered(p_relid oid, p_column smallint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_index AS x
        JOIN pg_class AS c ON c.oid = x.indrelid AND c.relkind = 'r'
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = p_column
        JOIN pg_opclass AS o ON o.oid = x.indclass[0]
        JOIN pg_opfamily AS f ON f.oid = o.opcfamily AND f.opfname = 'text_ops'
            AND f.opfnamespace = 'pg_catalog'::regnamespace
        JOIN pg_am AS m ON m.oid = f.opfmethod AND m.amname = 'btree'
        WHERE x.indrelid = p_relid AND x.indkey[0] = p_column AND x.indoption[0] = 0
          AND x.indcollation[0] = a.attcollation AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
          AND x.indisvalid AND x.indisready AND x.indislive AND x.indpred IS NULL);
END
$body$;
COMMENT ON FUNCTION {S}._birth_column_ordered(oid, smallint) IS
    'True if an index holds all texts of a column in order. Private.';

-- Whether such an index can be read instead of the table: most pages of the table are known to be visible for all.
CREATE OR REPLACE FUNCTION {S}._birth_column_in_order(p_relid oid, p_column smallint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN {S}._birth_column_ordered(p_relid, p_column) AND EXISTS (
        SELECT FROM pg_class AS c
        WHERE c.oid = p_relid AND c.reltuples >= 1000 AND c.relallvisible >= 0.9 * c.relpages
          AND NOT {S}._birth_has_heirs(c.oid));
END
$body$;
COMMENT ON FUNCTION {S}._birth_column_in_order(oid, smallint) IS
    'True if an index alone gives all texts of a column in order. Private.';

-- Whether the rows of a table lie in the order of a column, as far as statistics tell: reading them along an index of
-- it is then as good as reading the table.
CREATE OR REPLACE FUNCTION {S}._birth_rows_in_order(p_relid oid, p_column text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_stats AS p ON p.schemaname = n.nspname AND p.tablename = c.relname
            AND p.attname = p_column::name AND NOT p.inherited
        WHERE c.oid = p_relid AND abs(p.correlation) >= 0.9);
END
$body$;
COMMENT ON FUNCTION {S}._birth_rows_in_order(oid, text) IS
    'True if statistics tell that the rows of a table lie in the order of a column. Private.';

-- Ranges of such codes, as conditions on source and registry: one pass over each is as quick as over all, several of
-- them can run at once, and what is to be said of all codes of a range is said of them as one text. Cut where
-- statistics put equal parts, sorted again by the index's order: whatever they say, every code is in one range, and
-- codes that are NULL are in one, too. With its caller's rights: who may not read the column is told one range.
CREATE OR REPLACE FUNCTION {S}.birth_code_ranges(p_relid oid, p_column text) RETURNS TABLE (ours text, theirs text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_cuts text[];
    v_text text;
    v_theirs text;
    v_order record;
BEGIN
    IF (SELECT c.reltuples < 100000 FROM pg_class AS c WHERE c.oid = p_relid) THEN
        RETURN QUERY SELECT 'true'::text, 'true'::text;
        RETURN;
    END IF;
    SELECT format('source.%I::text', a.attname) AS text, n.nspname AS schema, c.collname AS name
    INTO v_order
    FROM pg_attribute AS a
    JOIN pg_collation AS c ON c.oid = a.attcollation
    JOIN pg_namespace AS n ON n.oid = c.collnamespace
    WHERE a.attrelid = p_relid AND a.attname = p_column::name AND NOT a.attisdropped;
    IF NOT FOUND THEN
        -- No column whose texts have an order.
        RETURN QUERY SELECT 'true'::text, 'true'::text;
        RETURN;
    END IF;
    v_text := v_order.text;
    -- What birth_registry_rows() returns has the database's order until another is named.
    v_theirs := format('r.entity_code COLLATE %I.%I', v_order.schema, v_order.name);
    EXECUTE format('SELECT array_agg(DISTINCT b.cut COLLATE %I.%I) FROM unnest($1) WITH ORDINALITY AS b(cut, place)'
            ' WHERE b.place %% greatest(1, cardinality($1) / $2) = 0 AND b.place < cardinality($1)',
        v_order.schema, v_order.name)
    INTO v_cuts USING (
        SELECT p.histogram_bounds::text::text[]
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_stats AS p ON p.schemaname = n.nspname AND p.tablename = c.relname
            AND p.attname = p_column::name AND NOT p.inherited
        WHERE c.oid = p_relid), (
        SELECT least(16, c.reltuples / 50000)::bigint FROM pg_class AS c WHERE c.oid = p_relid);
    IF cardinality(v_cuts) > 0 THEN
        RETURN QUERY
        SELECT concat_ws(' AND ', v_text || ' >= ' || quote_literal(c.low), v_text || ' < ' || quote_literal(c.high)),
            concat_ws(' AND ', v_theirs || ' >= ' || quote_literal(c.low),
                v_theirs || ' < ' || quote_literal(c.high))
        FROM (SELECT v_cuts[n] AS low, v_cuts[n + 1] AS high FROM generate_series(0, cardinality(v_cuts)) AS n) AS c;
        RETURN QUERY SELECT format('%s IS NULL', v_text), 'false'::text;
    ELSE
        RETURN QUERY SELECT 'true'::text, 'true'::text;
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}.birth_code_ranges(oid, text) IS
    'Conditions on source and registry that cut a source''s codes into ranges. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_code_ranges(oid, text) TO birth_reader;
