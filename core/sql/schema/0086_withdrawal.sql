-- Since 0.2.0: a run can be taken back by a run of its own, where the owner of the registry allowed that.
ALTER TABLE {S}.birth_backfill_run ADD COLUMN withdraws bigint REFERENCES {S}.birth_backfill_run;
COMMENT ON COLUMN {S}.birth_backfill_run.withdraws IS
    'The run whose registry rows this one takes back; NULL: it registers.';
ALTER TABLE {S}.birth_admission_permit ADD COLUMN kind text NOT NULL DEFAULT 'backfill'
    CHECK (kind IN ('backfill', 'withdraw'));
COMMENT ON COLUMN {S}.birth_admission_permit.kind IS
    'What it admits: rows to register (backfill), or to take back.';
ALTER TABLE {S}.birth_backfill_batch ADD COLUMN snapshot pg_snapshot;
COMMENT ON COLUMN {S}.birth_backfill_batch.snapshot IS
    'The transactions visible when it ended: tells rows that it wrote from those that were changed since. NULL before '
    '0.2.0.';
