"""Operators who hold a transaction open, so that what would stop them waits for them."""

import json
import time
from collections.abc import Callable

import psycopg
import pytest

from core.services.backfill import control, permits
from tests.databases import Database
from tests.faults.attacker import Psql, add_goods, ask, begun, claimed, refusal
from tests.line import open_permit

_REGISTERED = "SELECT count(*) FROM birth.birth_registry WHERE dot_origin LIKE 'birth-backfill%'"


def close(database: Database, tell: Callable[[str], None]) -> None:
    with database.connect("gatekeeper1") as gatekeeper:
        permits.close_permit(gatekeeper, 1, "stop it", tell)


def cancel(database: Database, tell: Callable[[str], None]) -> None:
    with database.connect("operator2") as other:
        control.send(other, 1, "cancel", reason="stop it", tell=tell)


def retire(database: Database, tell: Callable[[str], None]) -> None:
    with database.connect("postgres") as admin, admin.notices(tell):  # the roles of these tests are the whole server's
        admin.driver.execute("SELECT birth._birth_brake_login('operator1')")


def an_open_batch(operator: Psql) -> None:
    """A batch that registered its rows, and is not committed."""
    batch = claimed(operator, begun(operator))
    operator.execute("BEGIN")
    assert ask(operator, batch) == 3


@pytest.mark.parametrize("brake", [close, cancel, retire])
def test_what_stops_a_batch_that_was_left_open_ends_its_session_and_says_so(
    small: Database, brake: Callable[[Database, Callable[[str], None]], None]
) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    told: list[str] = []
    with small.psql() as operator, small.psql("postgres") as stranger:
        an_open_batch(operator)
        # Whoever only waits for the same, and who is no person of this console, is left alone.
        stranger.execute("BEGIN; LOCK TABLE birth.birth_ledger_event IN ROW EXCLUSIVE MODE")
        process = operator.info.backend_pid
        began = time.monotonic()
        brake(small, told.append)
        assert time.monotonic() - began < 8
        assert told == [f"ended session {process} of operator1"]
        with pytest.raises(psycopg.OperationalError):
            operator.execute("COMMIT")
        stranger.execute("COMMIT")
    assert small.value(_REGISTERED) == 0
    ended = small.run("SELECT payload FROM birth.birth_ledger_event WHERE kind = 'sessions_ended'")
    assert [json.loads(each["payload"])["sessions"] for each in ended] == [[{"pid": process, "login": "operator1"}]]


def test_where_sessions_may_not_be_ended_who_holds_the_lock_is_told(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    small.run("REVOKE pg_signal_backend FROM birth_owner")
    with small.psql() as operator, small.psql("gatekeeper1") as gatekeeper:
        an_open_batch(operator)
        gatekeeper.execute("SET lock_timeout = '100ms'")
        short = "ALTER FUNCTION birth.birth_permit_close(bigint, text) SET lock_timeout = '100ms'"
        small.run(short)
        state, _ = refusal(gatekeeper, "SELECT birth.birth_permit_close(1, 'stop it')")
        assert state == "55P03"
        operator.execute("COMMIT")


def test_steering_over_and_over_is_refused_but_for_what_holds_a_run(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        run = begun(operator)
        operator.execute(f"SELECT birth.birth_backfill_steer({run}, 'run', n, NULL) FROM generate_series(1, 60) AS n")
        again = f"SELECT birth.birth_backfill_steer({run}, '{{}}', NULL, NULL)"
        assert refusal(operator, again.format("run"))[1].startswith("controlled_too_often")
        ask(operator, again.format("pause"))
        ask(operator, again.format("cancel"))
        # Nor one and the other in turn.
        for over in ("cancel", "pause"):
            assert refusal(operator, again.format(over))[1].startswith("controlled_too_often")


def test_a_batch_that_a_cursor_holds_back_until_its_commit_meets_the_permit_as_it_is_then(small: Database) -> None:
    open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as operator:
        batch = claimed(operator, begun(operator))
        operator.execute("BEGIN")
        operator.execute(f"DECLARE later CURSOR WITH HOLD FOR {batch}".encode())
        close(small, lambda _: None)
        state, message = refusal(operator, "COMMIT")
    assert (state, "permit" in message) == ("BR003", True), message
    assert small.value(_REGISTERED) == 0
