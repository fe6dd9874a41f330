-- The stand-in for the register function, where the registry is the company's or has columns that only a look-up fills.
-- It is made from the bindings, as the functions that read what is bound are; it runs with its caller's rights.

-- The value of a registry column, as an expression over the stand-in's parameters. `p_path`: the columns that need it.
CREATE OR REPLACE FUNCTION {S}._birth_register_expression(p_column text, p_path text[] DEFAULT '{{}}') RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_source jsonb := (SELECT source FROM {S}.birth_register_column WHERE column_name = p_column);
    v_place text;  -- constants and values have none
    v_table oid;
    v_missing text[];
    v_conditions text;
BEGIN
    IF v_source IS NULL OR p_column = ANY (p_path) THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable',
            format(CASE WHEN v_source IS NULL THEN '$%s is not bound' ELSE '$%s needs itself' END, p_column),
            jsonb_build_object('column', p_column, 'needed_by', p_path),
            'Bind it too: `birth-console init --register-column`.');
    ELSIF v_source ? 'constant' THEN
        RETURN quote_literal(v_source ->> 'constant');
    ELSIF v_source ? 'value' THEN
        RETURN CASE v_source ->> 'value'
            WHEN 'collection' THEN 'fn_birth_register.p_collection_name'
            ELSE 'fn_birth_register.p_entity_code' END;
    ELSIF v_source ? 'nothing' THEN
        RETURN 'NULL';
    END IF;
    v_place := format('%I.%I', v_source ->> 'schema', v_source ->> 'table');
    SELECT c.oid INTO v_table
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = v_source ->> 'schema' AND c.relname = v_source ->> 'table'
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
    v_missing := ARRAY(
        SELECT wanted.name
        FROM (SELECT v_source ->> 'column' AS name
            UNION SELECT b.value ->> 'column' FROM jsonb_array_elements(v_source -> 'by') AS b) AS wanted
        WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
            WHERE a.attrelid = v_table AND a.attname::text = wanted.name AND a.attnum > 0 AND NOT a.attisdropped)
        ORDER BY 1);
    IF v_missing <> '{{}}' THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable',
            format('%s has no column %s', v_place, array_to_string(v_missing, ', ')),
            jsonb_build_object('column', p_column, 'source', v_source, 'missing', v_missing),
            'Name columns of the table that is looked up.');
    END IF;
    SELECT string_agg(
        CASE WHEN b.value ? 'is' THEN format('t.%I', a.attname)
            ELSE format('t.%I = (%s)::%s', a.attname,
                CASE WHEN b.value ? 'constant' THEN quote_literal(b.value ->> 'constant')
                    WHEN b.value ->> 'value' = 'collection' THEN 'fn_birth_register.p_collection_name'
                    WHEN b.value ->> 'value' = 'code' THEN 'fn_birth_register.p_entity_code'
                    ELSE {S}._birth_register_expression(b.value ->> 'registered', p_path || p_column) END,
                -- Without its length: a value that is too long equals none, where a cast would cut it.
                format_type(a.atttypid, NULL)) END,
        ' AND ' ORDER BY b.place)
    INTO v_conditions
    FROM jsonb_array_elements(v_source -> 'by') WITH ORDINALITY AS b(value, place)
    JOIN pg_attribute AS a ON a.attrelid = v_table AND a.attname::text = b.value ->> 'column' AND a.attnum > 0;
    -- Two rows that answer are an error of each row that is registered, never a choice.
    RETURN format('(SELECT t.%I FROM %s AS t WHERE %s)', v_source ->> 'column', v_place, v_conditions);
END
$body$;
COMMENT ON FUNCTION {S}._birth_register_expression(text, text[]) IS
    'The value of a registry column as the stand-in register function finds it. Private. Raises BR003 not_bindable.';

-- Make the stand-in again. Where it is not there, or stands for nothing but itself, it stays as it is.
CREATE OR REPLACE FUNCTION {S}._birth_register_define() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET check_function_bodies = 'off' AS $define$
DECLARE
    v_relid oid := {S}.birth_bound_table('registry');
    v_look text := '(SELECT c.role FROM (%s) AS c(name, role) WHERE c.name = fn_birth_register.p_collection_name)';
    -- As birth_collection_rows() has it, but for its caller, who reads the tables alone.
    v_role text := concat_ws(', ', format(v_look, {S}._birth_bound_query('collections')),
        CASE WHEN {S}.birth_is_bound('collections') THEN format(v_look,
            'SELECT o.collection_name, o.governance_role FROM {S}.collection_registry AS o') END);
    v_columns text;
    v_values text;
BEGIN
    IF v_relid IS NULL
        OR NOT EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE p.proname = 'fn_birth_register' AND n.nspname = {s} AND p.proowner = 'birth_owner'::regrole)
        OR NOT {S}.birth_is_bound('registry') AND NOT EXISTS (SELECT FROM {S}.birth_register_column)
    THEN
        RETURN;
    END IF;
    SELECT string_agg(quote_ident(f.name), ', ' ORDER BY f.place),
        string_agg(f.value, E',\n        ' ORDER BY f.place)
    INTO v_columns, v_values
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
            {S}._birth_register_expression(r.column_name)
        FROM {S}.birth_register_column AS r
    ) AS f
    WHERE EXISTS (SELECT FROM pg_attribute AS a
        WHERE a.attrelid = v_relid AND a.attname::text = f.name AND a.attnum > 0 AND NOT a.attisdropped);
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION {S}.%I(p_collection_name text, p_entity_code text,
            p_born_at timestamptz DEFAULT NULL, p_dot_origin text DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
        RETURNS text LANGUAGE plpgsql VOLATILE AS %L $function$, 'fn_birth_register', format($body$
BEGIN
    IF p_entity_code IS NULL OR p_entity_code = '' THEN
        RAISE EXCEPTION 'an entity of %% has no code', p_collection_name USING ERRCODE = 'not_null_violation';
    END IF;
    IF p_dry_run THEN
        RETURN CASE WHEN EXISTS (SELECT FROM %1$s AS b WHERE b.%2$I = p_entity_code)
            THEN 'existing' ELSE 'would_register' END;
    END IF;
    INSERT INTO %1$s (%3$s)
    VALUES (%4$s)
    ON CONFLICT (%2$I) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'registered' ELSE 'existing' END;
END
$body$, v_relid::regclass, {S}.birth_bound_name('registry', 'entity_code'), v_columns, v_values));
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
    IF '' = ANY (p_entity_codes) OR array_position(p_entity_codes, NULL) IS NOT NULL THEN
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
    ON CONFLICT (%2$I) DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$body$, v_relid::regclass, {S}.birth_bound_name('registry', 'entity_code'), v_columns, v_values));
END
$define$;
COMMENT ON FUNCTION {S}._birth_register_define() IS
    'Makes the stand-in register functions again from the bound registry and birth_register_column.';

-- Bind a column of the registry: where its value comes from when the stand-in registers a row. NULL unbinds it. For
-- whoever installs. What was planned before is stale then: the register function is another one.
CREATE OR REPLACE FUNCTION {S}.birth_bind_register_column(p_column text, p_source jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_name text := {S}.birth_bound_name('registry', p_column);
    v_registry oid := {S}.birth_bound_table('registry');
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute AS a
        WHERE a.attrelid = v_registry AND a.attname::text = v_name AND a.attnum > 0 AND NOT a.attisdropped)
    THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable', format('the registry has no column %I', v_name),
            jsonb_build_object('column', v_name, 'registry', v_registry::regclass::text),
            'Name a column of the registry.');
    ELSIF v_name ~ '^(inspect_|certified)' OR v_name IN (
        SELECT {S}.birth_bound_name('registry', own.name)
        FROM unnest(ARRAY['entity_code', 'collection_name', 'dot_origin', 'born_at', 'inspect_pen', 'inspect_stamp',
            'inspect_gate', 'certified', 'certified_at']) AS own(name))
    THEN
        PERFORM {S}.birth_refuse('BR003', 'not_bindable',
            format('%I cannot be bound: a run gives it, or inspection does', v_name),
            jsonb_build_object('column', v_name), 'Bind other columns of the registry.');
    END IF;
    DELETE FROM {S}.birth_register_column WHERE column_name = v_name;
    IF p_source IS NOT NULL THEN
        INSERT INTO {S}.birth_register_column (column_name, source) VALUES (v_name, p_source);
    END IF;
    -- What other columns need is composed as well: it must still be there.
    PERFORM {S}._birth_register_expression(r.column_name) FROM {S}.birth_register_column AS r;
    PERFORM {S}._birth_register_define();
    PERFORM {S}.birth_ledger_append('register_column_bound', jsonb_build_object('column', v_name, 'source', p_source,
        'gateway_full', {S}.birth_gateway_fingerprint() ->> 'full_sha256'));
END
$body$;
COMMENT ON FUNCTION {S}.birth_bind_register_column(text, jsonb) IS
    'Binds a column of the registry to a constant, a value or a look-up, as an event of the chain. For administrators. '
    'Raises BR003 not_bindable.';
