-- Since 0.2.0: what an upgrade changed of what runs pin, so that it is no drift: our stand-ins, and alerts.
ALTER TABLE {S}.birth_schema_version ADD COLUMN pins jsonb;
COMMENT ON COLUMN {S}.birth_schema_version.pins IS
    'What this upgrade changed of what runs pin: the gateway before and after, triggers, alerts raised; NULL: nothing.';
