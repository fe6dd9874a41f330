-- What a superuser did to objects of ours: how it is named, how it is done, and, where no file of ours makes it again,
-- what makes it right.

-- name: gate_without_gates
-- found: function birth.birth_backfill_insist(bigint) changed: body
CREATE OR REPLACE FUNCTION birth.birth_backfill_insist(p_run bigint) RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS 'BEGIN END';

-- name: parameter_of_a_function
-- found: function birth.birth_backfill_plan(text[]) changed: config
ALTER FUNCTION birth.birth_backfill_plan(text[]) SET work_mem = '64kB';

-- name: volatility
-- found: function birth._birth_batch_pins(birth.birth_backfill_ledger,boolean) changed: volatility
ALTER FUNCTION birth._birth_batch_pins(birth.birth_backfill_ledger, boolean) STABLE;

-- name: owner
-- found: function birth._birth_lease() changed: access, owner
ALTER FUNCTION birth._birth_lease() OWNER TO postgres;

-- name: privilege_on_a_function
-- found: function birth.birth_identity_import(text,text,text[],text) changed: access
GRANT EXECUTE ON FUNCTION birth.birth_identity_import(text, text, text[], text) TO operator1;

-- name: privilege_on_a_table
-- found: table birth.birth_ledger_head changed: access
GRANT SELECT ON birth.birth_ledger_head TO PUBLIC;

-- name: privilege_on_the_schema
-- found: schema birth changed: access
REVOKE USAGE ON SCHEMA birth FROM birth_reader; GRANT USAGE ON SCHEMA birth TO PUBLIC;

-- name: disabled_trigger
-- found: trigger birth_person_noted on birth.birth_person_login changed: enabled
ALTER TABLE birth.birth_person_login DISABLE TRIGGER birth_person_noted;

-- name: replaced_view
-- found: view birth.v_birth_stage2_qt001_readiness_dashboard changed: query, reads
CREATE OR REPLACE VIEW birth.v_birth_stage2_qt001_readiness_dashboard AS SELECT 'qt001_gate' AS metric, 'OPEN' AS value;

-- name: dropped_check
-- found: constraint birth_admission_budget_budget_rows_check on birth.birth_admission_budget missing
ALTER TABLE birth.birth_admission_budget DROP CONSTRAINT birth_admission_budget_budget_rows_check;
-- mended by:
ALTER TABLE birth.birth_admission_budget ADD CONSTRAINT birth_admission_budget_budget_rows_check CHECK (budget_rows > 0);

-- name: dropped_unique
-- found: index birth.birth_ledger_event_prev_key missing
ALTER TABLE birth.birth_ledger_event DROP CONSTRAINT birth_ledger_event_prev_key;
-- mended by:
ALTER TABLE birth.birth_ledger_event ADD CONSTRAINT birth_ledger_event_prev_key UNIQUE (prev);

-- name: default_of_a_column
-- found: table birth.birth_backfill_batch changed: column claimed_by
ALTER TABLE birth.birth_backfill_batch ALTER claimed_by SET DEFAULT 'operator2';
-- mended by:
ALTER TABLE birth.birth_backfill_batch ALTER claimed_by SET DEFAULT session_user;

-- name: unlogged
-- found: table birth.birth_backfill_quarantine changed: persistence
ALTER TABLE birth.birth_backfill_quarantine SET UNLOGGED;
-- mended by:
ALTER TABLE birth.birth_backfill_quarantine SET LOGGED;

-- name: foreign_keys_off
-- found: table birth.birth_backfill_ledger changed: internal_triggers_off
ALTER TABLE birth.birth_backfill_ledger DISABLE TRIGGER ALL;
-- mended by:
ALTER TABLE birth.birth_backfill_ledger ENABLE TRIGGER ALL;

-- name: overload
-- found: function birth._birth_lease(text) additional
CREATE FUNCTION birth._birth_lease(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
-- mended by:
DROP FUNCTION birth._birth_lease(text);

-- name: table
-- found: table birth.mine additional
CREATE TABLE birth.mine ();
-- mended by:
DROP TABLE birth.mine;

-- name: domain
-- found: type birth.my_text additional
CREATE DOMAIN birth.my_text AS text;
-- mended by:
DROP DOMAIN birth.my_text;

-- name: rule
-- found: rule quiet on birth.birth_backfill_item additional
CREATE RULE quiet AS ON INSERT TO birth.birth_backfill_item DO INSTEAD NOTHING;
-- mended by:
DROP RULE quiet ON birth.birth_backfill_item;

-- name: record
-- found: the record of installed objects changed: digest
UPDATE birth.birth_schema_object SET aspects = aspects || '{"body": ""}' WHERE name = 'birth._birth_lease()';
-- mended by:
UPDATE birth.birth_schema_object SET aspects = c.aspects FROM birth._birth_schema_catalog() AS c WHERE c.name = birth_schema_object.name AND c.name = 'birth._birth_lease()';
