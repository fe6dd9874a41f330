-- Each right is given where it is missing only: whoever installs may not be able to give it again.
DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = {s}) THEN
        CREATE SCHEMA {S} AUTHORIZATION birth_owner;
    END IF;
    IF NOT has_schema_privilege('birth_owner', {s}, 'USAGE') OR NOT has_schema_privilege('birth_owner', {s}, 'CREATE') THEN
        GRANT USAGE, CREATE ON SCHEMA {S} TO birth_owner;
    END IF;
    IF NOT has_schema_privilege('birth_reader', {s}, 'USAGE') THEN
        GRANT USAGE ON SCHEMA {S} TO birth_reader;
    END IF;
END
$body$;

-- The IN SCHEMA form cannot take away what PUBLIC is granted by default; this one can.
ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
