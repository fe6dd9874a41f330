"""Rows that cannot be registered, and register functions that do something else than they are asked to."""

from typing import Any

import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from core.domain.backfill.failure import Failure, failure
from core.services.backfill.apply_options import Options
from tests import console, line
from tests.databases import Database
from tests.faults import attacker
from tests.small import (
    QUICK,
    a_lock,
    a_run,
    account,
    at,
    done,
    drive,
    driving,
    eventually,
    fill,
    is_waited_for,
    reconciled,
    registering,
)

CAREFREE = Options(batch_size=50, patience=20)


def quarantine(database: Database) -> list[dict[str, Any]]:
    return database.run(
        "SELECT entity_code, source_key, sqlstate, message FROM birth.birth_backfill_quarantine ORDER BY entity_code"
    )


def past_the_canary(database: Database, goods: int = 400) -> int:
    """A run whose first 100 rows are registered: what comes now is no canary's affair any more."""
    line.open_permit(database)
    fill(database, goods=goods)
    run = reconciled(database, "goods")
    assert drive(database, run, Options(max_batches=1, patience=20)).status == 7
    return run


def raising(code: str, statement: str) -> str:
    return f"IF p_entity_code = '{code}' THEN {statement} END IF;"


@pytest.mark.parametrize(
    ("statement", "sqlstate", "message"),
    [
        ("RAISE EXCEPTION 'not this one';", "P0001", "not this one"),
        ("RAISE EXCEPTION 'own class' USING ERRCODE = 'GW042';", "GW042", "own class"),
        ("ASSERT false, 'an assertion';", "P0004", "an assertion"),
        ("PERFORM 1 / 0;", "22012", "division by zero"),
        pytest.param(
            "PERFORM 'x'::integer;", "22P02", 'invalid input syntax for type integer: "x"', marks=pytest.mark.long
        ),
        pytest.param(
            "EXECUTE 'SELECT no_such_column';",
            "42703",
            'column "no_such_column" does not exist',
            marks=pytest.mark.long,
        ),
        pytest.param("RAISE program_limit_exceeded;", "54000", "program_limit_exceeded", marks=pytest.mark.long),
    ],
)
def test_a_row_that_makes_the_register_function_raise_is_found_and_set_aside_with_its_reason(
    small: Database, statement: str, sqlstate: str, message: str
) -> None:
    registering(small, before=raising("G-000222", statement))
    run = past_the_canary(small)
    driven = drive(small, run)
    found = account(small, run)
    assert (driven.status, found.registered, found.quarantined) == (0, 399, 1)
    aside = {"entity_code": "G-000222", "source_key": ["222"], "sqlstate": sqlstate, "message": message}
    assert quarantine(small) == [aside]
    (told,) = driven.told("quarantined")
    assert aside.items() <= told.facts.items()


def test_many_rows_that_raise_are_each_found_and_all_others_registered(small: Database) -> None:
    registering(small, before="IF right(p_entity_code, 2) IN ('07', '08', '50') THEN RAISE 'never'; END IF;")
    line.open_permit(small)
    fill(small, goods=400)
    run = reconciled(small, "goods")
    for _ in range(13):  # 12 rows raise: at the most, each of them stops the run once
        if (driven := drive(small, run, CAREFREE)).status != 7:
            break
        assert driven.code == "canary_failed"
    assert driven.status == 0
    found = account(small, run)
    assert (found.registered, found.quarantined, found.open) == (388, 12, 0)
    assert {row["entity_code"][-2:] for row in quarantine(small)} == {"07", "08", "50"}


def test_several_workers_set_the_same_rows_aside_as_one_does(small: Database) -> None:
    registering(small, before="IF right(p_entity_code, 2) = '77' THEN RAISE 'never'; END IF;")
    run = a_run(small, goods=1000)
    found = done(small, run, Options(batch_size=50, workers=4, patience=20))
    assert (found.registered, found.quarantined) == (990, 10)


_CHECK = "ALTER TABLE birth.birth_registry ADD CONSTRAINT c CHECK (entity_code <> 'G-000222')"
_TRIGGER = """
CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.entity_code = 'G-000222' THEN RAISE check_violation; END IF; RETURN NEW; END $$;
CREATE TRIGGER no BEFORE INSERT ON birth.birth_registry FOR EACH ROW EXECUTE FUNCTION public.no();
"""
_AT_COMMIT = _TRIGGER.replace("TRIGGER no BEFORE INSERT", "CONSTRAINT TRIGGER no AFTER INSERT").replace(
    "FOR EACH ROW", "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
)


@pytest.mark.parametrize("refusal", [_CHECK, _TRIGGER, _AT_COMMIT], ids=["a check", "a trigger", "one at commit"])
def test_a_row_that_the_registry_itself_refuses_is_set_aside(small: Database, refusal: str) -> None:
    small.run(refusal)
    run = past_the_canary(small)
    found = done(small, run)
    assert (found.registered, found.quarantined) == (399, 1)
    assert [(row["entity_code"], row["sqlstate"]) for row in quarantine(small)] == [("G-000222", "23514")]


def test_a_trigger_of_the_registry_that_swallows_a_row_loses_nothing(small: Database) -> None:
    small.run(
        "CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.entity_code = 'G-000222' THEN RETURN NULL; END IF; RETURN NEW; END$$;"
        "CREATE TRIGGER no BEFORE INSERT ON birth.birth_registry FOR EACH ROW EXECUTE FUNCTION public.no()"
    )
    run = past_the_canary(small)
    found = done(small, run)
    assert (found.registered, found.quarantined) == (399, 1)


@pytest.mark.parametrize(
    "instead",
    [
        "RETURN 'registered';",
        "RETURN NULL;",
        "p_entity_code := lower(p_entity_code);",
        "p_collection_name := 'parts';",
    ],
    ids=["says it did", "says nothing", "another code", "another collection"],
)
def test_a_row_that_the_register_function_does_not_register_as_it_was_told_is_set_aside(
    small: Database, instead: str
) -> None:
    registering(small, before=raising("G-000222", instead))
    run = past_the_canary(small)
    found = done(small, run)
    assert (found.registered, found.quarantined) == (399, 1)
    (aside,) = quarantine(small)
    assert (aside["entity_code"], aside["sqlstate"]) == ("G-000222", "BR008")
    assert aside["message"] == "not_registered: the register function left 1 of 1 rows of goods out of the registry"
    assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code IN ('G-000222', 'g-000222')") == 0


@pytest.mark.parametrize(
    ("besides", "code"),
    [
        ("INSERT INTO public.extra VALUES (p_entity_code);", "wrote_elsewhere"),
        ("UPDATE public.notes SET code = code;", "wrote_elsewhere"),
        ("DELETE FROM public.notes;", "wrote_elsewhere"),
        ("PERFORM lo_from_bytea(0, 'x');", "wrote_elsewhere"),
        ("TRUNCATE public.notes;", "writes_unseen"),
        ("PERFORM public.quiet(p_dot_origin);", "writes_unseen"),
        (
            "INSERT INTO birth.birth_registry VALUES ('stowaway', 'goods') ON CONFLICT DO NOTHING;",
            "registered_besides",
        ),
        ("UPDATE birth.birth_registry SET dot_origin = 'ME' WHERE entity_code = p_entity_code;", "not_allowed"),
    ],
    ids=[
        "a table of its own",
        "an update",
        "a delete",
        "a large object",
        "an empty table",
        "uncounted",
        "another birth",
        "another origin",
    ],
)
def test_a_register_function_that_writes_something_else_is_refused_and_nothing_of_it_stays(
    small: Database, besides: str, code: str
) -> None:
    small.run("CREATE TABLE public.extra (x text); GRANT ALL ON public.extra, public.notes TO birth_caller")
    # Rows that were registered and not counted: so could others be.
    small.run("CREATE FUNCTION public.quiet(origin text) RETURNS void LANGUAGE sql SECURITY DEFINER"
              " SET track_counts = off AS $body$ INSERT INTO birth.birth_registry"
              " (entity_code, collection_name, dot_origin) VALUES ('G-000223', 'goods', origin) $body$")  # fmt: skip
    registering(small, after=raising("G-000222", besides))
    line.open_permit(small)
    fill(small, goods=400, notes=1)
    run = reconciled(small, "goods")
    assert drive(small, run, Options(max_batches=1, patience=20)).status == 7
    stopped = drive(small, run, QUICK)
    assert (stopped.status, stopped.code) == (6 if code == "not_allowed" else 5, code)
    assert stopped.told("split") == []  # no row is to blame
    assert account(small, run).registered == 100
    assert small.value("SELECT count(*) FROM public.extra") == 0
    assert small.value("SELECT count(*) FROM birth.birth_registry") == 100


def test_a_table_that_the_register_function_may_write_is_allowed_by_its_name(small: Database) -> None:
    small.run("CREATE TABLE public.extra (x text); GRANT ALL ON public.extra TO birth_caller")
    registering(small, after="INSERT INTO public.extra VALUES (p_entity_code);")
    run = a_run(small)
    refused = drive(small, run).error
    assert refused
    assert refused.code == "wrote_elsewhere"
    assert "`birth-console init --register-writes SCHEMA.TABLE …`" in refused.hint
    named = console.run(
        "init", "--register-writes", "public.extra", "--collections", "public.goods", "--dsn", small.dsn("postgres")
    )
    assert named.status == 0, named.err
    assert done(small, run).registered == 300
    assert small.value("SELECT count(*) FROM public.extra") == 300


def test_a_row_that_writes_elsewhere_before_it_raises_is_one_that_raises(small: Database) -> None:
    small.run("CREATE TABLE public.extra (x text); GRANT ALL ON public.extra TO birth_caller")
    registering(small, after=raising("G-000222", "INSERT INTO public.extra VALUES ('x'); RAISE 'late';"))
    run = past_the_canary(small)
    found = done(small, run)
    assert (found.registered, found.quarantined) == (399, 1)
    assert small.value("SELECT count(*) FROM public.extra") == 0


def test_writes_that_nobody_counts_are_not_taken_for_none(small: Database) -> None:
    run = a_run(small)
    with small.psql() as first:
        attacker.ask(first, f"SELECT birth.birth_backfill_begin({run})")
    small.run(f'ALTER DATABASE "{small.name}" SET track_counts = off')
    # The gates were open a moment ago: the batch itself looks.
    with small.psql() as later:
        code, message = attacker.refusal(later, attacker.claimed(later, run))
    assert message.startswith("writes_unseen: "), (code, message)
    assert account(small, run).registered == 0
    stopped = drive(small, run)
    assert (stopped.status, stopped.code) == (3, "gate_closed")
    assert "track_counts" in str(stopped.error and stopped.error.evidence)


def test_writes_to_a_foreign_table_are_not_taken_for_none_either(small: Database) -> None:
    if not small.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'"):
        pytest.skip("NOT TESTED, foreign tables: this server has no postgres_fdw")
    place = conninfo_to_dict(small.dsn("postgres"))
    small.run("CREATE TABLE public.extra (x text); CREATE EXTENSION postgres_fdw")
    small.run("CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS"
              f" (host '{place['host']}', port '{place['port']}', dbname '{small.name}')")  # fmt: skip
    small.run("CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS"
              f" (user '{place['user']}', password '{place['password']}')")  # fmt: skip
    small.run("CREATE FOREIGN TABLE public.far (x text) SERVER far OPTIONS (table_name 'extra');"
              "GRANT INSERT ON public.far TO birth_caller")  # fmt: skip
    registering(small, after="INSERT INTO public.far VALUES (p_entity_code);")
    stopped = drive(small, a_run(small))
    assert stopped.error
    assert (stopped.status, stopped.code) == (5, "writes_unseen"), stopped.error.evidence
    assert stopped.error.evidence["tables"] == ["public.far"]
    assert small.value("SELECT count(*) FROM public.extra") == 0


def test_a_code_registered_for_another_collection_meanwhile_is_set_aside_never_dropped(small: Database) -> None:
    run = past_the_canary(small)
    small.run("SELECT birth.fn_birth_register('parts', 'G-000222', p_dry_run => false)")
    found = done(small, run)
    assert (found.registered, found.quarantined) == (399, 1)
    assert quarantine(small) == [
        {
            "entity_code": "G-000222",
            "source_key": ["222"],
            "sqlstate": "23505",
            "message": "the code is registered for parts",
        }
    ]


def test_a_code_registered_for_another_collection_inside_the_batch_is_set_aside_too(small: Database) -> None:
    registering(small, before=raising("G-000221", "PERFORM pg_advisory_xact_lock(7);"))
    run = past_the_canary(small)
    with a_lock(small, 7) as lock, driving(small, run) as driven:
        eventually(lambda: is_waited_for(small, 7))
        small.run("SELECT birth.fn_birth_register('parts', 'G-000222', p_dry_run => false)")
        lock.execute("SELECT pg_advisory_unlock(7)")
    assert driven.status == 0
    found = account(small, run)
    assert (found.registered, found.quarantined) == (399, 1)
    assert [row["message"] for row in quarantine(small)] == ["the code is registered for parts"]


def test_a_permission_that_the_register_function_lacks_is_no_rows_fault(small: Database) -> None:
    small.run("CREATE TABLE public.extra (x text)")
    registering(small, before=raising("G-000222", "PERFORM 1 FROM public.extra;"))
    run = past_the_canary(small)
    stopped = drive(small, run)
    assert (stopped.status, stopped.error and stopped.error.sqlstate) == (6, "42501")
    assert stopped.error
    assert "GRANT SELECT ON TABLE extra TO birth_caller;" in stopped.error.hint.replace("public.", "")
    assert quarantine(small) == []
    small.run("GRANT SELECT ON public.extra TO birth_caller")
    assert done(small, run).registered == 400


def test_every_state_that_the_console_takes_for_a_rows_fault_the_database_takes_for_one_too(small: Database) -> None:
    states = [*errors._sqlcodes, "GW042", "BR002", "BR003", "BR004", "BR005", "BR006", "BR007", "BR008"]
    listed = ", ".join(f"('{state}')" for state in states)
    found = small.run(f"SELECT state, birth._birth_is_poison(state) AS poison FROM (VALUES {listed}) AS s(state)")
    differing = [
        row["state"]
        for row in found
        if row["poison"] != (failure(row["state"]) is Failure.POISON) and row["state"][:2] != "54"
    ]
    assert differing == []


def test_what_a_worker_does_not_foresee_stops_the_run_by_name_and_sets_no_row_aside(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(small, "goods", goods=3)
    with monkeypatch.context() as patch:
        at(patch, "before_commit", lambda: int("a bug"))
        failed = drive(small, run)
    assert failed.code == "worker_failed"
    assert failed.error is not None
    assert failed.error.message == "ValueError: invalid literal for int() with base 10: 'a bug'"
    assert quarantine(small) == []
    assert done(small, run).registered == 3
