-- needs: kernel/chain, kernel/plain_text
-- Names that only look alike are refused, also where they are written by hand: people are told apart by them, and
-- a person who is there twice could certify what they did themselves.
CREATE OR REPLACE FUNCTION {S}._birth_person_named() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_alike text;
BEGIN
    PERFORM {S}._birth_insist_on_text(NEW.person, 'no_person', 'a person needs a name',
        jsonb_build_object('login', NEW.login), 'Write first and last name.');
    SELECT p.person INTO v_alike FROM {S}._birth_people() AS p
    WHERE p.person <> NEW.person
      AND {S}._birth_name_skeletons(p.person) && {S}._birth_name_skeletons(NEW.person)
        -- A person may be renamed so: to another case, say.
        AND NOT (TG_OP = 'UPDATE' AND p.login = OLD.login)
    ORDER BY p.person LIMIT 1;
    IF v_alike IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'person_alike',
            format('%s looks like the recorded person %s', NEW.person, v_alike),
            jsonb_build_object('person', NEW.person, 'recorded', v_alike),
            'Same person: write the recorded name. Another person: add a distinguishing part.');
    END IF;
    RETURN NEW;
END
$body$;
COMMENT ON FUNCTION {S}._birth_person_named() IS
    'Refuses a person without a name, and one whose name looks like another person''s. Trigger function. Raises '
    'BR002 no_person; BR003 person_alike.';

-- Every name under which a login ever was a person's, as the table and the chain know it.
CREATE OR REPLACE FUNCTION {S}._birth_people() RETURNS TABLE (login text, person text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT l.login, l.person FROM {S}.birth_person_login AS l
    UNION
    SELECT n.login, n.person
    FROM {S}.birth_ledger_event AS e
    CROSS JOIN LATERAL (VALUES
        (e.payload::jsonb ->> 'login', e.payload::jsonb ->> 'person'),
        (e.payload::jsonb ->> 'login_before', e.payload::jsonb ->> 'before'),
        (e.payload::jsonb ->> 'login', e.payload::jsonb ->> 'before')) AS n(login, person)
    WHERE e.kind IN ('person_added', 'person_changed', 'person_retired', 'person_removed')
      AND n.login IS NOT NULL AND n.person IS NOT NULL
$body$;
COMMENT ON FUNCTION {S}._birth_people() IS
    'Every person that a login was ever mapped to, from the table and the chain. Private.';

-- All that a login or a person ever was: every other login and name that a chain of records ties to it. A name that was
-- changed is the old person still, and so is a login that was handed on: better one witness too few than one's own.
CREATE OR REPLACE FUNCTION {S}._birth_aliases(p_login text, p_person text) RETURNS TABLE (login text, person text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE known AS MATERIALIZED (
        SELECT p.login, p.person FROM {S}._birth_people() AS p
    ), alias AS (
        SELECT p_login AS login, p_person AS person
        UNION
        SELECT k.login, k.person FROM alias AS a JOIN known AS k ON k.login = a.login OR k.person = a.person
    )
    SELECT a.login, a.person FROM alias AS a
$body$;
COMMENT ON FUNCTION {S}._birth_aliases(text, text) IS
    'All logins and names that records tie to a login or a person. Private.';

-- Who is who is decided by the database's administrators, and is part of the ledger like every other decision: also
-- where it is written by hand.
CREATE OR REPLACE FUNCTION {S}._birth_person_noted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM {S}.birth_ledger_append('person_added', jsonb_build_object('login', NEW.login, 'person', NEW.person,
            'rows', {S}._birth_images('birth_person_login', format('t.login = %L', NEW.login), NULL)));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM {S}.birth_ledger_append('person_removed',
            jsonb_build_object('login', OLD.login, 'person', OLD.person,
            'rows', {S}._birth_no_image('birth_person_login', OLD.login)));
    ELSIF NEW IS DISTINCT FROM OLD THEN
        PERFORM {S}.birth_ledger_append(
            CASE WHEN NEW.retired_at IS NOT NULL AND OLD.retired_at IS NULL
                THEN 'person_retired' ELSE 'person_changed' END,
            jsonb_build_object(
                'login', NEW.login, 'person', NEW.person,
                'before', OLD.person, 'login_before', OLD.login,
                'retired', NEW.retired_at IS NOT NULL,
                'rows', CASE WHEN NEW.login <> OLD.login THEN {S}._birth_no_image('birth_person_login', OLD.login)
                    ELSE '[]' END
                    || {S}._birth_images('birth_person_login', format('t.login = %L', NEW.login), NULL)));
    END IF;
    RETURN NULL;
END
$body$;
COMMENT ON FUNCTION {S}._birth_person_noted() IS
    'Appends every change of birth_person_login to the chain. Trigger function.';
-- Triggers that are as they should be are not touched: the trigger guard counts that, and plans would be stale.
DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger AS t
        WHERE t.tgrelid = format('%I.birth_person_login', {s})::regclass AND t.tgname = 'birth_person_noted'
          AND t.tgfoid = format('%I._birth_person_noted', {s})::regproc AND t.tgenabled = 'O'
          AND t.tgtype = 29 AND t.tgqual IS NULL AND t.tgnargs = 0) THEN
        CREATE OR REPLACE TRIGGER birth_person_noted AFTER INSERT OR UPDATE OR DELETE ON {S}.birth_person_login
            FOR EACH ROW EXECUTE FUNCTION {S}._birth_person_noted();
    END IF;
    IF NOT EXISTS (SELECT FROM pg_trigger AS t
        WHERE t.tgrelid = format('%I.birth_person_login', {s})::regclass AND t.tgname = 'birth_person_named'
          AND t.tgfoid = format('%I._birth_person_named', {s})::regproc AND t.tgenabled = 'O'
          AND t.tgtype = 23 AND t.tgqual IS NULL AND t.tgnargs = 0) THEN
        CREATE OR REPLACE TRIGGER birth_person_named BEFORE INSERT OR UPDATE ON {S}.birth_person_login
            FOR EACH ROW EXECUTE FUNCTION {S}._birth_person_named();
    END IF;
END
$body$;
