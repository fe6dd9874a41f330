-- Since 0.2.0: on which server, and on which timeline of it, a run was last begun or ended; what a failover took from
-- it; and what gatekeepers accepted.
ALTER TABLE {S}.birth_backfill_run ADD COLUMN history jsonb;
COMMENT ON COLUMN {S}.birth_backfill_run.history IS
    'birth_history_read() when it was started or applied last; NULL: not started since version 0.2.0.';

CREATE TABLE {S}.birth_backfill_loss (
    loss_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES {S}.birth_backfill_run,
    told_by text NOT NULL DEFAULT session_user,
    told_person text NOT NULL,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    batches bigint NOT NULL CHECK (batches > 0),
    registered bigint NOT NULL,
    existing bigint NOT NULL,
    vanished bigint NOT NULL,
    quarantined bigint NOT NULL,
    history jsonb NOT NULL
);
COMMENT ON TABLE {S}.birth_backfill_loss IS
    'Batches whose commits the server had acknowledged and no longer has: after a failover, or a restore.';
COMMENT ON COLUMN {S}.birth_backfill_loss.registered IS 'Rows that those batches had registered.';
COMMENT ON COLUMN {S}.birth_backfill_loss.history IS 'birth_history_read() when the loss was found.';
GRANT SELECT ON {S}.birth_backfill_loss TO birth_reader;

CREATE TABLE {S}.birth_history_acceptance (
    system_identifier text NOT NULL,
    timeline bigint NOT NULL,
    accepted_by text NOT NULL DEFAULT session_user,
    accepted_person text NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason text NOT NULL,
    PRIMARY KEY (system_identifier, timeline)
);
COMMENT ON TABLE {S}.birth_history_acceptance IS
    'Servers and timelines on which decisions of earlier ones count, and the gatekeeper who accepted that.';
COMMENT ON COLUMN {S}.birth_history_acceptance.timeline IS 'The timeline that was live when it was accepted.';
GRANT SELECT ON {S}.birth_history_acceptance TO birth_reader;

-- Their results have more columns now.
DROP FUNCTION IF EXISTS {S}.birth_backfill_apply_batch(bigint, bigint, integer, integer);
DROP FUNCTION IF EXISTS {S}.birth_backfill_certify(bigint, text, text);
