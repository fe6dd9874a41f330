-- Since 0.2.0: a permit may be bound to one plan, to hours of the day, and to a ticket.
ALTER TABLE {S}.birth_admission_permit ADD COLUMN run_id bigint;
ALTER TABLE {S}.birth_admission_permit ADD COLUMN run_digest text;
ALTER TABLE {S}.birth_admission_permit ADD COLUMN hours_from time;
ALTER TABLE {S}.birth_admission_permit ADD COLUMN hours_to time;
ALTER TABLE {S}.birth_admission_permit ADD COLUMN hours_zone text;
ALTER TABLE {S}.birth_admission_permit ADD COLUMN ticket text;
ALTER TABLE {S}.birth_admission_permit ADD CONSTRAINT run_with_digest
    CHECK ((run_id IS NULL) = (run_digest IS NULL));
ALTER TABLE {S}.birth_admission_permit ADD CONSTRAINT hours_are_whole
    CHECK (num_nulls(hours_from, hours_to, hours_zone) IN (0, 3) AND hours_from <> hours_to);
COMMENT ON COLUMN {S}.birth_admission_permit.run_id IS 'The only run that it admits; NULL admits every run.';
COMMENT ON COLUMN {S}.birth_admission_permit.run_digest IS
    'The digest that the run had when the permit was opened: another plan under the same number is not admitted.';
COMMENT ON COLUMN {S}.birth_admission_permit.hours_from IS
    'It admits only from this time of day on, by hours_zone; NULL admits at every hour.';
COMMENT ON COLUMN {S}.birth_admission_permit.hours_to IS
    'The time of day before which it admits; earlier than hours_from: on the next day.';
COMMENT ON COLUMN {S}.birth_admission_permit.hours_zone IS
    'The time zone of the hours; log_timezone of the server if the gatekeeper named none.';
COMMENT ON COLUMN {S}.birth_admission_permit.ticket IS 'The ticket of a change process that it belongs to.';
