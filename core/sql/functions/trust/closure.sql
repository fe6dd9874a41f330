-- needs: kernel/gateway
-- Everything of the company's that can run when a row is registered, and by what it is reached: from the gateway's
-- functions and the bound tables to triggers, policies, defaults, CHECKs, domains, casts and operators, to functions
-- that bodies name, and to tables that they name. A body is read as words: one reference too many is better than one
-- too few.
CREATE OR REPLACE FUNCTION {S}.birth_closure() RETURNS TABLE (kind text, name text, owner text, reached_by text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
#variable_conflict use_column
DECLARE
    v_home oid := (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s});
    v_classes oid[];
    v_objects oid[];
    v_ways text[];
    v_seen text[] := ARRAY[]::text[];
    v_round integer := 0;
BEGIN
    SELECT array_agg(r.class), array_agg(r.object), array_agg(r.way) INTO v_classes, v_objects, v_ways FROM (
        SELECT 'pg_proc'::regclass::oid AS class, f.function AS object,
            CASE WHEN f.is_gateway THEN 'the gateway' ELSE 'the register function' END AS way
        FROM {S}.birth_gateway_functions() AS f
        UNION ALL
        SELECT 'pg_class'::regclass, {S}.birth_bound_table(b.part), 'bound as ' || b.part
        FROM {S}.birth_binding AS b
        WHERE {S}.birth_bound_table(b.part) IS NOT NULL) AS r;
    WHILE cardinality(v_objects) > 0 AND v_round < 20 LOOP
        v_round := v_round + 1;
        RETURN QUERY
        SELECT i.type, coalesce(p.oid::regprocedure::text, i.identity),
            pg_get_userbyid(coalesce(p.proowner, c.relowner, t.typowner))::text, u.way
        FROM unnest(v_classes, v_objects, v_ways) AS u(class, object, way)
        CROSS JOIN LATERAL pg_identify_object(u.class, u.object, 0) AS i
        LEFT JOIN pg_proc AS p ON u.class = 'pg_proc'::regclass AND p.oid = u.object
        LEFT JOIN pg_class AS c ON u.class = 'pg_class'::regclass AND c.oid = u.object
        LEFT JOIN pg_type AS t ON u.class = 'pg_type'::regclass AND t.oid = u.object
        WHERE i.identity IS NOT NULL;
        v_seen := v_seen || ARRAY(
            SELECT concat_ws(' ', u.class, u.object) FROM unnest(v_classes, v_objects) AS u(class, object));
        WITH here AS MATERIALIZED (
            SELECT u.class, u.object,
                coalesce(p.oid::regprocedure::text, (pg_identify_object(u.class, u.object, 0)).identity) AS way
            FROM unnest(v_classes, v_objects) AS u(class, object)
            LEFT JOIN pg_proc AS p ON u.class = 'pg_proc'::regclass AND p.oid = u.object
        ), part AS MATERIALIZED (
            -- What belongs to a table or a domain and holds expressions.
            SELECT 'pg_trigger'::regclass::oid AS class, t.oid AS object,
                concat('trigger ', t.tgname, ' on ', h.way) AS way
            FROM here AS h
            JOIN pg_trigger AS t ON h.class = 'pg_class'::regclass AND t.tgrelid = h.object AND NOT t.tgisinternal
            UNION ALL
            SELECT 'pg_policy'::regclass, p.oid, concat('policy ', p.polname, ' on ', h.way)
            FROM here AS h JOIN pg_policy AS p ON h.class = 'pg_class'::regclass AND p.polrelid = h.object
            UNION ALL
            SELECT 'pg_attrdef'::regclass, d.oid, concat('a default of ', h.way)
            FROM here AS h JOIN pg_attrdef AS d ON h.class = 'pg_class'::regclass AND d.adrelid = h.object
            UNION ALL
            SELECT 'pg_constraint'::regclass, c.oid, concat('CHECK ', c.conname, ' of ', h.way)
            FROM here AS h JOIN pg_constraint AS c ON c.contype = 'c'
                AND (h.class = 'pg_class'::regclass AND c.conrelid = h.object
                    OR h.class = 'pg_type'::regclass AND c.contypid = h.object)
            UNION ALL
            SELECT 'pg_class'::regclass, x.indexrelid, concat('an index of ', h.way)
            FROM here AS h JOIN pg_index AS x ON h.class = 'pg_class'::regclass AND x.indrelid = h.object
                AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL)
            UNION ALL
            SELECT 'pg_rewrite'::regclass, w.oid, h.way
            FROM here AS h JOIN pg_rewrite AS w ON h.class = 'pg_class'::regclass AND w.ev_class = h.object
            UNION ALL
            SELECT h.class, h.object, h.way FROM here AS h WHERE h.class = 'pg_proc'::regclass
        ), body AS MATERIALIZED (
            SELECT h.way, words.word
            FROM here AS h JOIN pg_proc AS p ON h.class = 'pg_proc'::regclass AND p.oid = h.object
                AND NOT (p.pronamespace = v_home AND p.proname = 'fn_birth_gateway')
            CROSS JOIN LATERAL (
                SELECT DISTINCT w AS word FROM regexp_split_to_table(p.prosrc, '[^[:alnum:]_$]+') AS w
                WHERE octet_length(w) BETWEEN 1 AND 63) AS words
        ), next AS (
            SELECT d.refclassid AS class, d.refobjid AS object, part.way
            FROM part JOIN pg_depend AS d ON d.classid = part.class AND d.objid = part.object
            WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass) OR d.refclassid = 'pg_class'::regclass
                AND part.class IN ('pg_proc'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass)
            UNION ALL
            SELECT 'pg_proc'::regclass, o.oprcode::oid, part.way
            FROM part
            JOIN pg_depend AS d ON d.classid = part.class AND d.objid = part.object
                AND d.refclassid = 'pg_operator'::regclass
            JOIN pg_operator AS o ON o.oid = d.refobjid
            UNION ALL
            SELECT 'pg_proc'::regclass, o.oprcode::oid, concat('an operator in the body of ', h.way)
            FROM here AS h JOIN pg_proc AS p ON h.class = 'pg_proc'::regclass AND p.oid = h.object
            JOIN pg_operator AS o ON strpos(p.prosrc, o.oprname::text) > 0
                AND o.oprnamespace <> 'pg_catalog'::regnamespace
            UNION ALL
            SELECT 'pg_type'::regclass, a.atttypid, concat('column ', a.attname, ' of ', h.way)
            FROM here AS h JOIN pg_attribute AS a ON h.class = 'pg_class'::regclass AND a.attrelid = h.object
                AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL
            SELECT 'pg_type'::regclass, g.type, concat('a parameter of ', h.way)
            FROM here AS h JOIN pg_proc AS p ON h.class = 'pg_proc'::regclass AND p.oid = h.object
            CROSS JOIN LATERAL unnest(p.proargtypes) AS g(type)
            UNION ALL
            SELECT 'pg_type'::regclass, t.typbasetype, h.way
            FROM here AS h
            JOIN pg_type AS t ON h.class = 'pg_type'::regclass AND t.oid = h.object AND t.typbasetype <> 0
            UNION ALL
            SELECT 'pg_proc'::regclass, c.castfunc, concat('a cast of ', h.way)
            FROM here AS h
            JOIN pg_cast AS c ON h.class = 'pg_type'::regclass AND h.object IN (c.castsource, c.casttarget)
            WHERE c.castfunc <> 0
            UNION ALL
            SELECT 'pg_proc'::regclass, p.oid, concat('the body of ', b.way)
            FROM body AS b JOIN pg_proc AS p ON p.proname = b.word::name
            UNION ALL
            -- A row that is written comes by what its partition has for itself.
            SELECT 'pg_class'::regclass, leaf.relid::oid, concat('partition ', leaf.relid::regclass, ' of ', h.way)
            FROM here AS h JOIN pg_class AS c ON h.class = 'pg_class'::regclass AND c.oid = h.object AND c.relkind = 'p'
            CROSS JOIN LATERAL pg_partition_tree(c.oid) AS leaf
            WHERE leaf.relid <> c.oid
              AND (EXISTS (SELECT FROM pg_trigger AS t
                      WHERE t.tgrelid = leaf.relid AND t.tgparentid = 0 AND NOT t.tgisinternal)
                  OR EXISTS (SELECT FROM pg_constraint AS k
                      WHERE k.conrelid = leaf.relid AND k.contype = 'c' AND k.conislocal)
                  OR EXISTS (SELECT FROM pg_index AS x
                      WHERE x.indrelid = leaf.relid AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL)))
            UNION ALL
            SELECT 'pg_class'::regclass, c.oid, concat('the body of ', b.way)
            FROM body AS b JOIN pg_class AS c ON c.relname = b.word::name
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        ), fresh AS (
            SELECT DISTINCT ON (x.class, x.object) x.class, x.object, x.way
            FROM next AS x
            LEFT JOIN pg_proc AS p ON x.class = 'pg_proc'::regclass AND p.oid = x.object
            LEFT JOIN pg_class AS c ON x.class = 'pg_class'::regclass AND c.oid = x.object
                AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            LEFT JOIN pg_type AS t ON x.class = 'pg_type'::regclass AND t.oid = x.object
                AND (t.typtype = 'd' OR t.typtype IN ('b', 'e', 'r') AND t.typelem = 0)
            JOIN pg_namespace AS n ON n.oid = coalesce(p.pronamespace, c.relnamespace, t.typnamespace)
            WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') AND n.oid <> v_home
              AND concat_ws(' ', x.class, x.object) <> ALL (v_seen)
            ORDER BY x.class, x.object, x.way COLLATE "C")
        SELECT array_agg(f.class), array_agg(f.object), array_agg(f.way)
        INTO v_classes, v_objects, v_ways FROM fresh AS f;
    END LOOP;
END
$body$;
COMMENT ON FUNCTION {S}.birth_closure() IS
    'Functions, tables and types of the company that can take part when a row is registered, and by what each is '
    'reached. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_closure() TO birth_reader;
