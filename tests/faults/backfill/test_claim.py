"""A claim is one login's, under one epoch, and settled once: by the functions, and behind them by the table itself."""

from collections.abc import Iterator
from threading import Thread

import psycopg
import pytest

from tests import line, small
from tests.databases import Database
from tests.faults.attacker import Psql, add_goods, ask, begun, claimed, refusal


@pytest.fixture
def open_gate(small: Database) -> Database:
    """250 goods are missing, and a permit is open."""
    line.open_permit(small)
    add_goods(small, 1, 250)
    return small


@pytest.fixture
def operator(open_gate: Database) -> Iterator[Psql]:
    with open_gate.psql() as session:
        yield session


@pytest.fixture
def other(open_gate: Database) -> Iterator[Psql]:
    with open_gate.psql("operator2") as session:
        session.execute("SET lock_timeout = '20s'")
        yield session


def claims(run: int) -> str:
    return f"SELECT seq_from FROM birth.birth_backfill_claim({run}, 100)"


def test_a_claim_is_of_the_login_that_made_it_and_no_smaller_than_it_is(operator: Psql, other: Psql) -> None:
    batch = claimed(operator, begun(operator))
    for statement in (
        batch,
        "SELECT birth.birth_backfill_heartbeat(1, 1)",
        "SELECT birth.birth_backfill_split(1, 1, 50)",
    ):
        state, message = refusal(other, statement)
        assert (state, message) == ("BR004", "claim_lost: batch 1 of entry 1 is not yours, or done")
    state, message = refusal(operator, batch.replace(", 100)", ", 99)"))
    assert (state, message) == ("BR002", "batch_too_large: the claim holds 100 rows, more than 99")
    assert ask(operator, batch) == 100


def test_a_claim_is_settled_once(open_gate: Database, operator: Psql) -> None:
    batch = claimed(operator, begun(operator))
    assert ask(operator, batch) == 100
    for statement in (batch, "SELECT birth.birth_backfill_split(1, 1, 50)"):
        assert refusal(operator, statement) == ("BR004", "claim_lost: batch 1 of entry 1 is not yours, or done")
    small.sound(open_gate)


def test_a_claim_that_was_taken_over_is_lost_to_who_held_it_also_under_the_same_login(
    open_gate: Database, operator: Psql
) -> None:
    run = begun(operator)
    batch = claimed(operator, run)
    open_gate.run("UPDATE birth.birth_backfill_batch SET lease_until = now() - interval '1 second'")
    with open_gate.psql() as successor:
        again = claimed(successor, run)
        assert again == batch.replace("(1, 1, 100)", "(1, 2, 100)")
        assert refusal(operator, batch) == ("BR004", "claim_lost: batch 1 of entry 1 is not yours, or done")
        assert refusal(operator, "SELECT birth.birth_backfill_heartbeat(1, 1)")[0] == "BR004"
        assert ask(successor, again) == 100


def test_a_run_with_rows_left_is_not_called_applied(operator: Psql) -> None:
    run = begun(operator)
    assert ask(operator, claimed(operator, run)) == 100
    state, message = refusal(operator, f"SELECT birth.birth_backfill_finish({run})")
    assert (state, message) == ("BR003", f"accounting_open: 150 items of run {run} have no outcome yet")


def test_what_somebody_alive_holds_is_claimed_by_nobody_else(operator: Psql, other: Psql) -> None:
    run = begun(operator)
    batch = claimed(operator, run)
    assert ask(other, claims(run)) == 101
    assert ask(operator, batch) == 100


def test_two_who_claim_at_the_same_moment_get_two_ranges(open_gate: Database, operator: Psql, other: Psql) -> None:
    run = begun(operator)
    got: list[int] = []
    second = Thread(target=lambda: got.append(ask(other, claims(run))), daemon=True)
    waits = f"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = {other.info.backend_pid}"
    with operator.transaction():
        assert ask(operator, claims(run)) == 1
        second.start()
        small.eventually(lambda: open_gate.value(waits), "the second claim's turn")
    second.join(60)
    assert got == [101]


def test_the_table_itself_holds_each_range_once_and_only_books_that_close(open_gate: Database, operator: Psql) -> None:
    ask(operator, claimed(operator, begun(operator)))
    twice = (
        "INSERT INTO birth.birth_backfill_batch (ledger_id, epoch, seq_from, seq_to, backend_pid, lease_until,"
        " claimed_person) SELECT ledger_id, 9, seq_from, seq_to, 1, now(), 'x' FROM birth.birth_backfill_batch"
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        open_gate.run(twice)
    for outcome in ("registered", "existing", "vanished", "quarantined"):
        with pytest.raises(psycopg.errors.CheckViolation, match="accounting_closes"):
            open_gate.run(f"UPDATE birth.birth_backfill_batch SET {outcome} = {outcome} + 1")
