-- Replica lag is hidden from ordinary roles; a throttle that cannot see it would have to hold every run.
GRANT pg_read_all_stats TO birth_owner;
-- Whether the server lets people in unasked is part of the audit.
GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO birth_owner;
GRANT SELECT ON pg_catalog.pg_hba_file_rules TO birth_owner;
