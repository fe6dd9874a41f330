"""Permits that end while a run is at work."""

from datetime import timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest

from core.errors import Stale
from core.services.backfill import permits
from core.services.backfill.apply_options import Options
from tests import line
from tests.databases import Database
from tests.small import (
    AT_ROW_120,
    AT_ROW_170,
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
    waits_for_table,
)

SLOWLY = Options(batch_size=50, patience=20)


def close(database: Database, permit: int = 1) -> None:
    with database.connect("gatekeeper1") as gatekeeper:
        permits.close_permit(gatekeeper, permit, "enough")


def is_closed(database: Database) -> bool:
    return bool(database.value("SELECT closed_at IS NOT NULL FROM birth.birth_admission_permit WHERE permit_id = 1"))


def closed_gates(error: object) -> list[str]:
    gates = getattr(error, "evidence", {}).get("gates", [])
    return [gate["gate"] for gate in gates]


def test_a_permit_closed_between_two_batches_stops_the_next_one_and_a_new_one_lets_the_run_end(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(small)
    at(monkeypatch, "after_commit", lambda: close(small), nth=2)
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, stopped.code, closed_gates(stopped.error)) == (3, "permit_in_scope", ["permit_in_scope"])
    assert stopped.events[-1].event == "stopped"
    assert account(small, run).registered == 100
    again = drive(small, run, SLOWLY)
    assert (again.status, closed_gates(again.error)) == (3, ["qt001_open", "permit_in_scope"])
    line.open_permit(small)
    assert done(small, run).registered == 300


@pytest.mark.parametrize("over", ["expires_at = now() - interval '1 second'", "closed_at = now()"])
def test_a_permit_that_is_over_stands_in_no_other_ones_way(small: Database, over: str) -> None:
    run = a_run(small, goods=3)
    line.open_permit(small)
    small.run(f"UPDATE birth.birth_admission_permit SET {over} WHERE permit_id = 1")
    assert done(small, run).registered == 3
    assert small.value("SELECT used_rows FROM birth.birth_admission_budget WHERE permit_id = 2") == 3


def test_a_permit_for_a_run_admits_no_other_plan_of_the_same_rows(small: Database) -> None:
    fill(small, goods=3)
    run = reconciled(small, "goods")
    with small.connect("gatekeeper1") as gatekeeper:
        bound = permits.open_permit(gatekeeper, budget=10, lifetime=timedelta(hours=1), reason="this plan", run=run)
        again = reconciled(small, "goods", login="operator2")
        stopped = drive(small, again, SLOWLY)
        refusal = {"permit": bound.permit, "reason": f"for the plan of run {run}"}
        assert (stopped.status, closed_gates(stopped.error)) == (3, ["permit_in_scope"])
        assert refusal in small.value(f"SELECT birth.birth_permit_refusals('goods', {again})")
        with pytest.raises(Stale) as over:
            permits.open_permit(gatekeeper, budget=10, lifetime=timedelta(hours=1), reason="late", run=run)
        assert over.value.code == "run_over"
        own = permits.open_permit(gatekeeper, budget=10, lifetime=timedelta(hours=1), reason="that plan", run=again)
    # The number alone is not the plan.
    small.run(f"UPDATE birth.birth_admission_permit SET run_digest = 'another' WHERE permit_id = {own.permit}")
    assert drive(small, again, SLOWLY).status == 3
    small.run(f"UPDATE birth.birth_admission_permit AS p SET run_digest = r.digest FROM birth.birth_backfill_run AS r"
              f" WHERE permit_id = {own.permit} AND r.run_id = p.run_id")  # fmt: skip
    assert done(small, again).registered == 3


def test_a_permit_admits_nothing_outside_its_hours(small: Database) -> None:
    fill(small, goods=3)
    run = reconciled(small, "goods")
    later = small.value("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '2 hours', 'HH24:MI')")
    latest = small.value("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '3 hours', 'HH24:MI')")
    with small.connect("gatekeeper1") as gatekeeper:
        options: dict[str, Any] = {"budget": 10, "lifetime": timedelta(hours=1), "reason": "at night"}
        asleep = permits.open_permit(gatekeeper, **options, between=f"{later}-{latest} UTC")
        assert (asleep.state, asleep.is_live) == ("outside_hours", True)
        stopped = drive(small, run, SLOWLY)
        assert (stopped.status, closed_gates(stopped.error)) == (3, ["permit_in_scope"])
        permits.open_permit(gatekeeper, **options, between=f"{latest}-{later} UTC")  # all but that hour
        eastern = permits.open_permit(gatekeeper, **options, between="01:00-05:00 EST")
    assert done(small, run).registered == 3
    # What a zone is called means the same in every session: 3 o'clock in New York is 18 o'clock in Sydney.
    for setting in ("timezone_abbreviations = 'Australia'", "timezone = 'EST-10'"):
        with small.psql() as session:
            session.execute(f"SET {setting}".encode())
            for hour, expected in (("08", True), ("16", False)):
                awake = f"SELECT birth.birth_permit_awake(p, '2026-01-15 {hour}:00Z') AS awake"
                of_it = f"FROM birth.birth_admission_permit AS p WHERE permit_id = {eastern.permit}"
                found = session.execute(f"{awake} {of_it}".encode()).fetchone()
                assert found == {"awake": expected}, (setting, hour)


def test_closing_waits_for_the_batch_in_flight_which_is_kept_and_no_other_begins_meanwhile(small: Database) -> None:
    registering(small, before=AT_ROW_120)
    run = a_run(small)
    with a_lock(small, 7) as lock, driving(small, run, SLOWLY) as driven:
        eventually(lambda: is_waited_for(small, 7))
        closing = Thread(target=close, args=(small,), daemon=True)
        closing.start()
        eventually(lambda: waits_for_table(small, "birth_admission_permit"))
        assert not is_closed(small)
        lock.execute("SELECT pg_advisory_unlock(7)")
        closing.join(60)
    assert is_closed(small)
    assert driven.status == 3
    assert account(small, run).registered == 150


def test_whoever_closes_the_permit_is_not_passed_by_workers_that_share_it_meanwhile(small: Database) -> None:
    registering(small, before=AT_ROW_120 + AT_ROW_170)
    run = a_run(small)
    two = Options(batch_size=50, workers=2, patience=20)
    with a_lock(small, 7) as slow, a_lock(small, 8) as quick, driving(small, run, two) as driven:
        eventually(lambda: is_waited_for(small, 7) and is_waited_for(small, 8))
        closing = Thread(target=close, args=(small,), daemon=True)
        closing.start()
        eventually(lambda: waits_for_table(small, "birth_admission_permit") == 1)
        quick.execute("SELECT pg_advisory_unlock(8)")
        # The quick worker ends its batch; the next one waits, although the slow one still shares the permit.
        eventually(lambda: waits_for_table(small, "birth_admission_permit") == 2 or account(small, run).open == 50)
        slow.execute("SELECT pg_advisory_unlock(7)")
        closing.join(60)
    assert driven.status == 3
    assert account(small, run).registered == 200


def test_a_permit_expires_by_the_servers_clock_in_the_middle_of_a_run(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small.connect("gatekeeper1") as gatekeeper:
        permit = permits.open_permit(gatekeeper, budget=1000, lifetime=timedelta(hours=1), reason="short")
    fill(small, goods=300)
    run = reconciled(small, "goods")
    expired = (
        f"SELECT clock_timestamp() > expires_at FROM birth.birth_admission_permit WHERE permit_id = {permit.permit}"
    )
    soon = "UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp() + interval '10 milliseconds'"

    def expire() -> None:
        small.run(soon)
        eventually(lambda: small.value(expired))

    at(monkeypatch, "after_commit", expire, nth=2)
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, closed_gates(stopped.error)) == (3, ["permit_in_scope"])
    assert account(small, run).registered == 100
    assert not is_closed(small)
    line.open_permit(small)
    assert done(small, run).registered == 300


def test_an_exhausted_budget_stops_the_run_to_the_row_and_the_rest_needs_another_permit(small: Database) -> None:
    line.open_permit(small, budget=100)
    fill(small, goods=300)
    run = reconciled(small, "goods")
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, closed_gates(stopped.error)) == (3, ["permit_in_scope"])
    assert account(small, run).registered == 100
    line.open_permit(small)
    assert done(small, run).registered == 300


def test_a_batch_larger_than_what_is_left_of_the_budget_is_refused_and_undone(small: Database) -> None:
    line.open_permit(small, budget=120)
    fill(small, goods=300)
    run = reconciled(small, "goods")
    stopped = drive(small, run, SLOWLY)
    assert (stopped.status, stopped.code) == (3, "budget_left")
    assert stopped.error is not None
    assert stopped.error.evidence == {"permit": 1, "budget": 120, "used": 100, "batch": 50}
    assert account(small, run).registered == 100


def test_eight_appliers_at_a_time_never_overspend_one_budget(small: Database) -> None:
    registering(small, before="PERFORM pg_sleep(0.0005);")
    line.open_permit(small, budget=470)
    fill(small, goods=1500)
    run = reconciled(small, "goods")
    drive(small, run, Options(batch_size=20, max_batches=1, patience=20))
    stopped = drive(small, run, Options(batch_size=20, workers=8, patience=20))
    assert stopped.status == 3
    assert stopped.code in ("budget_left", "permit_in_scope")
    assert account(small, run).registered == 460
    assert small.value("SELECT used_rows FROM birth.birth_admission_budget") == 460
    line.open_permit(small)
    assert done(small, run, Options(workers=4, patience=20)).registered == 1500


def test_the_database_itself_refuses_to_spend_more_than_the_budget(small: Database) -> None:
    line.open_permit(small, budget=10)
    for used in (11, -1):
        with pytest.raises(psycopg.errors.CheckViolation):
            small.run(f"UPDATE birth.birth_admission_budget SET used_rows = {used}")


def test_a_permit_for_some_collections_covers_no_other_one(small: Database) -> None:
    line.open_permit(small, collections=("goods",))
    fill(small, goods=120, parts=30)
    both = reconciled(small)
    refused = drive(small, both)
    assert (refused.status, closed_gates(refused.error)) == (3, ["permit_in_scope"])
    assert account(small, both).registered == 0
    only = reconciled(small, "goods")
    assert done(small, only).registered == 120


def test_a_permit_is_asked_for_each_collection_at_its_own_batch(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.open_permit(small, collections=("goods",))
    line.open_permit(small, collections=("parts",))
    fill(small, goods=120, parts=30)
    run = reconciled(small, "goods", "parts")
    at(monkeypatch, "after_commit", lambda: close(small, 2), nth=1)
    stopped = drive(small, run)
    assert (stopped.status, closed_gates(stopped.error)) == (3, ["permit_in_scope"])
    assert account(small, run).registered == 120
    assert small.run("SELECT permit_id, used_rows FROM birth.birth_admission_budget ORDER BY 1") == [
        {"permit_id": 1, "used_rows": 120},
        {"permit_id": 2, "used_rows": 0},
    ]


def test_rows_that_were_registered_meanwhile_cost_no_budget(small: Database) -> None:
    line.open_permit(small, budget=100)
    fill(small, goods=150)
    run = reconciled(small, "goods")
    small.run("DELETE FROM public.goods WHERE id <= 25")
    small.run("SELECT birth.fn_birth_register('goods', code, p_dry_run => false) FROM public.goods WHERE id <= 50")
    found = done(small, run, Options(batch_size=50, patience=20, most_vanished=25))
    assert (found.registered, found.existing, found.vanished) == (100, 25, 25)
