-- What the catalogs say of our functions, each aspect by itself. Raw fields, and texts that every server from 14 on
-- writes alike. The doctor runs the body as a query of its own: a session that replaces this function is seen, too. A
-- schema that is birth_owner's holds nothing else; in one that is not, ours are those that birth_owner owns, and what
-- overloads them. Stand-ins for the company's objects are not among ours: the gateway is pinned by plans and permits.
CREATE OR REPLACE FUNCTION {S}._birth_catalog_functions() RETURNS TABLE (kind text, name text, aspects jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off'
SET standard_conforming_strings = 'on' AS $body$
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
        p.oid::regprocedure::text,
        jsonb_strip_nulls(jsonb_build_object(
            'owner', pg_get_userbyid(p.proowner),
            'access', (SELECT jsonb_agg(a.entry ORDER BY a.entry COLLATE "C") FROM (
                SELECT concat(
                    CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END, ' ', x.privilege_type,
                    CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END) AS entry
                FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x) AS a),
            'body', encode(sha256(convert_to(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), 'UTF8')), 'hex'),
            'arguments', pg_get_function_arguments(p.oid),
            'result', pg_get_function_result(p.oid),
            'language', (SELECT l.lanname FROM pg_language AS l WHERE l.oid = p.prolang),
            'config', to_jsonb(p.proconfig),
            'security', CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END,
            'volatility', p.provolatile,
            'parallel', p.proparallel,
            'strict', p.proisstrict,
            'leakproof', p.proleakproof,
            -- Of a float, fewer digits may be said: a session decides.
            'cost', p.procost::numeric,
            'rows', p.prorows::numeric,
            'support', nullif(p.prosupport::text, '-'),
            'library', p.probin))
    FROM pg_namespace AS n JOIN pg_proc AS p ON p.pronamespace = n.oid
    WHERE n.nspname = {s}
      AND p.proname NOT IN ('fn_birth_register', 'fn_birth_register_set', 'fn_birth_register_keyed', 'fn_birth_gateway',
          'fn_trigger_guard')
      AND (n.nspowner = to_regrole('birth_owner')
          OR p.proowner IN (to_regrole('birth_owner'), to_regrole('birth_caller'))
          OR EXISTS (SELECT FROM pg_proc AS o
              WHERE o.pronamespace = n.oid AND o.proname = p.proname AND o.proowner = to_regrole('birth_owner')))
$body$;
COMMENT ON FUNCTION {S}._birth_catalog_functions() IS
    'Every function of the console as the catalogs show it, by aspects. Private.';
