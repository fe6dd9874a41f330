-- Since 0.2.0: of which tables the registry consisted. Rows of a table that became part of it afterwards are as old as
-- those that the plan saw, and the plan did not see them.
ALTER TABLE {S}.birth_backfill_run ADD COLUMN registry_parts oid[];
COMMENT ON COLUMN {S}.birth_backfill_run.registry_parts IS
    'The registry''s table, and those that were part of it, when the run was planned; NULL: before version 0.2.0.';
