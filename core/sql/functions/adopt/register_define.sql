-- The stand-in for the register function, where the registry is the company's or has columns that only a look-up fills.
-- It is made from the bindings, as the functions that read what is bound are; it runs with its caller's rights.

-- Whether the stand-in needs the key of the row that it registers.
CREATE OR REPLACE FUNCTION {S}._birth_register_needs_key() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT EXISTS (SELECT FROM {S}.birth_register_column AS r
        WHERE r.source @> '{{"value": "source_key"}}' OR r.source @> '{{"by": [{{"value": "source_key"}}]}}')
$body$;
COMMENT ON FUNCTION {S}._birth_register_needs_key() IS
    'True if a bound registry column takes the source key, or is looked up by it. Private.';

-- What the stand-in writes: the registry's columns and their values, in the same order.
CREATE OR REPLACE FUNCTION {S}._birth_register_filled(p_key text, OUT columns text, OUT expressions text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_relid oid := {S}.birth_bound_table('registry');
    v_look text := '(SELECT c.role FROM (%s) AS c(name, role) WHERE c.name = fn_birth_register.p_collection_name)';
    -- As birth_collection_rows() has it, but for its caller, who reads the tables alone.
    v_role text := concat_ws(', ', format(v_look, {S}._birth_bound_query('collections')),
        CASE WHEN {S}.birth_is_bound('collections') THEN format(v_look,
            'SELECT o.collection_name, o.governance_role FROM {S}.collection_registry AS o') END);
BEGIN
    SELECT string_agg(quote_ident(f.name), ', ' ORDER BY f.place),
        string_agg(f.value, E',\n        ' ORDER BY f.place)
    INTO columns, expressions
    FROM (
        SELECT given.place, {S}.birth_bound_name('registry', given.name) AS name, given.value
        FROM (VALUES
            (1, 'entity_code', 'fn_birth_register.p_entity_code'),
            (2, 'collection_name', 'fn_birth_register.p_collection_name'),
            (3, 'dot_origin', 'fn_birth_register.p_dot_origin'),
            (4, 'born_at', 'coalesce(fn_birth_register.p_born_at, clock_timestamp())'),
            (5, 'governance_role', format('coalesce(%s)', v_role))) AS given(place, name, value)
        WHERE NOT EXISTS (SELECT FROM {S}.birth_register_column AS r
            WHERE r.column_name = {S}.birth_bound_name('registry', given.name))
        UNION ALL
        SELECT 9 + row_number() OVER (ORDER BY r.column_name COLLATE "C"), r.column_name,
            {S}._birth_register_expression(r.column_name, '{{}}', p_key)
        FROM {S}.birth_register_column AS r
    ) AS f
    WHERE EXISTS (SELECT FROM pg_attribute AS a
        WHERE a.attrelid = v_relid AND a.attname::text = f.name AND a.attnum > 0 AND NOT a.attisdropped);
END
$body$;
COMMENT ON FUNCTION {S}._birth_register_filled(text) IS
    'The columns of the registry that the stand-in register function fills, and their values. Private.';

-- Where a row that is there already is met: at its code; or anywhere, in a registry whose codes alone no index keeps
-- unique (one that is partitioned by collection). Every code is looked up afterwards.
CREATE OR REPLACE FUNCTION {S}._birth_register_conflict() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE WHEN EXISTS (
            SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = {S}.birth_bound_table('registry') AND i.indisunique AND i.indisvalid
              AND i.indimmediate AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL
              AND a.attname::text = code.name)
        THEN format(' (%I)', code.name) ELSE '' END
    FROM {S}.birth_bound_name('registry', 'entity_code') AS code(name)
$body$;
COMMENT ON FUNCTION {S}._birth_register_conflict() IS
    'The conflict target of the stand-in register function: the code, where an index keeps it unique. Private.';

-- The body of a stand-in that registers one row: `p_rows` gives the values of `p_columns`.
CREATE OR REPLACE FUNCTION {S}._birth_register_body(
    p_registry oid, p_code text, p_columns text, p_rows text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $define$
BEGIN
    RETURN format($body$
BEGIN
    IF p_entity_code IS NULL OR p_entity_code = '' THEN
        RAISE EXCEPTION 'an entity of %% has no code', p_collection_name USING ERRCODE = 'not_null_violation';
    END IF;
    IF p_dry_run THEN
        RETURN CASE WHEN EXISTS (SELECT FROM %1$s AS b WHERE b.%2$I = p_entity_code)
            THEN 'existing' ELSE 'would_register' END;
    END IF;
    INSERT INTO %1$s (%3$s)
    %4$s
    ON CONFLICT%5$s DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'registered' ELSE 'existing' END;
END
$body$, p_registry::regclass, p_code, p_columns, p_rows, {S}._birth_register_conflict());
END
$define$;
COMMENT ON FUNCTION {S}._birth_register_body(oid, text, text, text) IS
    'The body of a stand-in register function that registers one row. Private.';

-- Make the stand-in again. Where it is not there, or stands for nothing but itself, it stays as it is.
CREATE OR REPLACE FUNCTION {S}._birth_register_define() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET check_function_bodies = 'off' AS $define$
DECLARE
    v_relid oid := {S}.birth_bound_table('registry');
    v_code text := {S}.birth_bound_name('registry', 'entity_code');
    v_keyed boolean := {S}._birth_register_needs_key();
    v_filled record;
BEGIN
    IF v_relid IS NULL
        OR NOT EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE p.proname = 'fn_birth_register' AND n.nspname = {s} AND p.proowner = 'birth_owner'::regrole)
        OR NOT {S}.birth_is_bound('registry') AND NOT EXISTS (SELECT FROM {S}.birth_register_column)
            AND to_regproc(format('%I.fn_birth_register_keyed', {s})) IS NULL
    THEN
        RETURN;
    END IF;
    v_filled := {S}._birth_register_filled('NULL');
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION {S}.%I(p_collection_name text, p_entity_code text,
            p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
        RETURNS text LANGUAGE plpgsql VOLATILE AS %L $function$, 'fn_birth_register', {S}._birth_register_body(
            v_relid, v_code, v_filled.columns, format('VALUES (%s)', v_filled.expressions)));
    PERFORM {S}._birth_register_define_keyed(v_relid, v_code, v_keyed);
    -- Beside it, the one that takes arrays. Each row bears the other's name there: the values read as they are.
    IF NOT EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.proname = 'fn_birth_register_set' AND n.nspname = {s} AND p.proowner = 'birth_owner'::regrole)
    THEN
        RETURN;
    END IF;
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION {S}.%I(p_collection_name text, p_entity_codes text[],
            p_born_at timestamptz[] DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
        RETURNS bigint LANGUAGE plpgsql VOLATILE AS %L $function$, 'fn_birth_register_set', format($body$
DECLARE
    v_rows bigint;
BEGIN
    %5$sIF '' = ANY (p_entity_codes) OR array_position(p_entity_codes, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'an entity of %% has no code', p_collection_name USING ERRCODE = 'not_null_violation';
    END IF;
    IF p_dry_run THEN
        RETURN (SELECT count(*) FROM unnest(p_entity_codes) AS each(code)
            WHERE NOT EXISTS (SELECT FROM %1$s AS b WHERE b.%2$I = each.code));
    END IF;
    INSERT INTO %1$s (%3$s)
    SELECT %4$s
    FROM (SELECT fn_birth_register_set.p_collection_name AS p_collection_name, each.code AS p_entity_code,
            each.born_at AS p_born_at, fn_birth_register_set.p_dot_origin AS p_dot_origin
        FROM unnest(p_entity_codes, fn_birth_register_set.p_born_at) AS each(code, born_at)) AS fn_birth_register
    ON CONFLICT%6$s DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$body$, v_relid::regclass, v_code, v_filled.columns, v_filled.expressions, CASE WHEN v_keyed THEN
        $raise$RAISE EXCEPTION 'fn_birth_register_set is not given the key that a column of the registry holds'
        USING ERRCODE = 'feature_not_supported', HINT = 'Bind fn_birth_register_keyed.';
    $raise$ END, {S}._birth_register_conflict()));
END
$define$;
COMMENT ON FUNCTION {S}._birth_register_define() IS
    'Makes the stand-in register functions again from the bound registry and birth_register_column.';

-- Where a column takes the key of the row, the stand-in that is given one is made and bound in the place of the other;
-- where none does any more, the other is bound again.
CREATE OR REPLACE FUNCTION {S}._birth_register_define_keyed(p_registry oid, p_code text, p_keyed boolean)
    RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET check_function_bodies = 'off'
SET quote_all_identifiers = 'off' AS $define$
DECLARE
    v_filled record;
    v_grantee name;
    v_arguments text := 'text,text,text,timestamp with time zone,text,boolean';
    v_bound text := (SELECT f.function_name FROM {S}.birth_gateway_function AS f WHERE f.schema_name = {s});
    v_values jsonb := jsonb_build_object('p_collection_name', 'collection', 'p_entity_code', 'code',
        'p_born_at', 'born_at', 'p_dot_origin', 'origin', 'p_dry_run', 'dry_run');
BEGIN
    IF NOT p_keyed THEN
        IF v_bound = 'fn_birth_register_keyed' THEN
            PERFORM {S}.birth_gateway_bind(
                format('%I.fn_birth_register(text,text,timestamp with time zone,text,boolean)', {s}),
                (SELECT jsonb_object_agg(key, jsonb_build_object('value', value)) FROM jsonb_each(v_values)));
        END IF;
        EXECUTE format('DROP FUNCTION IF EXISTS %I.fn_birth_register_keyed(%s)', {s}, v_arguments);
        RETURN;
    END IF;
    v_filled := {S}._birth_register_filled('fn_birth_register.p_source_key');
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION {S}.%I(p_collection_name text, p_entity_code text, p_source_key text,
            p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
        RETURNS text LANGUAGE plpgsql VOLATILE AS %L $function$, 'fn_birth_register_keyed',
            {S}._birth_register_body(
            p_registry, p_code, v_filled.columns, format($rows$SELECT %s
    FROM (SELECT fn_birth_register_keyed.p_collection_name, fn_birth_register_keyed.p_entity_code,
            fn_birth_register_keyed.p_source_key, fn_birth_register_keyed.p_born_at,
            fn_birth_register_keyed.p_dot_origin)
        AS fn_birth_register(p_collection_name, p_entity_code, p_source_key, p_born_at, p_dot_origin)$rows$,
            v_filled.expressions)));
    EXECUTE format('ALTER FUNCTION %1$I.fn_birth_register_keyed(%2$s) OWNER TO birth_owner;'
        ' REVOKE ALL ON FUNCTION %1$I.fn_birth_register_keyed(%2$s) FROM PUBLIC;'
        ' GRANT EXECUTE ON FUNCTION %1$I.fn_birth_register_keyed(%2$s) TO birth_caller;'
        ' COMMENT ON FUNCTION %1$I.fn_birth_register_keyed(%2$s) IS %3$L', {s}, v_arguments,
        'Stand-in for the company''s register function, where the registry holds the key of each row.');
    -- What the default privileges of its maker gave away.
    FOR v_grantee IN
        SELECT r.rolname FROM pg_proc AS p
        CROSS JOIN LATERAL aclexplode(p.proacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee
        WHERE p.oid = to_regprocedure(format('%I.fn_birth_register_keyed(%s)', {s}, v_arguments))
          AND r.rolname NOT IN ('birth_owner', 'birth_caller')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %I.fn_birth_register_keyed(%s) FROM %I', {s}, v_arguments,
            v_grantee);
    END LOOP;
    IF v_bound IN ('fn_birth_register', 'fn_birth_register_set') THEN
        PERFORM {S}.birth_gateway_bind(format('%I.fn_birth_register_keyed(%s)', {s}, v_arguments),
            (SELECT jsonb_object_agg(key, jsonb_build_object('value', value))
            FROM jsonb_each(v_values || '{{"p_source_key": "source_key"}}')));
    END IF;
END
$define$;
COMMENT ON FUNCTION {S}._birth_register_define_keyed(oid, text, boolean) IS
    'Makes and binds the stand-in that is given each row''s key, or drops it and binds the other again. Private.';
