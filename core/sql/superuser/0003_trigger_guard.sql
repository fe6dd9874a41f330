-- Event triggers belong to the database, and only a superuser may create them.
CREATE EVENT TRIGGER evt_trigger_guard_ddl ON ddl_command_end
    WHEN TAG IN ('CREATE TRIGGER', 'ALTER TRIGGER', 'ALTER TABLE')
    EXECUTE FUNCTION {S}.fn_trigger_guard();
CREATE EVENT TRIGGER evt_trigger_guard_drop ON sql_drop
    EXECUTE FUNCTION {S}.fn_trigger_guard();
