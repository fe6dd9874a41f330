-- What is bound, as it was when it was bound, and what has changed since.

-- A table as a binding keeps it: owner, columns with their types, triggers.
CREATE OR REPLACE FUNCTION {S}._birth_table_was(p_relid oid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_object('owner', pg_get_userbyid(c.relowner), 'columns', (
            SELECT jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        'triggers', (SELECT coalesce(jsonb_agg(t.tgname ORDER BY t.tgname), '[]') FROM pg_trigger AS t
            WHERE t.tgrelid = c.oid AND NOT t.tgisinternal))
    FROM pg_class AS c WHERE c.oid = p_relid AND c.relkind IN ('r', 'p')
$body$;
COMMENT ON FUNCTION {S}._birth_table_was(oid) IS 'A table as a binding keeps it; NULL if it is missing. Private.';

-- A function as a binding keeps it: owner, whose rights it runs with, and a digest of its definition.
CREATE OR REPLACE FUNCTION {S}._birth_function_was(p_function oid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    SELECT jsonb_build_object('owner', pg_get_userbyid(p.proowner), 'security_definer', p.prosecdef,
        'definition', encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex'))
    FROM pg_proc AS p WHERE p.oid = p_function AND p.proowner <> 'birth_owner'::regrole
$body$;
COMMENT ON FUNCTION {S}._birth_function_was(oid) IS
    'A function of the company as a binding keeps it; NULL if it is missing, or the console''s own. Private.';

-- Every part that is bound, the object behind it, and what differs between then and now. Stand-ins were nothing.
CREATE OR REPLACE FUNCTION {S}.birth_bindings()
RETURNS TABLE (part text, object text, was jsonb, changed text[], bound_by text, bound_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off
SET quote_all_identifiers = 'off' AS $body$
    WITH bound AS (
        SELECT b.part, format('%I.%I', b.schema_name, b.table_name) AS object, b.was,
            {S}._birth_table_was({S}.birth_bound_table(b.part)) AS now, b.bound_by, b.bound_at
        FROM {S}.birth_binding AS b
        UNION ALL
        SELECT 'register function', f.signature, f.was, {S}._birth_function_was({S}.birth_register_function()),
            NULL, NULL FROM {S}.birth_gateway_function AS f
        UNION ALL
        SELECT 'gateway', format('%I.%I by triggers %s', g.schema_name, g.function_name, g.pattern), g.was,
            {S}._birth_function_was({S}.birth_gateway_trigger_function()), NULL, NULL
        FROM {S}.birth_gateway_trigger AS g
    )
    SELECT b.part, b.object, b.was, ARRAY(
            SELECT 'it is missing' WHERE b.was IS NOT NULL AND b.now IS NULL
            UNION ALL
            SELECT format('%s %s → %s', aspect.name, b.was ->> aspect.name, b.now ->> aspect.name)
            FROM unnest(ARRAY['owner', 'security_definer']) AS aspect(name)
            WHERE b.was ->> aspect.name <> b.now ->> aspect.name
            UNION ALL
            SELECT 'another definition' WHERE b.was ->> 'definition' <> b.now ->> 'definition'
            UNION ALL
            (SELECT format('column %I %s → %s', key, coalesce(old.value, '(none)'), coalesce(new.value, '(none)'))
            FROM jsonb_each_text(b.was -> 'columns') AS old FULL JOIN jsonb_each_text(b.now -> 'columns') AS new
                USING (key)
            WHERE b.now IS NOT NULL AND b.was IS NOT NULL AND old.value IS DISTINCT FROM new.value ORDER BY key)
            UNION ALL
            (SELECT format('trigger %I %s', t.name,
                CASE WHEN b.now -> 'triggers' ? t.name THEN 'added' ELSE 'removed' END)
            FROM (
                SELECT jsonb_array_elements_text(b.was -> 'triggers')
                UNION
                SELECT jsonb_array_elements_text(b.now -> 'triggers')) AS t(name)
            WHERE b.now IS NOT NULL AND (b.was -> 'triggers' ? t.name) <> (b.now -> 'triggers' ? t.name)
            ORDER BY t.name)),
        b.bound_by, b.bound_at
    FROM bound AS b ORDER BY b.part COLLATE "C"
$body$;
COMMENT ON FUNCTION {S}.birth_bindings() IS
    'Every part that is bound: the object as it was when it was bound, and changes since. For '
    'birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_bindings() TO birth_reader;
