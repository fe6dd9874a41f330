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
    FOREACH v_role IN ARRAY ARRAY['birth_operator', 'birth_gatekeeper', 'birth_reviewer'] LOOP
        IF NOT pg_has_role(v_role, 'birth_reader', 'MEMBER') THEN
            EXECUTE format('GRANT birth_reader TO %I', v_role);
        END IF;
    END LOOP;
END
$body$;
