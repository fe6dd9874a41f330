"""Steering a run from another session while workers are at it."""

import pytest

from core.errors import NotAllowed, UsageError
from core.services.backfill import control
from core.services.backfill.apply_options import Options
from tests.databases import Database
from tests.small import a_lock, a_run, account, batches, done, drive, driving, eventually, is_waited_for, registering

SLOW = "PERFORM pg_sleep(0.0005);"
AT_ROW_120 = "IF p_entity_code = 'G-000120' THEN PERFORM pg_advisory_xact_lock(7); END IF;"
THREE = Options(batch_size=20, workers=3, patience=20)


def steer(database: Database, run: int, command: str | None, size: int | None = None, login: str = "operator2") -> None:
    with database.connect(login) as connection:
        # Whoever steers is no batch's hostage: a wait for a lock would be an error here.
        connection.driver.execute("SET lock_timeout = '3s'")
        control.send(connection, run, command, size, "lunch" if command == "pause" else None)


def sizes(database: Database, run: int) -> list[int]:
    rows = database.run(
        "SELECT seq_to - seq_from + 1 AS rows FROM birth.birth_backfill_batch JOIN birth.birth_backfill_ledger"
        f" USING (ledger_id) WHERE run_id = {run} ORDER BY ledger_id, seq_from"
    )
    return [row["rows"] for row in rows]


def workers_that(database: Database, state: str) -> int:
    return int(
        database.value(
            f"SELECT count(*) FROM birth.birth_backfill_worker WHERE state = '{state}'"
            " AND backend_pid IN (SELECT pid FROM pg_stat_activity)"
        )
    )


def test_a_pause_holds_every_worker_before_its_next_batch_and_resume_lets_them_go_on(small: Database) -> None:
    registering(small, before=SLOW)
    run = a_run(small, goods=1500)
    with driving(small, run, THREE) as driven:
        eventually(lambda: batches(small, run) >= 5)
        steer(small, run, "pause")
        eventually(lambda: workers_that(small, "paused") == 3)
        held = batches(small, run)
        assert 5 <= held < 75
        assert small.value("SELECT count(*) FROM birth.birth_backfill_batch WHERE finished_at IS NULL") == 0
        steer(small, run, None, 7)
        assert batches(small, run) == held
        steer(small, run, "resume")
    assert driven.status == 0
    assert driven.told("paused")
    assert account(small, run).registered == 1500
    assert sizes(small, run)[:held] == [20] * held
    assert set(sizes(small, run)[held:-1]) == {7}


def test_the_size_of_batches_changes_while_workers_are_at_it_and_0_gives_it_back_to_them(small: Database) -> None:
    registering(small, before=SLOW)
    run = a_run(small, goods=1500)
    with driving(small, run, THREE) as driven:
        eventually(lambda: batches(small, run) >= 5)
        steer(small, run, None, 33)
        eventually(lambda: 33 in sizes(small, run))
        steer(small, run, None, 0)
    assert driven.status == 0
    found = sizes(small, run)
    assert set(found[:-1]) == {20, 33}
    assert found[: found.index(33)] == [20] * found.index(33)
    assert 20 in found[found.index(33) :]


def test_a_pause_never_waits_for_a_batch(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    run = a_run(small)
    with a_lock(small, 7) as lock, driving(small, run, Options(batch_size=50, patience=20)) as driven:
        eventually(lambda: is_waited_for(small, 7))
        steer(small, run, "pause")
        steer(small, run, None, 10)
        assert is_waited_for(small, 7)
        with small.connect("viewer1") as viewer:
            seen = control.read(viewer, run)
        assert (seen.command, seen.steered_by, seen.batch_size) == ("pause", "operator2", 10)
        lock.execute("SELECT pg_advisory_unlock(7)")
        eventually(lambda: driven.told("paused"))
        assert account(small, run).registered == 150
        steer(small, run, "cancel")
    assert (driven.status, driven.code) == (7, "run_cancelled")


def test_a_paused_run_is_not_applied_and_says_who_paused_it_and_how_to_resume_it(small: Database) -> None:
    run = a_run(small)
    steer(small, run, "pause")
    refused = drive(small, run)
    assert (refused.status, refused.code, refused.events) == (7, "run_paused", [])
    assert refused.error is not None
    assert refused.error.message == f"run {run} was paused by operator2"
    assert refused.error.evidence["reason"] == "lunch"
    assert refused.error.hint == f"Resume it: birth-console control {run} resume."
    steer(small, run, "resume")
    assert done(small, run).registered == 300


def test_a_pause_that_outlasts_patience_ends_the_apply_and_the_run_can_be_resumed(small: Database) -> None:
    registering(small, before=SLOW)
    run = a_run(small, goods=600)
    with driving(small, run, Options(batch_size=20, workers=3, patience=0.3)) as driven:
        eventually(lambda: batches(small, run) >= 3)
        steer(small, run, "pause")
    assert (driven.status, driven.code) == (7, "run_paused")
    assert driven.events[-1].event == "stopped"
    assert driven.events[-1].facts["accounting"] == account(small, run).as_json()
    assert account(small, run).open > 0
    steer(small, run, "resume")
    assert done(small, run).registered == 600


def test_a_pause_also_holds_between_the_parts_of_a_claim_that_was_split(small: Database) -> None:
    # Every tenth row is set aside, which splits the claim again and again; row 150 is where it is held up.
    poison = "IF p_entity_code > 'G-000100' AND right(p_entity_code, 1) = '7' THEN RAISE 'never'; END IF;"
    registering(small, before=poison + AT_ROW_120.replace("120", "150"))
    run = a_run(small, goods=200)
    with a_lock(small, 7) as lock, driving(small, run, Options(patience=20, most_quarantined=200)) as driven:
        eventually(lambda: driven.told("quarantined") and is_waited_for(small, 7))
        steer(small, run, "pause")
        lock.execute("SELECT pg_advisory_unlock(7)")
        eventually(lambda: driven.told("paused"))
        held = batches(small, run)
        assert account(small, run).open > 20
        steer(small, run, "resume")
    assert driven.status == 0
    assert batches(small, run) > held
    found = account(small, run)
    assert (found.registered, found.quarantined) == (190, 10)


def test_a_cancelled_run_stops_every_worker_and_can_be_resumed_after_all(small: Database) -> None:
    registering(small, before=SLOW)
    run = a_run(small, goods=1500)
    with driving(small, run, THREE) as driven:
        eventually(lambda: batches(small, run) >= 5)
        steer(small, run, "cancel")
    assert (driven.status, driven.code) == (7, "run_cancelled")
    assert driven.error is not None
    assert driven.error.message == f"run {run} was cancelled by operator2"
    kept = account(small, run)
    assert kept.open > 0
    refused = drive(small, run)
    assert (refused.status, refused.code) == (7, "run_cancelled")
    steer(small, run, "resume")
    assert done(small, run).registered == 1500


def test_a_size_that_was_chosen_before_the_run_does_not_enlarge_its_canary(small: Database) -> None:
    run = a_run(small, goods=900)
    steer(small, run, None, 10_000)
    assert done(small, run).registered == 900
    assert sizes(small, run) == [100, 800]


@pytest.mark.parametrize("login", ["gatekeeper1", "reviewer1", "viewer1"])
def test_a_login_that_is_no_operator_steers_nothing(small: Database, login: str) -> None:
    run = a_run(small)
    with pytest.raises(NotAllowed):
        steer(small, run, "pause", login=login)
    assert small.value("SELECT command FROM birth.birth_backfill_control") == "run"


@pytest.mark.parametrize(
    ("run", "size", "code"), [(99, None, "unknown_run"), (1, -1, "bad_control"), (1, 10_001, "bad_control")]
)
def test_what_cannot_be_meant_is_refused(small: Database, run: int, size: int | None, code: str) -> None:
    a_run(small)
    with pytest.raises(UsageError) as refused:
        steer(small, run, "pause", size)
    assert refused.value.code == code


def test_every_steering_stands_in_the_chain_with_who_did_it(small: Database) -> None:
    run = a_run(small)
    steer(small, run, "pause")
    steer(small, run, "resume", 50)
    steered = small.run(
        "SELECT actor, payload::jsonb AS p FROM birth.birth_ledger_event WHERE kind = 'steered' ORDER BY seq"
    )
    assert [(row["actor"], row["p"]["command"], row["p"]["batch_size"]) for row in steered] == [
        ("operator2", "pause", None),
        ("operator2", "run", 50),
    ]
