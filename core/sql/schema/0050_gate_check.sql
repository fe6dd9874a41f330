-- Since 0.2.0: when all gates of a run were last checked has its own word. Everything that is named after the table
-- follows it; servers differ in what that is: since PostgreSQL 18, NOT NULL has a name, too.
ALTER TABLE {S}.birth_backfill_look RENAME TO birth_gate_check;
ALTER TABLE {S}.birth_gate_check RENAME COLUMN looked_at TO checked_at;
DO $body$
DECLARE
    v_name text;
BEGIN
    FOR v_name IN SELECT c.conname FROM pg_constraint AS c
        WHERE c.conrelid = format('%I.birth_gate_check', {s})::regclass
          AND starts_with(c.conname, 'birth_backfill_look_')
    LOOP
        EXECUTE format('ALTER TABLE %I.birth_gate_check RENAME CONSTRAINT %I TO %I', {s}, v_name,
            replace(replace(v_name, 'birth_backfill_look_', 'birth_gate_check_'), 'looked_at', 'checked_at'));
    END LOOP;
END
$body$;
