-- The stand-in that takes arrays is called as birth_caller, as the row-wise one is.
DO $body$
DECLARE
    v_function oid := (SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
          AND p.proname = 'fn_birth_register_set' AND p.proowner = 'birth_owner'::regrole);
BEGIN
    IF v_function IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO birth_caller', v_function::regprocedure);
    END IF;
END
$body$;
