-- Since 0.2.0: what moved between a plan and its reconciliation, where that was accepted.
ALTER TABLE {S}.birth_backfill_run ADD COLUMN drift jsonb;
COMMENT ON COLUMN {S}.birth_backfill_run.drift IS
    'Rows that were inserted, vanished or were registered between plan and reconciliation and were accepted: counts, '
    'and the digest of their list in the event. NULL where there were none.';
