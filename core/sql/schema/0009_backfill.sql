-- A run: one plan and all that happens to it.
CREATE TABLE {S}.birth_backfill_run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'reconciled', 'applying', 'applied', 'certified', 'superseded')),
    digest text,
    database_name text NOT NULL DEFAULT current_database(),
    system_identifier text NOT NULL,
    server_version text NOT NULL DEFAULT current_setting('server_version_num'),
    gateway jsonb NOT NULL,                       -- birth_gateway_fingerprint() when planned
    registry_triggers text NOT NULL,              -- birth_trigger_fingerprint() of the registry when planned
    registry_rows bigint NOT NULL,
    alert_rows bigint NOT NULL,                   -- rows of trigger_guard_alerts when planned
    snapshot pg_snapshot NOT NULL,                -- what was visible when registry_rows was counted
    planned_by text NOT NULL DEFAULT session_user,
    planned_person text NOT NULL,
    planned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reconciled_by text,
    reconciled_person text,
    reconciled_at timestamptz,
    reconcile_note text,
    started_at timestamptz,
    finished_at timestamptz,
    superseded_by bigint REFERENCES {S}.birth_backfill_run
);

-- An entry: the part of a run that concerns one collection, with the identity it was planned under.
CREATE TABLE {S}.birth_backfill_ledger (
    ledger_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES {S}.birth_backfill_run,
    collection_name text NOT NULL,
    status text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'applying', 'applied', 'superseded')),
    relid oid NOT NULL,
    strategy text NOT NULL,
    columns text[] NOT NULL,
    identity text NOT NULL,
    identity_version integer NOT NULL,
    locator text[] NOT NULL,                      -- columns by which a planned row is found again
    locator_indexed boolean NOT NULL,
    triggers text NOT NULL,                       -- birth_trigger_fingerprint() when planned
    source_rows bigint NOT NULL DEFAULT 0,
    distinct_codes bigint NOT NULL DEFAULT 0,
    registered bigint NOT NULL DEFAULT 0,
    missing bigint NOT NULL DEFAULT 0,
    digest text,
    upper_bound text,                             -- the last code of the plan, in code order
    next_seq bigint NOT NULL DEFAULT 1,           -- the first item that no batch has claimed
    last_epoch bigint NOT NULL DEFAULT 0,
    UNIQUE (run_id, collection_name)
) WITH (fillfactor = 50);

-- An item: one row to register. `source_key` holds the locator columns' values, as text.
CREATE TABLE {S}.birth_backfill_item (
    ledger_id bigint NOT NULL,
    seq bigint NOT NULL,
    entity_code text NOT NULL,
    source_key text[] NOT NULL,
    PRIMARY KEY (ledger_id, seq)
);

-- A batch: claimed first, under an epoch that fences off whoever held the range before; its outcome comes with the work.
CREATE TABLE {S}.birth_backfill_batch (
    ledger_id bigint NOT NULL REFERENCES {S}.birth_backfill_ledger,
    epoch bigint NOT NULL,
    seq_from bigint NOT NULL,
    seq_to bigint NOT NULL CHECK (seq_to >= seq_from),
    backend_pid integer NOT NULL,
    lease_until timestamptz NOT NULL,
    claimed_by text NOT NULL DEFAULT session_user,
    claimed_person text NOT NULL,
    former_persons text[] NOT NULL DEFAULT '{{}}', -- whoever held it before: they had a hand in the run, too
    claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    permit_id bigint REFERENCES {S}.birth_admission_permit,
    registered bigint,
    existing bigint,
    vanished bigint,
    quarantined bigint,
    writes jsonb,                                 -- rows written by the transaction, by table
    transaction_id xid8,
    finished_at timestamptz,
    PRIMARY KEY (ledger_id, epoch),
    UNIQUE (ledger_id, seq_from),
    CONSTRAINT accounting_closes CHECK (finished_at IS NULL
        OR seq_to - seq_from + 1 = registered + existing + vanished + quarantined)
) WITH (fillfactor = 50);

-- Quarantine: items that cannot be registered, each with the server's reason.
CREATE TABLE {S}.birth_backfill_quarantine (
    ledger_id bigint NOT NULL REFERENCES {S}.birth_backfill_ledger,
    seq bigint NOT NULL,
    entity_code text NOT NULL,
    source_key text[] NOT NULL,
    sqlstate text NOT NULL,
    message text NOT NULL,
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (ledger_id, seq)
);

-- A certificate: somebody who took no part looked at the evidence of a run and stands for it.
CREATE TABLE {S}.birth_backfill_certificate (
    run_id bigint PRIMARY KEY REFERENCES {S}.birth_backfill_run,
    certified_by text NOT NULL DEFAULT session_user,
    certified_person text NOT NULL,
    certified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    note text NOT NULL CHECK (note <> ''),
    evidence jsonb NOT NULL,
    evidence_digest text NOT NULL,
    chain_seq bigint NOT NULL,                    -- the head of the chain that the evidence was looked at with
    chain_hash bytea NOT NULL
);

-- How a run is steered while it is applied. A row of its own, so that a pause never waits for a batch.
CREATE TABLE {S}.birth_backfill_control (
    run_id bigint PRIMARY KEY REFERENCES {S}.birth_backfill_run,
    command text NOT NULL DEFAULT 'run' CHECK (command IN ('run', 'pause', 'cancel')),
    batch_size integer CHECK (batch_size BETWEEN 1 AND 10000),
    reason text,
    steered_by text NOT NULL DEFAULT session_user,
    steered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- When the gates of a run were last asked all of them. A row of its own, too: nobody who begins, steers or ends a run waits
-- for a batch that asked.
CREATE TABLE {S}.birth_backfill_look (
    run_id bigint PRIMARY KEY REFERENCES {S}.birth_backfill_run,
    looked_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

-- Holds no row, only a queue: batches and claims share it, and whoever ends a run takes it alone. Row locks have no
-- queue: workers that follow each other closely would share a run's row for ever, past whoever waits for it.
CREATE TABLE {S}.birth_backfill_fence ();

-- Who is at work on a run, and what for: for people who look on. Nothing is decided by it.
CREATE TABLE {S}.birth_backfill_worker (
    run_id bigint NOT NULL REFERENCES {S}.birth_backfill_run,
    backend_pid integer NOT NULL,
    login text NOT NULL DEFAULT session_user,
    state text NOT NULL,
    reason text,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, backend_pid)
) WITH (fillfactor = 50);

-- Tables besides the registry that the register function writes, where it does: schema-qualified, as regclass shows them.
INSERT INTO {S}.birth_setting VALUES ('register_writes', ARRAY[]::text[]);
