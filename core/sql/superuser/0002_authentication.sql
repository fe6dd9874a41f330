-- Whether the server lets people in unasked is part of the audit.
GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO birth_owner;
GRANT SELECT ON pg_catalog.pg_hba_file_rules TO birth_owner;
