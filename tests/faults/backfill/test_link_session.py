import pytest

from core.services.backfill.fault_points import Point
from tests.databases import Database
from tests.faults.appliers import Hold, applying, resume
from tests.faults.runs import a_run

ROWS = 1500
_END = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'operator1'
"""


def end_sessions(database: Database) -> int:
    """End every session of the appliers with this database; how many there were."""
    return int(database.value(_END))


@pytest.mark.parametrize(
    ("point", "workers"),
    [
        ("after_intent", "2"),
        ("before_commit", "1"),
        ("after_commit", "2"),
        pytest.param("after_intent", "1", marks=pytest.mark.long),
        pytest.param("before_commit", "2", marks=pytest.mark.long),
        pytest.param("after_commit", "1", marks=pytest.mark.long),
    ],
)
def test_a_session_that_is_terminated_is_replaced_and_its_batch_repeated(
    small: Database, point: Point, workers: str
) -> None:
    run = a_run(small, ROWS)
    options = ("--batch-size", "100", "--workers", workers)
    with applying(small.dsn(), run.number, *options, hold=Hold(point, 3)) as applier:
        applier.await_hold()
        assert end_sessions(small) == int(workers)
        applier.go_on()
        assert applier.end() == 0, applier.said()
        # Of two workers, the one that is back first may take over what the other was at.
        assert applier.events("claim_lost") == [] or workers == "2"
        assert sum(batch["registered"] for batch in applier.events("batch")) == ROWS
    run.must_be_complete()


@pytest.mark.long
def test_sessions_that_are_terminated_again_and_again_only_cost_time(small: Database) -> None:
    run = a_run(small, 5_000)
    with applying(small.dsn(), run.number, "--batch-size", "100", "--workers", "2") as applier:
        for count in range(1, 15):
            applier.await_events("batch", 3 * count)
            end_sessions(small)
        assert applier.end() == 0, applier.said()
    run.must_be_complete()


def test_an_applier_waits_for_a_free_connection_and_says_why(small: Database) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT 0")
        end_sessions(small)
        applier.go_on()
        applier.await_events("unavailable")
        assert "too many connections" in applier.events("unavailable")[0]["reason"]
        small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT -1")
        assert applier.end() == 0, applier.said()
        assert len(applier.events("reconnected")) == 1
    run.must_be_complete()


def test_an_applier_that_gets_no_connection_ends_when_its_patience_does_and_is_resumed(small: Database) -> None:
    run = a_run(small, ROWS)
    options = ("--batch-size", "100", "--patience", "1")
    with applying(small.dsn(), run.number, *options, hold=Hold("after_intent", 3)) as applier:
        applier.await_hold()
        small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT 0")
        end_sessions(small)
        applier.go_on()
        assert applier.end() == 7, applier.said()
        assert applier.error()["code"] == "too_many_connections"
    with applying(small.dsn(), run.number, "--patience", "1") as late:
        assert late.end() == 7, late.said()
        assert late.error()["code"] == "too_many_connections"
    small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT -1")
    run.must_be_sound()
    resume(small.dsn(), run.number)
    run.must_be_complete()


def test_workers_that_get_no_connection_of_their_own_leave_the_run_to_the_one_that_has(small: Database) -> None:
    run = a_run(small, ROWS)
    small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT 1")
    small.leave()
    with applying(small.dsn(), run.number, "--batch-size", "100", "--workers", "3") as applier:
        assert applier.end() == 0, applier.said()
    small.run(f"ALTER DATABASE {small.name} CONNECTION LIMIT -1")
    run.must_be_complete()


@pytest.mark.long
def test_a_database_that_becomes_read_only_stops_a_run_which_can_be_resumed(small: Database) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        small.run(f"ALTER DATABASE {small.name} SET default_transaction_read_only = on")
        end_sessions(small)
        applier.go_on()
        assert applier.end() == 7, applier.said()
        assert applier.error()["code"] == "server_read_only"
        assert applier.events()[-1]["event"] == "stopped"
    with applying(small.dsn(), run.number) as late:
        assert late.end() == 7, late.said()
        assert late.error()["code"] == "server_read_only"
    with small.psql("postgres") as admin:
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f"ALTER DATABASE {small.name} RESET default_transaction_read_only".encode())
    assert run.settled() == 200
    run.must_be_sound()
    resume(small.dsn(), run.number)
    run.must_be_complete()


def test_who_asked_for_a_read_only_session_is_told_so_with_another_status(small: Database) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--read-only") as applier:
        assert applier.end() == 6, applier.said()
        assert applier.error()["code"] == "read_only"
    assert run.settled() == 0
