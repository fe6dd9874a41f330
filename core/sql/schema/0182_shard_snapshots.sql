-- Since 0.2.0: the registry may be a table of Citus, whose rows are numbered by the nodes that keep them.
ALTER TABLE {S}.birth_backfill_run ADD COLUMN shards jsonb;
COMMENT ON COLUMN {S}.birth_backfill_run.shards IS
    'What each node showed when the run was planned, by the registry''s shards; NULL: Citus does not spread it.';
