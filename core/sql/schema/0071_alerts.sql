-- Since 0.2.0: a run pins the alerts that concern it, each by its own sign, and a reviewer may acknowledge one.
ALTER TABLE {S}.birth_backfill_run ADD COLUMN alerts text[];
COMMENT ON COLUMN {S}.birth_backfill_run.alerts IS
    'The alerts about governed tables, the registry, the gateway and this schema when it was planned; NULL: planned '
    'before version 0.2.0.';

CREATE TABLE {S}.birth_alert_acknowledgement (
    run_id bigint NOT NULL REFERENCES {S}.birth_backfill_run,
    alert text NOT NULL,
    said text,
    reason text NOT NULL CHECK (reason <> ''),
    acknowledged_by text NOT NULL DEFAULT session_user,
    acknowledged_person text NOT NULL,
    acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, alert)
);
COMMENT ON TABLE {S}.birth_alert_acknowledgement IS
    'Alerts since the plan of a run that a reviewer looked into: they stand in the way of no certificate.';
COMMENT ON COLUMN {S}.birth_alert_acknowledgement.alert IS 'The sign of the alert, as verify shows it.';
COMMENT ON COLUMN {S}.birth_alert_acknowledgement.said IS 'The alert as it was; NULL if it was deleted.';
GRANT SELECT ON {S}.birth_alert_acknowledgement TO birth_reader;
