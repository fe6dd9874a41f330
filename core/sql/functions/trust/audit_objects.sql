-- needs: trust/audit_roles
-- What privileges and ownership allow: writing tables of ours or the company's that the gates rest on, calling private
-- functions, owning what others could be misled by. `p_acting`: roles of birth_audit_roles(). `p_masters`: roles that
-- could have anything; nothing is said of them here. `p_tables`, `p_functions`: ours, and the company's in our schema.
CREATE OR REPLACE FUNCTION {S}._birth_object_powers(
    p_acting oid[], p_masters oid[], p_tables oid[], p_functions oid[])
RETURNS TABLE (id text, verdict text, words text, statements text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    WITH birth AS MATERIALIZED (
        SELECT to_regrole('birth_owner')::oid AS owner, to_regrole('birth_caller')::oid AS caller,
            (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s}) AS home
    ), ours AS MATERIALIZED (
        SELECT t.oid, t.oid::regclass::text AS name, t.relkind, t.relacl, t.relowner
        FROM pg_class AS t, birth WHERE t.oid = ANY (p_tables) AND t.relowner = birth.owner
    ), bound AS MATERIALIZED (
        -- With their partitions and children: what is written into one of these shows in the whole.
        WITH RECURSIVE part(oid) AS (
            SELECT {S}.birth_bound_table(b.part) FROM {S}.birth_binding AS b WHERE b.part <> 'alerts'
            UNION
            SELECT i.inhrelid FROM part JOIN pg_inherits AS i ON i.inhparent = part.oid)
        SELECT part.oid FROM part
    ), fine AS MATERIALIZED (
        -- Who needs no look: the owner, superusers, and who could be either.
        SELECT r.oid FROM pg_roles AS r, birth WHERE r.rolsuper OR r.oid = birth.owner OR r.oid = ANY (p_masters)
    ), grantee AS MATERIALIZED (
        SELECT 0::oid AS oid, 'PUBLIC' AS name UNION ALL
        SELECT r.oid, r.oid::regrole::text FROM pg_roles AS r WHERE r.oid NOT IN (SELECT f.oid FROM fine AS f)
    ), class_right AS MATERIALIZED (
        SELECT t.oid, t.name, t.relkind, g.name AS grantee, g.oid AS grantee_oid, a.privilege_type AS privilege,
            a.is_grantable, NULL::name AS attname
        FROM ours AS t CROSS JOIN LATERAL aclexplode(t.relacl) AS a JOIN grantee AS g ON g.oid = a.grantee
        UNION ALL
        SELECT t.oid, t.name, t.relkind, g.name, g.oid, a.privilege_type, a.is_grantable, c.attname
        FROM ours AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attacl IS NOT NULL
        CROSS JOIN LATERAL aclexplode(c.attacl) AS a JOIN grantee AS g ON g.oid = a.grantee
    )
    SELECT 'dml', 'failed', concat(coalesce(nullif(r.grantee, 'PUBLIC'), 'public'), ' on ', c.relname),
        ARRAY[format('REVOKE %s%s ON %s%s FROM %s;', r.privilege, coalesce(' (' || quote_ident(r.attname) || ')', ''),
            CASE r.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END, r.name, r.grantee)]
    FROM class_right AS r JOIN pg_class AS c ON c.oid = r.oid, birth
    WHERE (r.privilege IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES')
            OR r.relkind = 'S' AND r.privilege = 'USAGE')
      AND NOT (c.relname = 'birth_registry' AND r.grantee_oid = birth.caller
          AND (r.privilege = 'INSERT' OR r.privilege = 'DELETE' AND {S}._birth_withdraw_allowed()))
    UNION ALL
    SELECT 'locks', 'warning', concat(r.grantee, ' may lock ', r.name),
        ARRAY[format('REVOKE MAINTAIN ON %s FROM %s;', r.name, r.grantee)]
    FROM class_right AS r WHERE r.privilege = 'MAINTAIN'
    UNION ALL
    SELECT 'grant_option', 'failed', concat(r.grantee, ' may grant ', r.privilege, ' on ', r.name),
        ARRAY[format('REVOKE GRANT OPTION FOR %s%s ON %s FROM %s CASCADE;', r.privilege,
            coalesce(' (' || quote_ident(r.attname) || ')', ''), r.name, r.grantee)]
    FROM class_right AS r WHERE r.is_grantable
    UNION ALL
    -- The company's tables that are bound: its application writes them, no person of the console does.
    SELECT 'dml', 'failed', concat(g.name, ' on ', t.relname), (
            SELECT array_agg(DISTINCT format('REVOKE %s%s ON %s FROM %s;', a.privilege_type,
                coalesce(' (' || quote_ident(a.attname) || ')', ''), t.oid::regclass,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END))
            FROM (
                SELECT x.grantee, x.privilege_type, NULL::name AS attname FROM aclexplode(t.relacl) AS x
                UNION ALL
                SELECT x.grantee, x.privilege_type, c.attname
                FROM pg_attribute AS c CROSS JOIN LATERAL aclexplode(c.attacl) AS x
                WHERE c.attrelid = t.oid AND c.attacl IS NOT NULL) AS a
            WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
              AND a.grantee <> t.relowner AND (a.grantee = 0 OR a.grantee = ANY (p_acting)))
    FROM bound AS b JOIN pg_class AS t ON t.oid = b.oid
    JOIN grantee AS g ON g.oid = ANY (p_acting) AND g.oid <> t.relowner, birth
    WHERE t.relowner <> birth.owner AND t.oid <> ALL (p_tables)
      AND (has_table_privilege(g.oid, t.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
        OR has_any_column_privilege(g.oid, t.oid, 'INSERT, UPDATE'))
    UNION ALL
    -- A view or rule writes with its owner's rights, not with those of its user.
    SELECT 'dml', 'failed', concat(g.name, ' on ', v.oid::regclass, ', which reaches ', v.reaches),
        ARRAY[format('REVOKE %s ON %s FROM %s;', a.privilege_type, v.oid::regclass, g.name)]
    FROM {S}._birth_views_onto(p_tables || ARRAY(SELECT b.oid FROM bound AS b)) AS v
    JOIN pg_class AS c ON c.oid = v.oid
    CROSS JOIN LATERAL aclexplode(c.relacl) AS a
    JOIN grantee AS g ON g.oid = a.grantee AND g.oid <> c.relowner, birth
    WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
      AND (v.is_ours OR g.oid = 0 OR g.oid = ANY (p_acting))
      AND (c.relowner = birth.owner OR (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = c.relowner))
    UNION ALL
    SELECT 'dml', 'failed', concat(pg_get_userbyid(c.relowner), ' owns ', c.oid::regclass, ', whose rows ',
            t.name, ' shows as its own'),
        ARRAY[format('ALTER TABLE %s NO INHERIT %s;', c.oid::regclass, t.name)]
    FROM ours AS t JOIN pg_inherits AS i ON i.inhparent = t.oid JOIN pg_class AS c ON c.oid = i.inhrelid, birth
    WHERE c.relowner <> birth.owner
    UNION ALL
    SELECT 'register_execute', 'failed', concat(g.name, ' on ', p.oid::regprocedure),
        ARRAY[format('REVOKE EXECUTE ON FUNCTION %s FROM %s;', p.oid::regprocedure, g.name)]
    FROM pg_proc AS p CROSS JOIN LATERAL aclexplode(p.proacl) AS a JOIN grantee AS g ON g.oid = a.grantee, birth
    WHERE p.oid = ANY (p_functions) AND p.proowner = birth.owner AND g.oid <> 0 AND g.oid <> birth.caller
      AND g.name NOT IN ('birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')
      -- A company that keeps its own gateway lets that one's owner call the stand-in.
      AND NOT (p.proname ~ '^fn_birth_' AND g.oid <> ALL (p_acting))
    UNION ALL
    SELECT 'public_execute', 'warning',
        concat('PUBLIC may call ', p.oid::regprocedure, ', which runs as ', p.proowner::regrole), NULL
    FROM {S}.birth_gateway_functions() AS f JOIN pg_proc AS p ON p.oid = f.function, birth
    WHERE p.proowner <> birth.owner AND p.pronamespace <> birth.home AND p.prosecdef
      AND has_function_privilege('public', p.oid, 'EXECUTE')
    UNION ALL
    SELECT 'grant_option', 'failed', concat(g.name, ' may grant EXECUTE on ', p.oid::regprocedure),
        ARRAY[format('REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION %s FROM %s CASCADE;', p.oid::regprocedure, g.name)]
    FROM pg_proc AS p CROSS JOIN LATERAL aclexplode(p.proacl) AS a JOIN grantee AS g ON g.oid = a.grantee, birth
    WHERE p.oid = ANY (p_functions) AND p.proowner = birth.owner AND a.is_grantable
    UNION ALL
    SELECT 'owner', 'failed', concat(g.name, ' owns schema ', n.nspname), CASE WHEN n.oid = birth.home
            THEN ARRAY[format('ALTER SCHEMA %I OWNER TO birth_owner;', n.nspname)] END
    FROM pg_namespace AS n JOIN grantee AS g ON g.oid = n.nspowner, birth
    WHERE n.oid = birth.home OR n.nspowner = ANY (p_acting) AND (
        EXISTS (SELECT FROM pg_class AS t JOIN bound AS b ON b.oid = t.oid WHERE t.relnamespace = n.oid)
        OR EXISTS (SELECT FROM pg_proc AS p WHERE p.oid = ANY (p_functions) AND p.pronamespace = n.oid))
    UNION ALL
    SELECT CASE WHEN d.datdba = ANY (p_acting) THEN 'owner' ELSE 'administrators' END,
        CASE WHEN d.datdba = ANY (p_acting) THEN 'failed' ELSE 'warning' END,
        concat(g.name, ' owns the database: it can set options for every session, and drop it'), NULL
    FROM pg_database AS d JOIN grantee AS g ON g.oid = d.datdba WHERE d.datname = current_database()
    UNION ALL
    SELECT 'owner', 'failed',
        concat(p.proowner::regrole, ' owns ', p.oid::regprocedure, ', which runs for each row of ',
            t.tgrelid::regclass), NULL
    FROM pg_trigger AS t JOIN bound AS b ON b.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND p.proowner = ANY (p_acting)
      AND p.proowner IN (SELECT g.oid FROM grantee AS g)
    UNION ALL
    SELECT CASE WHEN p.proowner = ANY (p_acting) THEN 'owner' ELSE 'administrators' END,
        CASE WHEN p.proowner = ANY (p_acting) THEN 'failed' ELSE 'warning' END,
        concat(g.name, ' owns ', p.oid::regprocedure, ', which an event trigger runs for other logins'),
        NULL
    FROM pg_event_trigger AS e JOIN pg_proc AS p ON p.oid = e.evtfoid JOIN grantee AS g ON g.oid = p.proowner
    WHERE e.evtenabled <> 'D'
    UNION ALL
    -- What is made later has these privileges from its beginning.
    SELECT 'default_privileges', 'failed',
        concat(g.name, ' gets ', a.privilege_type, ' on later objects of birth_owner'),
        ARRAY[format('ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner%s REVOKE %s ON %s FROM %s;',
            (SELECT format(' IN SCHEMA %I', n.nspname) FROM pg_namespace AS n WHERE n.oid = d.defaclnamespace),
            a.privilege_type, CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
            g.name)]
    FROM pg_default_acl AS d CROSS JOIN LATERAL aclexplode(d.defaclacl) AS a JOIN grantee AS g ON g.oid = a.grantee,
        birth
    WHERE d.defaclrole = birth.owner AND NOT (d.defaclobjtype = 'T' AND g.oid = 0)
      AND NOT (d.defaclobjtype = 'r' AND a.privilege_type = 'SELECT' AND g.name = 'birth_reader')
    UNION ALL
    SELECT 'default_privileges', 'failed', 'PUBLIC gets EXECUTE on later objects of birth_owner',
        ARRAY['ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;']
    FROM birth WHERE NOT EXISTS (SELECT FROM pg_default_acl AS d
        WHERE d.defaclrole = birth.owner AND d.defaclnamespace = 0 AND d.defaclobjtype = 'f')
$body$;
COMMENT ON FUNCTION {S}._birth_object_powers(oid[], oid[], oid[], oid[]) IS
    'What privileges and ownership of tables, functions and schemas allow, with a verdict and the SQL that ends it. '
    'Private.';

-- Views, and tables with rules, that read or write these tables, directly or through each other. `is_ours`: one of the
-- console's own tables is reached, not just one of the company's.
CREATE OR REPLACE FUNCTION {S}._birth_views_onto(p_tables oid[])
    RETURNS TABLE (oid oid, reaches text, is_ours boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    WITH RECURSIVE edge AS MATERIALIZED (
        SELECT DISTINCT w.ev_class, d.refobjid
        FROM pg_rewrite AS w
        JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
        WHERE w.oid >= 16384
    ), onto AS (
        SELECT e.ev_class, e.refobjid FROM edge AS e WHERE e.refobjid = ANY (p_tables)
        UNION
        SELECT e.ev_class, o.refobjid FROM onto AS o JOIN edge AS e ON e.refobjid = o.ev_class
    )
    SELECT o.ev_class, string_agg(DISTINCT o.refobjid::regclass::text, ', '),
        bool_or(t.relowner = to_regrole('birth_owner'))
    FROM onto AS o JOIN pg_class AS t ON t.oid = o.refobjid
    WHERE o.ev_class <> ALL (p_tables)
    GROUP BY 1
$body$;
COMMENT ON FUNCTION {S}._birth_views_onto(oid[]) IS
    'Views and tables with rules that read or write these tables, directly or through each other. Private.';
