-- Since 0.2.0: an operator asks for a permit that covers one plan; a gatekeeper grants exactly that. A request is
-- never changed: whether it is granted follows from the permits that are bound to its run.
CREATE TABLE {S}.birth_permit_request (
    request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES {S}.birth_backfill_run,
    run_digest text NOT NULL,
    budget_rows bigint NOT NULL CHECK (budget_rows > 0),
    lifetime interval NOT NULL CHECK (lifetime > '0'),
    hours text,
    ticket text,
    reason text NOT NULL,
    requested_by text NOT NULL DEFAULT session_user,
    requested_person text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX birth_permit_request_run ON {S}.birth_permit_request (run_id);
COMMENT ON TABLE {S}.birth_permit_request IS 'Permits that operators asked for, each for the rows of one run.';
COMMENT ON COLUMN {S}.birth_permit_request.run_digest IS
    'The digest that the run had when the permit was asked for.';
COMMENT ON COLUMN {S}.birth_permit_request.budget_rows IS 'Rows of the run that had no outcome then.';
COMMENT ON COLUMN {S}.birth_permit_request.hours IS
    'The hours that were asked for, as birth_permit_open takes them.';
GRANT SELECT ON {S}.birth_permit_request TO birth_reader;
