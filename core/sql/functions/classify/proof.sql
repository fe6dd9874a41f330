-- Whether the catalogs alone show that no two rows give the same code: a unique index that holds for every row, on
-- columns that are never NULL and are part of the identity. Rows of tables that inherit from it are its rows, too, and
-- in none of its indexes.
CREATE OR REPLACE FUNCTION {S}._birth_identity_is_declared(p_relid oid, p_columns text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT EXISTS (SELECT FROM pg_index AS x
        WHERE x.indrelid = p_relid AND x.indisunique
          AND x.indisvalid AND x.indisready AND x.indislive AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT {S}._birth_has_heirs(p_relid)
          AND NOT EXISTS (SELECT FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
              WHERE k.position <= x.indnkeyatts
                AND NOT (a.attname::text = ANY (p_columns) AND {S}._birth_is_not_null(a.attrelid, a.attnum))))
$body$;
COMMENT ON FUNCTION {S}._birth_identity_is_declared(oid, text[]) IS
    'True if a unique index alone proves that no two rows have the same code under an identity. Private.';

-- What is counted of the rows of an identity, as evidence.
CREATE OR REPLACE FUNCTION {S}._birth_identity_counted(
    p_rows bigint, p_codes bigint, p_distinct bigint, p_foreign bigint, p_longest integer, p_twins bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_object('rows', p_rows, 'without_code', p_rows - p_codes, 'duplicates', p_codes - p_distinct,
        'registered_for_others', p_foreign, 'longest', p_longest, 'twins', p_twins)
$body$;
COMMENT ON FUNCTION {S}._birth_identity_counted(bigint, bigint, bigint, bigint, integer, bigint) IS
    'The counts of an identity''s rows as evidence: rows, rows without code, duplicates, codes of others, longest '
    'code. Private.';

-- Whether what was counted says that the identity holds.
CREATE OR REPLACE FUNCTION {S}._birth_identity_holds(p_counted jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (p_counted ->> 'without_code')::bigint = 0
        AND (p_counted ->> 'duplicates')::bigint = 0
        AND (p_counted ->> 'twins')::bigint = 0
        AND (p_counted ->> 'registered_for_others')::bigint = 0
        AND coalesce((p_counted ->> 'longest')::integer, 0) <= 200
$body$;
COMMENT ON FUNCTION {S}._birth_identity_holds(jsonb) IS
    'True if the counts show that an identity identifies every row. Private.';

-- What the database itself counts of the rows that an identity is to identify; refuses where it does not.
CREATE OR REPLACE FUNCTION {S}._birth_identity_count(
    p_relid oid, p_collection text, p_strategy text, p_columns text[]) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB'
{TEXT_SETTINGS} AS $body$
DECLARE
    v_expression text := {S}._birth_identity_expression(p_relid, p_collection, p_strategy, p_columns, 'source');
    v_reads record;
    v_found record;
    v_bounds text;
    v_twins bigint;
    v_counted jsonb;
BEGIN
    IF {S}.birth_windowed(p_relid) THEN
        SELECT count(*) AS rows,
            count(w.code) AS codes,
            count(DISTINCT w.code COLLATE "C") AS distinct_codes,
            max(length(w.code)) AS longest,
            count(*) FILTER (WHERE w.owner <> p_collection) AS foreign_codes,
            count(DISTINCT w.code COLLATE "C") - count(DISTINCT {S}.birth_code_fold(w.code) COLLATE "C") AS twins
        INTO v_found
        FROM {S}.birth_windows(format('SELECT %s AS code, NULL::text AS source_key FROM %s AS source',
            v_expression, {S}._birth_source(p_relid, p_columns))) AS w;
        v_twins := v_found.twins;
    ELSE
        v_reads := {S}._birth_plan_queries(p_relid, p_collection, v_expression, p_columns, p_columns);
        PERFORM {S}._birth_plan_affordable(p_relid, p_collection, v_reads.taken);
        v_bounds := {S}._birth_code_bounds(p_relid, v_expression);
        IF v_bounds IS NULL THEN
            -- In one look: of many small tables, each costs more than what it reads.
            SELECT found.*
            INTO v_found
            FROM {S}._birth_reading(format('SELECT * FROM (%s) AS counted, (%s) AS taken',
                    v_reads.counted, v_reads.taken))
                AS found(rows bigint, codes bigint, distinct_codes bigint, longest integer, suspects bigint,
                    foreign_codes bigint, foreign_example text);
        ELSE
            SELECT counted.*, taken.*
            INTO v_found
            FROM {S}._birth_reading(v_reads.counted)
                    AS counted(rows bigint, codes bigint, distinct_codes bigint, longest integer, suspects bigint),
                {S}._birth_reading(v_reads.taken, v_bounds) AS taken(foreign_codes bigint, foreign_example text);
        END IF;
        v_twins := {S}._birth_identity_twins(p_relid, v_expression, v_found.suspects);
    END IF;
    v_counted := {S}._birth_identity_counted(
        v_found.rows, v_found.codes, v_found.distinct_codes, v_found.foreign_codes, v_found.longest, v_twins);
    IF NOT {S}._birth_identity_holds(v_counted) THEN
        PERFORM {S}.birth_refuse('BR003', 'contract_broken',
            format('%s of %s does not identify its rows', array_to_string(p_columns, '/'), p_collection),
            v_counted || jsonb_build_object('collection', p_collection, 'strategy', p_strategy, 'columns', p_columns),
            'Choose other columns.');
    END IF;
    RETURN v_counted;
END
$body$;
COMMENT ON FUNCTION {S}._birth_identity_count(oid, text, text, text[]) IS
    'Counts what an identity gives in its source. Refuses an identity that does not identify every row. Private. '
    'Raises BR003 contract_broken.';
