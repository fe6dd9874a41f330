"""A plan is applied once, and only as long as no newer one covers its collections."""

from threading import Thread

import pytest

from core.errors import Stale
from core.services.backfill import control, permits, reconcile, runs
from core.services.backfill.apply_options import Options
from tests import line
from tests.databases import Database
from tests.small import (
    AT_ROW_120,
    AT_ROW_170,
    a_lock,
    a_run,
    account,
    batches,
    done,
    drive,
    driving,
    eventually,
    fill,
    is_waited_for,
    reconciled,
    registering,
    waits_for_table,
)

SLOWLY = Options(batch_size=50, patience=20)


def run_state(database: Database, run: int) -> str:
    with database.connect() as connection:
        return runs.run(connection, run).status


def test_a_run_that_was_applied_is_not_applied_again(small: Database) -> None:
    run = a_run(small)
    done(small, run)
    again = drive(small, run)
    assert (again.status, again.code) == (4, "plan_stale")
    assert again.events == []
    assert run_state(small, run) == "applied"


def test_a_run_that_was_superseded_is_not_applied_and_says_by_which(small: Database) -> None:
    old = a_run(small)
    new = reconciled(small, "goods")
    refused = drive(small, old)
    assert (refused.status, refused.code) == (4, "plan_stale")
    assert refused.error is not None
    gates = refused.error.evidence["gates"]
    assert isinstance(gates, list)
    assert gates[0]["evidence"] == {"status": "superseded", "superseded_by": new}
    assert done(small, new).registered == 300


def test_a_plan_of_other_collections_supersedes_nothing(small: Database) -> None:
    line.open_permit(small)
    fill(small, goods=30, parts=20)
    goods, parts = reconciled(small, "goods"), reconciled(small, "parts")
    assert (done(small, goods).registered, done(small, parts).registered) == (30, 20)


def test_a_run_that_was_applied_in_part_can_be_superseded_and_the_new_plan_holds_the_rest(small: Database) -> None:
    old = a_run(small)
    drive(small, old, Options(batch_size=50, max_batches=2, patience=20))
    new = reconciled(small, "goods")
    assert drive(small, old).status == 4
    assert account(small, old).registered == 100
    assert done(small, new).registered == 200


def test_planning_over_a_cancelled_run_waits_for_its_batch_in_flight_and_refuses_the_next_one(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    old = a_run(small)
    plans: list[int] = []

    def plan() -> None:
        with small.connect("operator2") as operator:
            control.send(operator, old, "cancel")
            plans.append(line.make_plan(operator, "goods"))

    with a_lock(small, 7) as lock, driving(small, old, SLOWLY) as driven:
        eventually(lambda: is_waited_for(small, 7))
        planning = Thread(target=plan, daemon=True)
        planning.start()
        eventually(lambda: waits_for_table(small, "birth_backfill_fence"))
        assert plans == []
        lock.execute("SELECT pg_advisory_unlock(7)")
        planning.join(60)
    assert (driven.status, driven.code) == (4, "run_not_applying")
    assert driven.error is not None
    assert driven.error.message == f"run {old} is superseded by run {plans[0]}, planned by operator2"
    assert account(small, old).registered == 150
    with small.connect("operator2") as operator, pytest.raises(Stale):
        # What the batch in flight registered, the new plan still holds: reconciling says so.
        reconcile.reconcile(operator, plans[0], "looked")
    assert done(small, reconciled(small, "goods")).registered == 150


def test_whoever_plans_is_not_passed_by_workers_that_share_the_older_run_meanwhile(small: Database) -> None:
    registering(small, before=AT_ROW_120 + AT_ROW_170)
    old = a_run(small)
    two = Options(batch_size=50, workers=2, patience=20)
    with a_lock(small, 7) as slow, a_lock(small, 8) as quick, driving(small, old, two) as driven:
        eventually(lambda: is_waited_for(small, 7) and is_waited_for(small, 8))
        planning = Thread(target=plan_again, args=(small, old), daemon=True)
        planning.start()
        eventually(lambda: waits_for_table(small, "birth_backfill_fence") == 1)
        quick.execute("SELECT pg_advisory_unlock(8)")
        eventually(lambda: waits_for_table(small, "birth_backfill_fence") == 2 or account(small, old).open == 50)
        slow.execute("SELECT pg_advisory_unlock(7)")
        planning.join(60)
    assert (driven.status, driven.code) == (4, "run_not_applying")
    assert account(small, old).registered == 200


def plan_again(database: Database, old: int) -> None:
    with database.connect("operator2") as operator:
        control.send(operator, old, "cancel")
        line.make_plan(operator, "goods")


def test_a_second_applier_joins_a_run_at_work_without_waiting_for_a_gap(small: Database) -> None:
    registering(small, before="PERFORM pg_sleep(0.001);")
    run = a_run(small, goods=2000)
    with driving(small, run, Options(batch_size=20, workers=4, patience=20)) as first:
        eventually(lambda: batches(small, run) >= 8)
        with driving(small, run, Options(batch_size=20, patience=20)) as second:
            eventually(lambda: second.told("batch"))
            assert batches(small, run) < 100
    assert (first.status, second.status) == (0, 0)
    assert account(small, run).registered == 2000


def test_a_run_that_is_over_can_be_steered_no_more(small: Database) -> None:
    run = a_run(small)
    done(small, run)
    with small.connect() as operator, pytest.raises(Stale) as refused:
        control.send(operator, run, "pause")
    assert refused.value.code == "run_over"


def test_a_run_that_nobody_reconciled_is_not_applied(small: Database) -> None:
    line.open_permit(small)
    fill(small, goods=30)
    with small.connect() as operator:
        run = line.make_plan(operator, "goods")
    refused = drive(small, run)
    assert (refused.status, refused.code) == (3, "gate_closed")
    assert account(small, run).registered == 0


def test_a_run_without_a_permit_is_not_applied(small: Database) -> None:
    run = a_run(small)
    with small.connect("gatekeeper1") as gatekeeper:
        permits.close_permit(gatekeeper, 1, "not today")
    assert drive(small, run).status == 3
    assert account(small, run).registered == 0


@pytest.mark.parametrize("login", ["gatekeeper1", "reviewer1", "viewer1"])
def test_a_login_that_is_no_operator_applies_nothing(small: Database, login: str) -> None:
    run = a_run(small)
    refused = drive(small, run, login=login)
    assert (refused.status, refused.events) == (6, [])
    assert account(small, run).registered == 0


def test_an_operator_who_loses_that_right_in_the_middle_of_a_run_stops_there(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    run = a_run(small)
    with a_lock(small, 7) as lock, driving(small, run, SLOWLY) as driven:
        eventually(lambda: is_waited_for(small, 7))
        small.run("DELETE FROM birth.birth_person_login WHERE login = 'operator1'")
        lock.execute("SELECT pg_advisory_unlock(7)")
    assert (driven.status, driven.code) == (6, "unknown_person")
    # The batch in flight is kept whole, or not at all where it was to claim the next one, too.
    assert account(small, run).registered in (100, 150)
    small.run("INSERT INTO birth.birth_person_login VALUES ('operator1', 'Linh')")
    assert done(small, run).registered == 300
