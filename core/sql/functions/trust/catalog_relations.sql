-- What the catalogs say of our tables, views and sequences, as _birth_catalog_functions does; each column is an aspect.
CREATE OR REPLACE FUNCTION {S}._birth_catalog_relations() RETURNS TABLE (kind text, name text, aspects jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
{CATALOG_SETTINGS} AS $body$
    WITH relation AS MATERIALIZED (
        SELECT c.*, ARRAY(
            SELECT d.refobjid FROM pg_depend AS d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
              AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND c.relkind = 'S') AS serves
        FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
        WHERE n.nspname = {s} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
          AND (n.nspowner = to_regrole('birth_owner') OR c.relowner = to_regrole('birth_owner'))
          AND c.relname NOT IN ('collection_registry', 'birth_policy', 'birth_registry', 'trigger_guard_alerts')
          AND NOT (c.relname = 'v_birth_stage2_qt001_readiness_dashboard' AND c.relowner <> to_regrole('birth_owner'))
    )
    SELECT CASE r.relkind
            WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view'
            WHEN 'f' THEN 'foreign table'
            WHEN 'S' THEN 'sequence'
            WHEN 'c' THEN 'type'
            ELSE 'table' END,
        r.oid::regclass::text,
        jsonb_strip_nulls(jsonb_build_object(
            'owner', pg_get_userbyid(r.relowner),
            -- Since 17 an owner's own rights hold MAINTAIN.
            'access', (SELECT jsonb_agg(a.entry ORDER BY a.entry COLLATE "C") FROM (
                SELECT concat(
                    CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END, ' ', x.privilege_type,
                    CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END) AS entry
                FROM aclexplode(coalesce(r.relacl,
                    acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner))) AS x
                WHERE x.privilege_type <> 'MAINTAIN' OR x.grantee <> r.relowner) AS a),
            'persistence', r.relpersistence,
            'options', to_jsonb(r.reloptions),
            'row_security', nullif(concat(
                CASE WHEN r.relrowsecurity THEN 'enabled' END,
                CASE WHEN r.relforcerowsecurity THEN ' forced' END), ''),
            'of_type', nullif(r.reloftype, 0)::regtype::text,
            'partitioned', nullif(r.relkind = 'p' OR r.relispartition, false),
            'inherits', (
                SELECT jsonb_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)
                FROM pg_inherits AS i WHERE i.inhrelid = r.oid),
            'inherited_by', (
                SELECT jsonb_agg(i.inhrelid::regclass::text ORDER BY 1)
                FROM pg_inherits AS i WHERE i.inhparent = r.oid),
            'internal_triggers_off', (
                SELECT nullif(count(*), 0)
                FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgisinternal AND t.tgenabled <> 'O'),
            -- Until 15, columns are written with their table's name.
            'query', CASE WHEN r.relkind IN ('v', 'm') THEN encode(sha256(convert_to(
                regexp_replace(pg_get_viewdef(r.oid), '[[:alnum:]_"]+\.|\s+', '', 'g'), 'UTF8')), 'hex') END,
            'reads', (
                SELECT jsonb_agg(DISTINCT (pg_identify_object(d.refclassid, d.refobjid, 0)).identity)
                FROM pg_rewrite AS w
                JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                    AND d.deptype = 'n' AND d.refobjid <> r.oid
                WHERE w.ev_class = r.oid AND w.rulename = '_RETURN'),
            'sequence', (
                SELECT concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement,
                    s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
                FROM pg_sequence AS s WHERE s.seqrelid = r.oid),
            'serves', CASE WHEN cardinality(r.serves) > 0 THEN to_jsonb(r.serves::regclass[]::text[]) END))
        || CASE WHEN r.relkind = 'S' THEN '{{}}' ELSE coalesce((
            SELECT jsonb_object_agg('column ' || a.attname, concat_ws(', ',
                format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'not null' END,
                'default ' || pg_get_expr(d.adbin, d.adrelid),
                'identity ' || nullif(a.attidentity::text, ''),
                'generated ' || nullif(a.attgenerated::text, ''),
                'collate ' || (
                    SELECT quote_ident(o.collname) FROM pg_collation AS o
                    WHERE o.oid = a.attcollation AND o.collname <> 'default'),
                'access ' || a.attacl::text))
            FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped), '{{}}') END
    FROM relation AS r
    -- A sequence that serves a stand-in is the stand-in's.
    WHERE NOT EXISTS (SELECT FROM unnest(r.serves) AS t(oid) JOIN pg_class AS c ON c.oid = t.oid
        WHERE c.relname IN ('collection_registry', 'birth_policy', 'birth_registry', 'trigger_guard_alerts'))
$body$;
COMMENT ON FUNCTION {S}._birth_catalog_relations() IS
    'Every table, view, sequence and type of the console as the catalogs show it, by aspects. Private.';
