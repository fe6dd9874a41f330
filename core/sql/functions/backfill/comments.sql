-- What the tables of permits and runs hold.

COMMENT ON TABLE {S}.birth_admission_permit IS
    'Permits: a gatekeeper''s leave to register rows of some collections, for a while.';
COMMENT ON COLUMN {S}.birth_admission_permit.collections IS
    'The collections that it covers; NULL covers all of them.';
COMMENT ON COLUMN {S}.birth_admission_permit.expect_gateway IS
    'The gateway''s norm_md5 when it was opened: another one stops every batch.';
COMMENT ON COLUMN {S}.birth_admission_permit.expect_full IS 'The gateway''s full_sha256 when it was opened.';

COMMENT ON TABLE {S}.birth_admission_budget IS
    'How many rows each permit admits, and how many were used. Apart from the permit, so that batches run side by '
    'side.';

COMMENT ON TABLE {S}.birth_backfill_run IS 'Runs: one plan each, with its state and who did what.';
COMMENT ON COLUMN {S}.birth_backfill_run.status IS
    'planned, reconciled, applying, applied, certified or superseded.';
COMMENT ON COLUMN {S}.birth_backfill_run.digest IS 'sha256 over the names and digests of its entries.';
COMMENT ON COLUMN {S}.birth_backfill_run.gateway IS 'birth_gateway_fingerprint() when it was planned.';
COMMENT ON COLUMN {S}.birth_backfill_run.registry_triggers IS
    'birth_trigger_fingerprint() of the registry when it was planned.';
COMMENT ON COLUMN {S}.birth_backfill_run.registry_rows IS 'Rows of the registry when it was planned.';
COMMENT ON COLUMN {S}.birth_backfill_run.alert_rows IS 'Alerts of the trigger guard when it was planned.';
COMMENT ON COLUMN {S}.birth_backfill_run.snapshot IS
    'The transactions that the plan saw: what came later is told apart by it.';
COMMENT ON COLUMN {S}.birth_backfill_run.superseded_by IS 'The later run that planned the same collections.';

COMMENT ON TABLE {S}.birth_backfill_ledger IS
    'Entries of runs: one collection each, with what the plan pinned of it and its counters.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.relid IS
    'The table that was planned: another one of the same name makes the plan stale.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.columns IS 'The identity''s columns when it was planned.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.locator IS 'The columns by which a planned row is found again.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.locator_indexed IS 'Whether an index finds rows by them.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.triggers IS
    'birth_trigger_fingerprint() of the table when it was planned.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.registered IS
    'Rows of the source that were registered before the plan.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.missing IS 'Rows that the plan stores as items.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.digest IS 'birth_item_digest() of its items.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.upper_bound IS 'The last planned code, in code order.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.next_seq IS 'The first item that no batch has claimed.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.last_epoch IS 'The last epoch that was given to a claim.';

COMMENT ON TABLE {S}.birth_backfill_item IS 'Items of entries: one planned row each.';
COMMENT ON COLUMN {S}.birth_backfill_item.seq IS 'Its place in code order, from 1.';
COMMENT ON COLUMN {S}.birth_backfill_item.source_key IS 'The values of the locator''s columns, as text.';

COMMENT ON TABLE {S}.birth_backfill_batch IS 'Batches: a claim of a range of items first, then its outcome.';
COMMENT ON COLUMN {S}.birth_backfill_batch.epoch IS
    'Fences off earlier holders of the range: a claim that is taken over gets a higher one.';
COMMENT ON COLUMN {S}.birth_backfill_batch.lease_until IS 'Until then the claim counts without a sign of life.';
COMMENT ON COLUMN {S}.birth_backfill_batch.former_persons IS
    'The people who held the claim before: they took part in the run, too.';
COMMENT ON COLUMN {S}.birth_backfill_batch.existing IS 'Items that were registered by another way before.';
COMMENT ON COLUMN {S}.birth_backfill_batch.vanished IS
    'Items that were no longer in the source under the planned code.';
COMMENT ON COLUMN {S}.birth_backfill_batch.quarantined IS 'Items that could not be registered.';
COMMENT ON COLUMN {S}.birth_backfill_batch.writes IS 'Rows that the transaction wrote, by table.';
COMMENT ON COLUMN {S}.birth_backfill_batch.transaction_id IS
    'The transaction that did the work: its fate resolves a commit in doubt.';

COMMENT ON TABLE {S}.birth_backfill_quarantine IS
    'Items that could not be registered, each with the server''s reason.';
COMMENT ON COLUMN {S}.birth_backfill_quarantine.source_key IS 'The values of the locator''s columns, as text.';

COMMENT ON TABLE {S}.birth_backfill_control IS
    'How a run is controlled. A separate row, so that a pause never waits for a batch.';
COMMENT ON COLUMN {S}.birth_backfill_control.command IS 'run, pause or cancel.';
COMMENT ON COLUMN {S}.birth_backfill_control.batch_size IS
    'The most rows of a batch; NULL leaves it to the workers.';

COMMENT ON TABLE {S}.birth_gate_check IS
    'When all gates of a run were last checked. Batches check them again after 30 seconds.';

COMMENT ON TABLE {S}.birth_backfill_fence IS
    'Holds no rows: batches and claims lock it shared, and a session that ends a run locks it alone.';

COMMENT ON TABLE {S}.birth_backfill_worker IS 'Sessions that apply a run, to show them. Nothing is decided by it.';
COMMENT ON COLUMN {S}.birth_backfill_worker.state IS 'applying, paused, throttled or waiting.';
COMMENT ON COLUMN {S}.birth_backfill_worker.reason IS 'What holds it up.';
