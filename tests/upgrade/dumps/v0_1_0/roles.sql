-- The roles of the dumps, and who is in which: to be run first, by a superuser, any number of times.
-- Passwords are not kept.
DO $body$
DECLARE
    v_role record;
BEGIN
    FOR v_role IN SELECT * FROM (VALUES
        ('birth_gatekeeper', 'NOLOGIN'),
        ('birth_operator', 'NOLOGIN'),
        ('birth_owner', 'NOLOGIN'),
        ('birth_reader', 'NOLOGIN'),
        ('birth_reviewer', 'NOLOGIN'),
        ('v010_company', 'LOGIN'),
        ('v010_gatekeeper1', 'LOGIN'),
        ('v010_operator1', 'LOGIN'),
        ('v010_operator2', 'LOGIN'),
        ('v010_retired1', 'LOGIN'),
        ('v010_reviewer1', 'LOGIN'),
        ('v010_viewer1', 'LOGIN')
    ) AS r(name, attribute) LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role.name) THEN
            EXECUTE format('CREATE ROLE %I %s', v_role.name, v_role.attribute);
        END IF;
    END LOOP;
END
$body$;
GRANT birth_gatekeeper TO v010_gatekeeper1;
GRANT birth_operator TO v010_operator1;
GRANT birth_operator TO v010_operator2;
GRANT birth_reader TO birth_gatekeeper;
GRANT birth_reader TO birth_operator;
GRANT birth_reader TO birth_reviewer;
GRANT birth_reader TO v010_operator1;
GRANT birth_reader TO v010_viewer1;
GRANT birth_reviewer TO v010_reviewer1;
GRANT pg_read_all_stats TO birth_owner;
