"""`dot-birth-backfill-apply` and `control` as a script meets them: exit status, stdout, stderr."""

import json
from pathlib import Path

import pytest

from core.services.trust import verify
from tests.console import run as console
from tests.databases import Database
from tests.faults.appliers import applying
from tests.small import a_run, account, registering, sound

NOTHING_TO_STDOUT: list[object] = []


def test_a_run_that_ends_tells_its_events_as_lines_the_last_of_which_is_done_and_exits_0(small: Database) -> None:
    run = a_run(small, goods=250)
    with applying(small.dsn(), run, "--batch-size", "100") as applier:
        assert applier.end() == 0, applier.said()
        events = applier.events()
        assert applier.errors() == ""
    assert [event["event"] for event in events] == ["started", "batch", "batch", "batch", "done"]
    assert {event["v"] for event in events} == {1}
    assert events[0] == {"event": "started", "v": 1, "run": run, "planned": 250, "open": 250}
    assert events[1].keys() >= {"run", "ledger_id", "epoch", "seq_from", "seq_to", "rows", "registered", "seconds"}
    assert events[-1]["accounting"] == {**account(small, run).as_json(), "late": 0}
    sound(small)


def test_a_closed_gate_exits_3_and_names_it_with_its_evidence(small: Database) -> None:
    run = a_run(small, goods=20)
    small.run("UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp()")
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 3
        assert applier.events() == NOTHING_TO_STDOUT
        error = applier.error()
    assert error["code"] == "gate_closed"
    assert [gate["gate"] for gate in error["evidence"]["gates"]] == ["qt001_open", "permit_in_scope"]
    assert error["hint"]


def test_a_stale_plan_exits_4_and_names_the_drift(small: Database) -> None:
    run = a_run(small, goods=20)
    small.run("ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway; TRUNCATE birth.trigger_guard_alerts")
    small.run("ALTER TABLE public.goods ENABLE TRIGGER trg_birth_gateway")
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 4
        error = applier.error()
    assert error["code"] == "plan_stale"
    assert [gate["gate"] for gate in error["evidence"]["gates"]] == ["tga_unchanged", "triggers_unchanged"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("as_installed(p_run) - 'reconciled_by'", "reconciled_by is missing"),
        ('as_installed(p_run) || \'{"register_function": "yes"}\'', "register_function is str"),
        ("NULL::jsonb", "null"),
    ],
)
def test_facts_in_another_shape_than_this_version_expects_exit_3_and_name_what_differs(
    small: Database, answer: str, said: str
) -> None:
    run = a_run(small, goods=20)
    small.run(
        "ALTER FUNCTION birth.birth_backfill_facts(bigint) RENAME TO as_installed;"
        " CREATE FUNCTION birth.birth_backfill_facts(p_run bigint) RETURNS jsonb LANGUAGE sql STABLE"
        f" AS $body$ SELECT {answer.replace('as_installed', 'birth.as_installed')} $body$"
    )
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 3
        assert applier.events() == NOTHING_TO_STDOUT
        error = applier.error()
    assert (error["code"], error["evidence"]["query"]) == ("schema_mismatch", "apply.facts")
    assert said in str(error["evidence"]["columns"])
    assert account(small, run).open == 20


def test_a_batch_that_answers_in_another_shape_writes_nothing_and_exits_3(small: Database) -> None:
    run = a_run(small, goods=20)
    small.run(
        "ALTER FUNCTION birth.birth_backfill_claim(bigint, integer) RENAME TO as_installed;"
        " CREATE FUNCTION birth.birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text,"
        " OUT ledger_id bigint, OUT epoch text, OUT seq_from bigint, OUT seq_to bigint)"
        " LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$"
        " SELECT verdict, ledger_id, epoch::text, seq_from, seq_to FROM birth.as_installed(p_run, p_rows) $body$;"
        " ALTER FUNCTION birth.birth_backfill_claim(bigint, integer) OWNER TO birth_owner;"
        " REVOKE ALL ON FUNCTION birth.birth_backfill_claim(bigint, integer) FROM PUBLIC;"
        " REVOKE ALL ON FUNCTION birth.as_installed(bigint, integer) FROM birth_operator;"
        " GRANT EXECUTE ON FUNCTION birth.birth_backfill_claim(bigint, integer) TO birth_operator;"
        # Else the gate that holds the catalogs against the record is closed before any batch.
        " SELECT birth.birth_schema_record('schema_recorded', '0.2.0', '0.2.0', ARRAY[]::text[])"
    )
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 3
        error = applier.error()
    assert (error["code"], error["evidence"].get("query")) == ("schema_mismatch", "apply.claim"), error
    assert error["evidence"]["columns"] == ["epoch is str, not int"]
    assert account(small, run).open == 20


def test_a_register_function_that_writes_elsewhere_exits_5(small: Database) -> None:
    small.run("CREATE TABLE public.extra (x text); GRANT ALL ON public.extra TO birth_caller")
    registering(small, after="INSERT INTO public.extra VALUES ('x');")
    run = a_run(small, goods=20)
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 5
        assert applier.events()[-1]["event"] == "stopped"
        assert applier.error()["code"] == "wrote_elsewhere"
    sound(small)


def test_a_login_that_may_not_exits_6(small: Database) -> None:
    run = a_run(small, goods=20)
    with applying(small.dsn("viewer1"), run) as applier:
        assert applier.end() == 6
        assert applier.events() == NOTHING_TO_STDOUT


def test_a_run_that_stops_before_its_end_exits_7_says_why_and_is_resumed_by_the_same_command(
    small: Database, tmp_path: Path
) -> None:
    run = a_run(small, goods=250)
    with applying(small.dsn(), run, "--max-batches", "1") as applier:
        assert applier.end() == 7
        assert applier.events()[-1]["event"] == "stopped"
        assert applier.events()[-1]["reason"] == applier.error()["code"] == "max_batches"
    with applying(small.dsn(), run, "--while", "SELECT 1/0 = 1", "--patience", "0") as applier:
        assert applier.end() == 7
        assert "division by zero" in str(applier.error()["evidence"]["reasons"])
    with applying(small.dsn(), run, "--log-file", str(tmp_path / "log")) as applier:
        assert applier.end() == 0
        told = applier.events()
        assert told[0]["open"] == 150
    kept = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line.split(" INFO ")[1]) for line in kept] == told
    sound(small)


def test_rows_born_after_the_plan_are_counted_when_it_is_done_and_unknown_before(small: Database) -> None:
    run = a_run(small, goods=20)
    small.run("SET session_replication_role = replica; INSERT INTO public.goods VALUES (999, 'late row', 1)")
    looked = console("ledger", str(run), "--json", "--dsn", small.dsn())
    assert looked.document["accounting"]["late"] is None
    assert "not counted yet: run verify" in console("ledger", str(run), "--dsn", small.dsn()).out
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 0, applier.said()
        assert applier.events()[-1]["accounting"]["late"] == 1


def test_late_rows_that_cannot_be_counted_in_time_are_no_0(small: Database) -> None:
    run = a_run(small, goods=20)
    with small.psql("postgres") as obstacle, small.connect() as operator:
        assert verify.late_rows(operator, run) == 0
        obstacle.execute("BEGIN; LOCK TABLE public.goods")
        assert verify.late_rows(operator, run, seconds=0.2) is None


def test_who_is_no_operator_is_told_so_before_any_closed_gate(small: Database) -> None:
    run = a_run(small, goods=20)
    small.run("UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'goods'")
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 3
    for login in ("viewer1", "gatekeeper1", "reviewer1"):
        with applying(small.dsn(login), run) as applier:
            assert applier.end() == 6, applier.said()
            assert applier.error()["evidence"]["needs"] == "birth_operator"


def test_what_cannot_be_meant_exits_2_before_anything_happens(small: Database) -> None:
    run = a_run(small, goods=20)
    for options in (
        ["--while", "DELETE FROM public.goods"],
        ["--batch-size", "0"],
        ["--workers", "0"],
        ["--max-lag", "x"],
    ):
        with applying(small.dsn(), run, *options) as applier:
            assert applier.end() == 2, applier.said()
            assert applier.events() == NOTHING_TO_STDOUT
    with applying(small.dsn(), 99) as applier:
        assert applier.end() == 2
        assert applier.error()["code"] == "unknown_run"
    assert account(small, run).registered == 0


def test_no_event_and_no_error_lets_a_character_of_the_data_act_on_a_terminal(small: Database) -> None:
    registering(small, before=r"IF p_entity_code = 'G-000003' THEN RAISE E'\x1b]0;owned\x07'; END IF;")
    run = a_run(small, goods=20)
    with applying(small.dsn(), run) as applier:
        assert applier.end() == 7
        assert "\x1b" not in applier.said()
        assert "\\u001b]0;owned" in json.dumps(applier.events("split"))
    sound(small)
