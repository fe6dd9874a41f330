-- What birth_caller needs of stand-ins. Of the company's objects, `init` finds it out.
DO $body$
DECLARE
    v_right record;
BEGIN
    GRANT USAGE ON SCHEMA {S} TO birth_caller;
    FOR v_right IN
        SELECT CASE c.relname WHEN 'birth_registry' THEN 'SELECT, INSERT' ELSE 'SELECT' END AS rights,
            c.oid::regclass::text AS name
        FROM pg_class AS c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
          AND c.relname IN ('birth_registry', 'collection_registry') AND c.relowner = 'birth_owner'::regrole
        UNION ALL SELECT 'EXECUTE', 'FUNCTION ' || p.oid::regprocedure
        FROM pg_proc AS p WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
          AND p.proname = 'fn_birth_register' AND p.proowner = 'birth_owner'::regrole
    LOOP
        EXECUTE format('GRANT %s ON %s TO birth_caller', v_right.rights, v_right.name);
    END LOOP;
END
$body$;
