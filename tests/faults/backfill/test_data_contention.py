"""Others in the way: deadlocks, serialization failures, locks that do not come, statements that take too long."""

import pytest

from core.services.backfill.apply_options import Options
from tests import line
from tests.databases import Database
from tests.faults.backfill.test_control import sizes
from tests.small import (
    a_lock,
    a_run,
    account,
    done,
    drive,
    driving,
    eventually,
    fill,
    is_waited_for,
    reconciled,
    registering,
)

REGISTER = "SELECT birth.fn_birth_register('goods', '{}', p_dry_run => false)"


def test_a_deadlock_with_a_registrar_in_the_opposite_order_is_repeated_and_loses_nothing(small: Database) -> None:
    registering(small, before="IF p_entity_code = 'G-000130' THEN PERFORM pg_advisory_xact_lock(7); END IF;")
    run = a_run(small)
    small.run(f"ALTER DATABASE \"{small.name}\" SET deadlock_timeout = '20ms'")
    with (
        a_lock(small, 7) as lock,
        small.psql("postgres") as other,
        driving(small, run, Options(batch_size=100, patience=20), lock_timeout="30s") as driven,
    ):
        eventually(lambda: is_waited_for(small, 7))
        other.execute("SET deadlock_timeout = '1h'")  # it is the batch that looks, and gives way
        other.execute("BEGIN")
        other.execute(REGISTER.format("G-000140").encode())
        lock.execute("SELECT pg_advisory_unlock(7)")
        other.execute(REGISTER.format("G-000105").encode())  # which the batch holds
        other.execute("COMMIT")
    assert driven.status == 0
    assert [event.facts["sqlstate"] for event in driven.told("retry")] == ["40P01"]
    found = account(small, run)
    assert (found.registered, found.existing) == (298, 2)


@pytest.mark.parametrize("scope", ["DATABASE {}", "ROLE operator1"])
def test_batches_are_read_committed_whatever_the_database_or_the_login_says(small: Database, scope: str) -> None:
    target = scope.format(f'"{small.name}"')
    in_here = "" if scope.startswith("DATABASE") else f' IN DATABASE "{small.name}"'
    small.run(f"ALTER {target}{in_here} SET default_transaction_isolation = 'serializable'")
    assert small.value("SHOW transaction_isolation", "operator1") == "serializable"
    registering(
        small, before="ASSERT current_setting('transaction_isolation') = 'read committed', 'not read committed';"
    )
    run = a_run(small, goods=1000)
    driven = drive(small, run, Options(batch_size=20, workers=4, patience=20))
    assert (driven.status, driven.told("retry")) == (0, [])
    assert account(small, run).registered == 1000


@pytest.mark.parametrize("state", ["serialization_failure", "deadlock_detected", "lock_not_available"])
def test_a_failure_that_another_try_cures_is_repeated_and_no_row_is_blamed(small: Database, state: str) -> None:
    small.run("CREATE SEQUENCE public.once; GRANT USAGE ON SEQUENCE public.once TO birth_caller")
    registering(
        small, before=f"IF p_entity_code = 'G-000120' AND nextval('public.once') < 3 THEN RAISE {state}; END IF;"
    )
    run = a_run(small)
    driven = drive(small, run)
    assert (driven.status, len(driven.told("retry")), driven.told("split")) == (0, 2, [])
    assert account(small, run).registered == 300


def test_a_failure_that_another_try_cures_is_repeated_for_a_single_row_too(small: Database) -> None:
    small.run("CREATE SEQUENCE public.once; GRANT USAGE ON SEQUENCE public.once TO birth_caller")
    registering(
        small,
        before="IF p_entity_code = 'G-000002' AND nextval('public.once') = 1 THEN RAISE deadlock_detected; END IF;",
    )
    run = a_run(small, goods=3)
    driven = drive(small, run, Options(batch_size=1, patience=20))
    assert (driven.status, len(driven.told("retry"))) == (0, 1)
    assert account(small, run).registered == 3


@pytest.mark.parametrize("lock", ["LOCK TABLE birth.birth_registry IN EXCLUSIVE MODE", REGISTER.format("G-000500")])
def test_a_lock_that_does_not_come_is_waited_for_again_and_the_next_batches_are_smaller(
    small: Database, lock: str
) -> None:
    run = a_run(small, goods=2500)
    drive(small, run, Options(max_batches=1, patience=20))
    with small.psql("postgres") as holder:
        holder.execute(f"BEGIN; {lock}".encode())
        with driving(small, run, lock_timeout="30ms") as driven:
            eventually(lambda: len(driven.told("retry")) >= 2)
            holder.execute("ROLLBACK")
    assert driven.status == 0
    assert {event.facts["sqlstate"] for event in driven.told("retry")} == {"55P03"}
    assert account(small, run).registered == 2500
    canary, first, second, *_ = sizes(small, run)
    assert (canary, first) == (100, 1000)
    assert second <= 500


def test_a_lock_that_never_comes_ends_the_apply_when_patience_does_and_the_run_can_be_resumed(small: Database) -> None:
    run = a_run(small)
    with small.psql("postgres") as holder:
        holder.execute("BEGIN; LOCK TABLE birth.birth_registry IN EXCLUSIVE MODE")
        stopped = drive(small, run, Options(patience=0.2), lock_timeout="30ms")
    assert (stopped.status, stopped.code) == (7, "locked")
    assert stopped.events[-1].event == "stopped"
    assert done(small, run).registered == 300


def test_a_batch_that_takes_too_long_is_tried_in_smaller_ones_and_no_row_is_blamed(small: Database) -> None:
    registering(small, before="PERFORM pg_sleep(0.003);")
    line.open_permit(small)
    fill(small, goods=900)
    run = reconciled(small, "goods")
    driven = drive(small, run, statement_timeout="2s")
    assert driven.status == 0
    assert driven.told("split")
    found = account(small, run)
    assert (found.registered, found.quarantined) == (900, 0)
    assert max(sizes(small, run)) < 800


def test_a_single_row_that_takes_too_long_is_named_and_not_lost_and_stops_the_run(small: Database) -> None:
    registering(small, before="IF p_entity_code = 'G-000003' THEN PERFORM pg_sleep(30); END IF;")
    run = a_run(small, goods=4)
    stopped = drive(small, run, statement_timeout="3s")
    assert (stopped.status, stopped.code) == (7, "timeout")
    assert stopped.error is not None
    assert "registering G-000003 of goods alone" in stopped.error.message
    assert stopped.error.evidence["entity_code"] == "G-000003"
    assert account(small, run).quarantined == 0
    registering(small)
    line.open_permit(small)
    again = reconciled(small, "goods")
    assert done(small, again).open == 0
    assert small.value("SELECT count(*) FROM birth.birth_registry") == 4
