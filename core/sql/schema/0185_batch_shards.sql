-- Since 0.2.0: nodes of Citus number their transactions themselves. A batch notes which it had on each, and what else
-- was at work there: so a run can be taken back from a registry that is spread.
ALTER TABLE {S}.birth_backfill_batch ADD COLUMN shards jsonb;
COMMENT ON COLUMN {S}.birth_backfill_batch.shards IS
    'Its transaction on each node, and what that showed when it ended, by the registry''s shards; NULL: Citus does not '
    'spread it.';
