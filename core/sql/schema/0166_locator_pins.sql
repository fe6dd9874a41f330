-- Since 0.2.0: what finds the rows of an entry again is pinned, too.
ALTER TABLE {S}.birth_backfill_ledger ADD COLUMN locator_pins jsonb;
COMMENT ON COLUMN {S}.birth_backfill_ledger.locator_pins IS
    'The locator when it was planned, by birth_locator_pins; NULL: planned before version 0.2.0, or a withdrawal.';
