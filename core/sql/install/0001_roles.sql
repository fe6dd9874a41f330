-- Roles belong to the whole server: each is created once, and left alone when it is there.
DO $body$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['birth_owner', 'birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer'] LOOP
        IF to_regrole(v_role) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- somebody installs into another database of this server at the same moment
            END;
        END IF;
    END LOOP;
END
$body$;
GRANT birth_reader TO birth_operator, birth_gatekeeper, birth_reviewer;
CREATE SCHEMA IF NOT EXISTS {S} AUTHORIZATION birth_owner;
GRANT USAGE, CREATE ON SCHEMA {S} TO birth_owner;
-- The IN SCHEMA form cannot take away what PUBLIC is granted by default; this one can.
ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA {S} TO birth_reader;
-- Replica lag is hidden from ordinary roles; a throttle that cannot see it would have to hold every run.
GRANT pg_read_all_stats TO birth_owner;
-- Whether the server lets people in unasked is part of the audit.
GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO birth_owner;
GRANT SELECT ON pg_hba_file_rules TO birth_owner;
