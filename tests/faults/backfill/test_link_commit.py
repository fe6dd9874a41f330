import pytest

from core.db.connection import overdue
from core.db.connection.apply_connection import ApplyConnection
from core.errors import Stopped
from core.services.backfill import apply
from core.services.backfill.apply_options import Options
from tests.databases import SCHEMA, Database
from tests.faults.appliers import Applier, applying
from tests.faults.proxy import Loss, Proxy
from tests.faults.runs import PlannedRun, a_run
from tests.small import eventually, registering
from tests.standstill import at_a_standstill

ROWS = 1000
_ASKING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%catalog.pg_xact_status%'"
)


def must_have_told_each_batch_once(applier: Applier, run: PlannedRun) -> None:
    told = [(batch["seq_from"], batch["seq_to"]) for batch in applier.events("batch")]
    found = run.database.run("SELECT seq_from, seq_to FROM birth.birth_backfill_batch ORDER BY seq_from")
    assert sorted(told) == [(each["seq_from"], each["seq_to"]) for each in found]
    assert sum(batch["registered"] for batch in applier.events("batch")) == run.rows


@pytest.mark.parametrize("nth", [pytest.param(1, marks=pytest.mark.long), 3])
def test_a_commit_that_never_reached_the_server_is_repeated(small: Database, nth: int) -> None:
    run = a_run(small, ROWS)
    with (
        Proxy(small.dsn(), Loss.BEFORE, nth) as proxy,
        applying(proxy.dsn, run.number, "--batch-size", "200") as applier,
    ):
        assert applier.end() == 0, applier.said()
        assert proxy.broke.is_set()
        assert len(applier.events("retry")) == 1
        assert applier.events("resolved") == applier.events("claim_lost") == []
        must_have_told_each_batch_once(applier, run)
    run.must_be_complete()


@pytest.mark.parametrize("nth", [1, pytest.param(3, marks=pytest.mark.long)])
def test_a_commit_whose_answer_was_lost_is_asked_after_and_not_repeated(small: Database, nth: int) -> None:
    run = a_run(small, ROWS)
    with (
        Proxy(small.dsn(), Loss.AFTER, nth) as proxy,
        applying(proxy.dsn, run.number, "--batch-size", "200") as applier,
    ):
        assert applier.end() == 0, applier.said()
        assert proxy.broke.is_set()
        assert [event["fate"] for event in applier.events("resolved")] == ["committed"]
        assert applier.events("claim_lost") == []
        must_have_told_each_batch_once(applier, run)
    run.must_be_complete()


def test_a_commit_whose_answer_never_comes_is_in_doubt_although_its_link_holds(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "_STEP_SECONDS", 0.05)
    monkeypatch.setattr(overdue, "COMMIT_SECONDS", 0.3)
    run = a_run(small, ROWS)
    with Proxy(small.dsn(), Loss.SILENT, 2) as proxy:

        def connect() -> ApplyConnection:
            return ApplyConnection.open(proxy.dsn, SCHEMA)

        told = list(apply.apply(connect, run.number, Options(batch_size=200, workers=1, patience=20)))
        assert proxy.broke.is_set()
    assert [event.facts["fate"] for event in told if event.event == "resolved"] == ["committed"]
    assert told[-1].event == "done"
    run.must_be_complete()


@pytest.mark.long
def test_an_apply_whose_server_stands_still_waits_for_its_patience_alone(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "_STEP_SECONDS", 0.05)
    monkeypatch.setattr(overdue, "_LOOK_SECONDS", 0.3)
    run = a_run(small, ROWS)
    events = apply.apply(
        lambda: ApplyConnection.open(small.dsn(), SCHEMA, timeout=2),
        run.number,
        Options(batch_size=100, workers=1, patience=1),
    )
    assert "batch" in (next(events).event, next(events).event, next(events).event)
    with at_a_standstill(small), pytest.raises(Stopped) as stopped:
        list(events)
    assert "it resumes" in stopped.value.hint
    assert [*apply.apply(lambda: ApplyConnection.open(small.dsn(), SCHEMA), run.number, Options())][-1].event == "done"
    run.must_be_complete()


def test_a_transaction_that_is_still_open_is_waited_for_before_anything_is_repeated(small: Database) -> None:
    run = a_run(small, ROWS)
    with (
        Proxy(small.dsn(), Loss.UNNOTICED, 2) as proxy,
        applying(proxy.dsn, run.number, "--batch-size", "200") as applier,
    ):
        eventually(lambda: proxy.broke.is_set() and small.value(_ASKING) > 1)
        assert len(applier.events("batch")) == 1
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        assert small.value(f"{ended} AND datname = current_database()")
        assert applier.end() == 0, applier.said()
        assert applier.events("resolved") == applier.events("claim_lost") == []
        must_have_told_each_batch_once(applier, run)
    run.must_be_complete()


# What never arrived is said again by whoever says it: two such functions do.
@pytest.mark.parametrize(
    ("loss", "function", "nth"),
    [
        (Loss.BEFORE, "claim", 3),
        (Loss.BEFORE, "finish", 1),
        *(pytest.param(Loss.BEFORE, *each, marks=pytest.mark.long) for each in (("report", 1), ("split", 2))),
        *((Loss.AFTER, *each) for each in (("claim", 3), ("report", 1), ("split", 2), ("finish", 1))),
    ],
)
def test_whatever_else_is_lost_on_the_way_can_be_said_twice(
    small: Database, loss: Loss, function: str, nth: int
) -> None:
    registering(small, before="IF p_entity_code = 'G-000150' THEN RAISE EXCEPTION 'no'; END IF;")
    run = a_run(small, ROWS)
    with (
        Proxy(small.dsn(), loss, nth, f"birth_backfill_{function}") as proxy,
        applying(proxy.dsn, run.number, "--batch-size", "200", "--patience", "10") as applier,
    ):
        assert applier.end() == 0, applier.said()
        assert proxy.broke.is_set()
        assert applier.events()[-1]["accounting"]["quarantined"] == 1
    run.must_be_sound()
    assert run.settled() == ROWS
