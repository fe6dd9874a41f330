-- What the catalogs say of the schema itself, what else is in it, what birth_owner grants by default, and event
-- triggers that call what is in it; as _birth_catalog_functions does. A schema that is not birth_owner's is the
-- company's to grant and fill.
CREATE OR REPLACE FUNCTION {S}._birth_catalog_schema() RETURNS TABLE (kind text, name text, aspects jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off'
SET standard_conforming_strings = 'on' AS $body$
    SELECT 'schema', n.oid::regnamespace::text, jsonb_build_object('owner', pg_get_userbyid(n.nspowner),
        'access', (SELECT jsonb_agg(a.entry ORDER BY a.entry COLLATE "C") FROM (
            SELECT concat(
                CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END, ' ', x.privilege_type,
                CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END) AS entry
            FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS x) AS a))
    FROM pg_namespace AS n WHERE n.nspname = {s} AND n.nspowner = to_regrole('birth_owner')
    UNION ALL
    SELECT i.type, i.identity, '{{}}'
    FROM pg_namespace AS n JOIN pg_depend AS d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
    WHERE n.nspname = {s} AND n.nspowner = to_regrole('birth_owner')
      AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass)
    UNION ALL
    SELECT 'default privileges',
        concat('birth_owner: ', a.defaclobjtype, ' ' || nullif(a.defaclnamespace, 0)::regnamespace),
        jsonb_build_object('access', (SELECT jsonb_agg(e.entry ORDER BY e.entry COLLATE "C") FROM (
            SELECT concat(
                CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END, ' ', x.privilege_type,
                CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END) AS entry
            FROM aclexplode(a.defaclacl) AS x) AS e))
    FROM pg_default_acl AS a WHERE a.defaclrole = to_regrole('birth_owner')
    UNION ALL
    SELECT 'event trigger', quote_ident(e.evtname), jsonb_build_object(
        'event', e.evtevent, 'tags', e.evttags, 'enabled', e.evtenabled,
        'function', e.evtfoid::regprocedure::text)
    FROM pg_event_trigger AS e
    JOIN pg_proc AS p ON p.oid = e.evtfoid
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = {s}
$body$;
COMMENT ON FUNCTION {S}._birth_catalog_schema() IS
    'The schema, what else is in it, default privileges and event triggers as the catalogs show them, by aspects. '
    'Private.';
