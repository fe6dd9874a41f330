"""Code of the company's that runs when rows are registered: it is birth_caller, and can do nothing with that."""

import psycopg
import pytest

from tests import console
from tests.databases import Database
from tests.faults.attacker import add_goods
from tests.line import open_permit
from tests.small import a_run, drive, fill, reconciled, registering

# It counts in sequences, which no rollback takes back: as whom it ran, and whether anything that it tried was done.
_EVIL = """
CREATE FUNCTION public.evil(p_what text) RETURNS boolean LANGUAGE plpgsql AS $evil$
DECLARE
    v_attempt text;
BEGIN
    BEGIN
        PERFORM nextval(CASE current_user WHEN 'birth_owner' THEN 'public.as_owner'
            ELSE format('public.%s_ran', p_what) END::regclass);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    IF current_user <> 'birth_caller' AND current_user <> 'birth_owner' THEN
        RETURN true;
    END IF;
    FOREACH v_attempt IN ARRAY ARRAY[
        'GRANT birth_owner TO operator1', 'GRANT birth_gatekeeper TO operator1', 'SET ROLE birth_owner', 'RESET ROLE',
        'SET SESSION AUTHORIZATION birth_owner', 'ALTER ROLE birth_owner LOGIN', 'GRANT birth_owner TO birth_caller',
        'INSERT INTO birth.birth_setting VALUES (''evil'', ARRAY[]::text[])',
        'UPDATE birth.birth_admission_budget SET budget_rows = 1000000',
        'DELETE FROM birth.birth_registry', 'UPDATE birth.birth_registry SET certified = true',
        'SELECT birth.birth_ledger_append(''evil'', NULL)', 'CREATE TABLE birth.evil ()',
        'CREATE FUNCTION birth.birth_refuse(text, text, text, jsonb, varchar) RETURNS void LANGUAGE sql AS ''SELECT''',
        'CREATE OR REPLACE FUNCTION birth._birth_as_caller(p_statement text, p_codes text[], p_keys text[],'
            ' p_births timestamptz[], p_known text[]) RETURNS bigint LANGUAGE sql AS ''SELECT 1::bigint''',
        'ALTER TABLE birth.birth_registry DISABLE TRIGGER ALL', 'SET session_replication_role = replica'
    ] LOOP
        BEGIN
            EXECUTE v_attempt;
            PERFORM nextval('public.gained');
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    RETURN true;
END $evil$;
"""
_GONE = """
DO $gone$ DECLARE v_function regprocedure; BEGIN
    FOR v_function IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'birth'::regnamespace AND proowner = 'birth_caller'::regrole
    LOOP
        EXECUTE format('DROP FUNCTION %s', v_function);
    END LOOP;
END $gone$;
"""
# Each kind of code in the way of a row, by the name under which it counts.
_PLANTED = """
CREATE FUNCTION public.trigger_evil() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM public.evil(TG_ARGV[0]); RETURN NEW; END $$;
CREATE TRIGGER a BEFORE INSERT ON birth.birth_registry FOR EACH ROW EXECUTE FUNCTION public.trigger_evil('trigger');
CREATE CONSTRAINT TRIGGER b AFTER INSERT ON birth.birth_registry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.trigger_evil('deferred');
ALTER TABLE birth.birth_registry ADD note boolean;
ALTER TABLE birth.birth_registry ALTER note SET DEFAULT public.evil('default');
CREATE DOMAIN public.checked AS text CHECK (public.evil('domain'));
CREATE TYPE public.mood AS ENUM ('calm');
CREATE FUNCTION public.moody(text) RETURNS public.mood LANGUAGE plpgsql AS
    $$ BEGIN PERFORM public.evil('cast'); RETURN 'calm'; END $$;
CREATE CAST (text AS public.mood) WITH FUNCTION public.moody(text);
CREATE FUNCTION public.odd(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT public.evil('operator') $$;
CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = public.odd);
CREATE FUNCTION public.reg(p_collection text, p_code public.checked, p_key public.mood, p_origin text, p_dry boolean)
RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    PERFORM public.evil('function'), 'a'::text OPERATOR(public.===) 'b'::text;
    INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin)
    VALUES (p_code, p_collection, p_origin) ON CONFLICT DO NOTHING;
    RETURN true;
END $$;
SELECT birth.birth_gateway_bind('public.reg(text,public.checked,public.mood,text,boolean)',
    '{"p_collection": {"value": "collection"}, "p_code": {"value": "code"}, "p_key": {"value": "source_key"},
      "p_origin": {"value": "origin"}, "p_dry": {"value": "dry_run"}}');
TRUNCATE birth.trigger_guard_alerts;
"""
_KINDS = ("trigger", "deferred", "default", "domain", "cast", "operator", "function")
_PREPARED = """
IF NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'later') THEN
    EXECUTE 'PREPARE later AS SELECT 1';
END IF;
"""
_GIVEN = "GRANT EXECUTE ON FUNCTION birth._birth_reading(text, text, boolean) TO operator1;"
# A function, a view or a rule of birth_caller would lend its rights to whoever gets hold of the session.
_LENT = "CREATE OR REPLACE FUNCTION pg_temp.later() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
_RULED = """
CREATE TEMPORARY TABLE IF NOT EXISTS later (code text);
CREATE OR REPLACE RULE later AS ON INSERT TO later DO INSTEAD
    INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES (NEW.code, 'goods');
"""
_ALTERED = "ALTER FUNCTION birth._birth_as_caller(text, text[], text[], timestamptz[], text[]) SECURITY INVOKER;"


def plant(database: Database, more: str = "") -> None:
    for each in ("as_owner", "gained", *(f"{kind}_ran" for kind in (*_KINDS, "policy"))):
        database.run(f"CREATE SEQUENCE public.{each}; GRANT USAGE ON SEQUENCE public.{each} TO PUBLIC")
    database.run(_EVIL + more)


def ran(database: Database, what: str) -> bool:
    return bool(database.value(f"SELECT is_called FROM public.{what}"))


def test_every_kind_of_code_runs_as_birth_caller_and_gains_nothing(small: Database) -> None:
    plant(small, _PLANTED)
    open_permit(small)
    add_goods(small, 1, 60)
    stopped = drive(small, reconciled(small, "goods"))
    assert stopped.error is None, stopped.error
    assert {each for each in _KINDS if not ran(small, f"{each}_ran")} == set()
    # Through the gateway, too, whoever inserts.
    small.run("INSERT INTO public.goods VALUES (900, 'G-900', 1)")
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'G-900'") == 1
    assert (ran(small, "as_owner"), ran(small, "gained")) == (False, False)
    assert small.value("SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'evil'") == 0
    # And doctor names all of it, with what it is reached by.
    answer = console.run("doctor", "--json", "--dsn", small.dsn("postgres"))
    closure = next(each for each in answer.document["checks"] if each["id"] == "closure")
    reached = {each["object"]: each["reached_by"] for each in closure["evidence"]["objects"]}
    assert reached["function public.reg(text,public.checked,public.mood,text,boolean)"] == "the register function"
    assert reached["function public.trigger_evil()"].startswith("trigger a on birth.birth_registry")
    assert reached["type public.checked"].startswith("a parameter of public.reg(")
    assert reached["function public.moody(text)"] == "a cast of public.mood"
    assert {"function public.evil(text)", "function public.odd(text,text)"} <= reached.keys()


def test_a_policy_is_never_evaluated_by_the_owner_in_a_batch(small: Database) -> None:
    plant(small)
    run = a_run(small, goods=20)
    small.run(
        "ALTER TABLE birth.collection_registry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY evil ON birth.collection_registry USING (public.evil('policy'));"
        "TRUNCATE birth.trigger_guard_alerts"
    )
    assert drive(small, run).error is not None
    assert (ran(small, "as_owner"), ran(small, "gained")) == (False, False)
    assert small.value("SELECT count(*) FROM birth.birth_backfill_quarantine") == 0


@pytest.mark.parametrize(
    ("does", "code", "told"),
    [
        ("SET statement_timeout = '7h';", "session_changed", "statement_timeout"),
        ("PERFORM set_config('search_path', 'public, pg_catalog', false);", "session_changed", "search_path"),
        ("EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT 1';", "session_changed", "cursor c"),
        (_PREPARED, "session_changed", "prepared statement later"),
        (_ALTERED, "caller_changed", "a function that runs the company's code was altered"),
        (_GIVEN, "caller_changed", "a function that runs the company's code was altered"),
        (_LENT, "caller_changed", "objects of birth_caller: function"),
        (_RULED, "caller_changed", "objects of birth_caller: table"),
    ],
    ids=["a setting", "the search_path", "a cursor", "a prepared statement", "the caller itself", "a grant",
         "a function", "a rule"],
)  # fmt: skip
def test_what_the_register_function_leaves_behind_is_refused_by_its_name(
    small: Database, does: str, code: str, told: str
) -> None:
    registering(small, before=does)
    small.run(f'GRANT TEMP ON DATABASE "{small.name}" TO PUBLIC')
    open_permit(small)
    fill(small, goods=5)
    stopped = drive(small, reconciled(small, "goods")).error
    assert stopped is not None
    assert stopped.code == code
    assert told in stopped.message
    assert small.value("SELECT count(*) FROM birth.birth_registry") == 0
    assert small.value("SELECT prosecdef FROM pg_proc WHERE proname = '_birth_as_caller'")


def test_the_functions_of_birth_caller_are_missed_where_none_is_left(small: Database) -> None:
    with small.psql("postgres") as admin:
        admin.execute(_GONE)
        with pytest.raises(psycopg.DatabaseError) as refused:
            admin.execute("SELECT birth._birth_caller_ready()")
    assert refused.value.diag.message_primary == "caller_changed: a function that runs the company's code was altered"
