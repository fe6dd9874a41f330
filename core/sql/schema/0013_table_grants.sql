-- Who may do what. Nobody has DML: every write goes through a function of ours. Tables of later files grant this themselves.
-- The schema may hold what is not ours to grant.
DO $body$
DECLARE
    v_table oid;
BEGIN
    FOR v_table IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relowner = 'birth_owner'::regrole
        AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO birth_reader', v_table::regclass);
    END LOOP;
END
$body$;
