-- Who is who is decided by whoever administers the database, and is part of the ledger like every other decision: also
-- where it is written by hand.
CREATE OR REPLACE FUNCTION {S}._birth_person_noted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM {S}.birth_ledger_append('person_added', jsonb_build_object('login', NEW.login, 'person', NEW.person));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM {S}.birth_ledger_append('person_removed', jsonb_build_object('login', OLD.login, 'person', OLD.person));
    ELSIF NEW IS DISTINCT FROM OLD THEN
        PERFORM {S}.birth_ledger_append(CASE WHEN NEW.retired_at IS NOT NULL AND OLD.retired_at IS NULL THEN 'person_retired' ELSE 'person_changed' END,
            jsonb_build_object('login', NEW.login, 'person', NEW.person, 'before', OLD.person, 'login_before', OLD.login,
                'retired', NEW.retired_at IS NOT NULL));
    END IF;
    RETURN NULL;
END
$body$;
-- A trigger that is as it should be is not touched: whoever guards triggers counts that, and plans would be stale.
DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = format('%I.birth_person_login', {s})::regclass AND t.tgname = 'birth_person_noted'
        AND t.tgfoid = format('%I._birth_person_noted', {s})::regproc AND t.tgenabled = 'O' AND t.tgtype = 29 AND t.tgqual IS NULL AND t.tgnargs = 0) THEN
        CREATE OR REPLACE TRIGGER birth_person_noted AFTER INSERT OR UPDATE OR DELETE ON {S}.birth_person_login
            FOR EACH ROW EXECUTE FUNCTION {S}._birth_person_noted();
    END IF;
END
$body$;
