-- What the catalogs say of what sits on our tables: constraints, indexes, triggers, rules and policies; as
-- _birth_catalog_functions does. NOT NULL is a column's, whether or not a server lists it as a constraint.
CREATE OR REPLACE FUNCTION {S}._birth_catalog_parts() RETURNS TABLE (kind text, name text, aspects jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
{CATALOG_SETTINGS} AS $body$
    WITH relation AS MATERIALIZED (
        SELECT c.oid FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
        WHERE n.nspname = {s} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND (n.nspowner = to_regrole('birth_owner') OR c.relowner = to_regrole('birth_owner'))
          AND c.relname NOT IN ('collection_registry', 'birth_policy', 'birth_registry', 'trigger_guard_alerts')
    )
    SELECT 'constraint', format('%I on %s', c.conname, c.conrelid::regclass),
        jsonb_build_object('definition', pg_get_constraintdef(c.oid), 'validated', c.convalidated)
    FROM pg_constraint AS c JOIN relation AS r ON r.oid = c.conrelid WHERE c.contype <> 'n'
    UNION ALL
    SELECT 'index', x.indexrelid::regclass::text, jsonb_build_object('definition', pg_get_indexdef(x.indexrelid),
        'usable', x.indisvalid AND x.indisready AND x.indislive)
    FROM pg_index AS x JOIN relation AS r ON r.oid = x.indrelid
    UNION ALL
    SELECT 'trigger', format('%I on %s', t.tgname, t.tgrelid::regclass),
        jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled)
    FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'rule', format('%I on %s', w.rulename, w.ev_class::regclass),
        jsonb_build_object('definition', pg_get_ruledef(w.oid), 'enabled', w.ev_enabled)
    FROM pg_rewrite AS w JOIN relation AS r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT 'policy', format('%I on %s', p.polname, p.polrelid::regclass),
        jsonb_build_object(
            'using', pg_get_expr(p.polqual, p.polrelid),
            'check', pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy AS p JOIN relation AS r ON r.oid = p.polrelid
$body$;
COMMENT ON FUNCTION {S}._birth_catalog_parts() IS
    'Every constraint, index, trigger, rule and policy on our tables as the catalogs show it, by aspects. Private.';
