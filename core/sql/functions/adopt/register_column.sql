-- Columns of the registry that the stand-in for the register function fills besides, and where their values come from.

-- The value of a registry column, as an expression over the stand-in's parameters. `p_path`: the columns that need it.
-- `p_key`: the expression of the row's own key, which not every stand-in is given.
CREATE OR REPLACE FUNCTION {S}._birth_register_expression(p_column text, p_path text[], p_key text) RETURNS text
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
            -- A key is text, whatever the column holds it as.
            WHEN 'source_key' THEN format('(%s)::%s', p_key, (
                SELECT format_type(a.atttypid, NULL) FROM pg_attribute AS a
                WHERE a.attrelid = {S}.birth_bound_table('registry') AND a.attname::text = p_column
                  AND a.attnum > 0))
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
                    WHEN b.value ->> 'value' = 'source_key' THEN p_key
                    ELSE {S}._birth_register_expression(b.value ->> 'registered', p_path || p_column, p_key) END,
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
COMMENT ON FUNCTION {S}._birth_register_expression(text, text[], text) IS
    'The value of a registry column as the stand-in register function finds it. Private. Raises BR003 not_bindable.';

-- Bind a column of the registry: where its value comes from when the stand-in registers a row. NULL unbinds it. For
-- administrators. What was planned before is stale then: the register function is another one.
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
    PERFORM {S}._birth_register_expression(r.column_name, '{{}}', 'NULL') FROM {S}.birth_register_column AS r;
    PERFORM {S}._birth_register_define();
    PERFORM {S}.birth_ledger_append('register_column_bound',
        jsonb_build_object('column', v_name, 'source', p_source,
        'gateway_full', {S}.birth_gateway_fingerprint() ->> 'full_sha256'));
END
$body$;
COMMENT ON FUNCTION {S}.birth_bind_register_column(text, jsonb) IS
    'Binds a column of the registry to a constant, a value or a look-up, as an event of the chain. For administrators. '
    'Raises BR003 not_bindable.';
