-- Whether no row is NULL in a column, as the catalogs tell. Since PostgreSQL 18 a column counts as NOT NULL although
-- its constraint was never checked (NOT VALID): its old rows may be NULL.
CREATE OR REPLACE FUNCTION {S}._birth_is_not_null(p_relid oid, p_column smallint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = p_relid AND a.attnum = p_column AND a.attnotnull
    ) AND NOT EXISTS (
        SELECT FROM pg_constraint AS c
        WHERE c.conrelid = p_relid AND c.contype = 'n' AND c.conkey = ARRAY[p_column] AND NOT c.convalidated);
END
$body$;
COMMENT ON FUNCTION {S}._birth_is_not_null(oid, smallint) IS
    'True if the catalogs show that no row is NULL in a column. Private.';

-- Whether other tables inherit from it. The indexes of a partitioned table hold for all of its partitions.
CREATE OR REPLACE FUNCTION {S}._birth_has_heirs(p_relid oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT EXISTS (SELECT
        FROM pg_inherits AS h JOIN pg_class AS c ON c.oid = h.inhparent
        WHERE h.inhparent = p_relid AND c.relkind = 'r')
$body$;
COMMENT ON FUNCTION {S}._birth_has_heirs(oid) IS
    'True if other tables inherit from a table: its indexes do not hold for their rows. Private.';

-- The columns by which a row is found again: the primary key, else a unique index that identifies every row, else
-- the identity's own columns (with or without an index that starts with them). Items keep these values, where every
-- reader sees them: so never by a column that holds secrets, unless the identity itself is one knowingly.
CREATE OR REPLACE FUNCTION {S}._birth_locator(p_relid oid, p_columns text[], OUT locator text[],
    OUT indexed boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(best.names, p_columns), best.names IS NOT NULL
    FROM (SELECT) AS always LEFT JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY k.position) AS names
        FROM pg_index AS x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
        JOIN pg_class AS c ON c.oid = p_relid
        WHERE x.indrelid = p_relid AND x.indisunique AND x.indisvalid AND x.indisready AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT {S}._birth_has_heirs(p_relid)
          AND k.position <= x.indnkeyatts
        GROUP BY x.indexrelid, x.indisprimary
        HAVING bool_and({S}._birth_is_not_null(a.attrelid, a.attnum) AND (a.attname::text = ANY (p_columns)
            OR NOT {S}.birth_is_secret(c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod))))
        ORDER BY x.indisprimary DESC, count(*), x.indexrelid LIMIT 1) AS best ON true
$body$;
COMMENT ON FUNCTION {S}._birth_locator(oid, text[]) IS
    'The columns by which a row is found again: primary key, else a unique index, else the identity''s columns. '
    'Private.';

-- What finds the rows of a table again: its columns, whether a unique index holds for all rows, whether others inherit
-- from the table, and its replica identity. Where one of these changes, a key may name another row than the planned
-- one, or two.
CREATE OR REPLACE FUNCTION {S}.birth_locator_pins(p_relid oid, p_locator text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' AS $body$
BEGIN
    RETURN (
        SELECT jsonb_build_object('columns', {S}.birth_identity_pins(p_relid, p_locator),
            'unique', EXISTS (SELECT FROM pg_index AS x
                WHERE x.indrelid = p_relid AND x.indisunique AND x.indisvalid AND x.indisready AND x.indimmediate
                  AND x.indpred IS NULL AND x.indexprs IS NULL AND x.indnkeyatts = cardinality(p_locator)
                  AND NOT EXISTS (SELECT FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                      JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
                      WHERE k.position <= x.indnkeyatts AND a.attname::text <> ALL (p_locator))),
            'children', EXISTS (SELECT FROM pg_inherits AS h JOIN pg_class AS c ON c.oid = h.inhparent
                WHERE h.inhparent = p_relid AND c.relkind = 'r'),
            'replica_identity', (SELECT c.relreplident FROM pg_class AS c WHERE c.oid = p_relid),
            'replica_index', (SELECT x.indexrelid FROM pg_index AS x WHERE x.indrelid = p_relid AND x.indisreplident))
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_locator_pins(oid, text[]) IS
    'What finds the rows of a table again: columns, unique index, child tables, replica identity. For '
    'birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_locator_pins(oid, text[]) TO birth_reader;

-- When a row of the table was born: its date_created, where it has one; else the register function decides.
CREATE OR REPLACE FUNCTION {S}._birth_born_at(p_relid oid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT coalesce((SELECT 'source.date_created::timestamptz' FROM pg_attribute
            WHERE attrelid = p_relid AND attname = 'date_created' AND NOT attisdropped
              AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)), 'NULL::timestamptz')
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_born_at(oid) IS
    'SQL expression of a row''s time of birth: its date_created, else NULL. Private.';

-- The columns by which a row is found again, with the parts of an item's source key as their values:
-- `source_key[1]::uuid`.
CREATE OR REPLACE FUNCTION {S}._birth_locator_parts(p_relid oid, p_locator text[])
RETURNS TABLE (name text, "position" bigint, part text)
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = 'force_generic_plan' AS $body$
BEGIN
    RETURN QUERY
    SELECT l.name, l.position, format('source_key[%s]::%s', l.position, format_type(a.atttypid, a.atttypmod))
    FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)
    JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = l.name::name AND NOT a.attisdropped
    ORDER BY l.position;
END
$body$;
COMMENT ON FUNCTION {S}._birth_locator_parts(oid, text[]) IS
    'The locator''s columns, each with an SQL expression of its value in an item''s source key. Private.';
