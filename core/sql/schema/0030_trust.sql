-- Since 0.2.0: a run's own events and those about people are found by indexes, however long the chain is. The
-- batches of a run are in a table, too: their events are left out.
CREATE INDEX birth_ledger_event_run ON {S}.birth_ledger_event ((payload::jsonb ->> 'run'), seq)
    WHERE kind IN ('planned', 'reconciled', 'started', 'resumed', 'steered', 'applied', 'certified');
CREATE INDEX birth_ledger_event_decision ON {S}.birth_ledger_event (kind, seq)
    WHERE kind IN ('person_added', 'person_changed', 'person_retired', 'person_removed', 'policy_decided',
        'gateway_bound', 'table_bound', 'gateway_trigger_bound', 'authentication_attested', 'trigger_guard_attested',
        'register_writes_set');

-- The limits of a run, recorded when it begins, and what counts against them. A row of its own: batches that go well
-- never write it.
CREATE TABLE {S}.birth_backfill_limit (
    run_id bigint PRIMARY KEY REFERENCES {S}.birth_backfill_run,
    most_quarantined bigint NOT NULL CHECK (most_quarantined >= 0),
    most_vanished bigint NOT NULL CHECK (most_vanished >= 0),
    quarantined bigint NOT NULL DEFAULT 0,
    quarantined_before bigint NOT NULL DEFAULT 0,
    vanished bigint NOT NULL DEFAULT 0,
    canary_failed boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE {S}.birth_backfill_limit IS 'How many rows of a run may be quarantined or vanish before it stops.';
COMMENT ON COLUMN {S}.birth_backfill_limit.quarantined_before IS
    'Rows quarantined before the run was last resumed: they count no more.';
COMMENT ON COLUMN {S}.birth_backfill_limit.canary_failed IS
    'The first batch quarantined rows, and the run was not resumed since.';
GRANT SELECT ON {S}.birth_backfill_limit TO birth_reader;

-- What the columns of an identity were when it was recorded, and when it was planned: the things, not their names.
ALTER TABLE {S}.birth_identity_history ADD COLUMN pins jsonb;
ALTER TABLE {S}.birth_backfill_ledger ADD COLUMN identity_pins jsonb;
COMMENT ON COLUMN {S}.birth_identity_history.pins IS
    'Its columns when it was recorded, by birth_identity_pins; NULL: recorded before version 0.2.0, or none.';
COMMENT ON COLUMN {S}.birth_backfill_ledger.identity_pins IS
    'The identity''s columns when it was planned, by birth_identity_pins; NULL: planned before version 0.2.0.';
