-- Replica lag is hidden from ordinary roles; a throttle that cannot see it would have to hold every run.
GRANT pg_read_all_stats TO birth_owner;
