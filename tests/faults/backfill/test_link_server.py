from collections.abc import Iterator

import pytest

from core.db.connection.apply_connection import ApplyConnection
from core.db.connection.no_connection import no_connection
from core.services.backfill import apply
from core.services.backfill.apply_options import Options
from core.services.backfill.fault_points import Point
from tests.databases import SCHEMA, Database, a_clone, a_template
from tests.faults.appliers import Hold, applying, resume
from tests.faults.proxy import Loss, Proxy
from tests.faults.runs import a_run
from tests.faults.servers import OwnServer, an_own_server
from tests.small import eventually
from tests.templates import SMALL

ROWS = 1000
_ASKING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%catalog.pg_xact_status%'"
)
_NUMBER = "SELECT backend_xid::text FROM pg_stat_activity WHERE state = 'idle in transaction'"
_AT_WORK = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    # What is not committed must not reach the disk by the way: then a crash has the most to forget.
    with an_own_server() as server, server.set_to("autovacuum", "off"), server.set_to("wal_writer_delay", "'10s'"):
        yield server


@pytest.fixture(scope="module")
def own_template(own: OwnServer) -> Iterator[str]:
    with a_template(own.tests, SMALL) as name:
        yield name


@pytest.fixture
def database(own: OwnServer, own_template: str) -> Iterator[Database]:
    with a_clone(own.tests, own_template) as clone:
        yield clone


@pytest.mark.parametrize(
    ("point", "nth", "workers"),
    [
        ("after_intent", 2, "1"),
        pytest.param("before_commit", 1, "1", marks=pytest.mark.long),
        ("before_commit", 3, "2"),
        ("after_commit", 3, "2"),
    ],
)
def test_an_apply_outlives_a_crash_of_its_server_and_finishes_by_itself(
    own: OwnServer, database: Database, point: Point, nth: int, workers: str
) -> None:
    run = a_run(database, ROWS)
    options = ("--workers", workers, "--batch-size", "100")
    with applying(database.dsn(), run.number, *options, hold=Hold(point, nth)) as applier:
        applier.await_hold()
        own.kill()
        applier.go_on()
        applier.await_events("unavailable")
        own.start()
        assert applier.end() == 0, applier.said()
        assert applier.events("reconnected")
        assert applier.events("split") == []
    run.must_be_complete()


@pytest.mark.parametrize("numbers", [10, 0], ids=["given to somebody else", "not given again yet"])
def test_a_transaction_number_that_a_crash_forgot_is_not_taken_for_that_of_a_commit(
    own: OwnServer, database: Database, numbers: int
) -> None:
    run = a_run(database, ROWS)
    with applying(database.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        lost = int(database.value(_NUMBER))
        own.kill()
        own.start()
        used = [int(database.value("SELECT pg_current_xact_id()::text")) for _ in range(numbers)]
        assert lost in used or not used
        applier.go_on()
        assert applier.end() == 0, applier.said()
        assert applier.events("resolved") == applier.events("claim_lost") == applier.events("split") == []
    run.must_be_complete()


def test_an_apply_whose_server_stays_away_ends_when_its_patience_does_and_is_resumed(
    own: OwnServer, database: Database
) -> None:
    run = a_run(database, ROWS)
    options = ("--patience", "1", "--batch-size", "100")
    with applying(database.dsn(), run.number, *options, hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        own.kill()
        applier.go_on()
        assert applier.end() == 7, applier.said()
        assert applier.error()["code"] == "server_unavailable"
        assert applier.events()[-1]["event"] == "stopped"
    own.start()
    assert run.settled() == 200
    run.must_be_sound()
    resume(database.dsn(), run.number)
    run.must_be_complete()


def test_an_apply_does_not_wait_for_a_server_that_was_not_there_at_the_start(
    own: OwnServer, database: Database
) -> None:
    run = a_run(database, ROWS)
    own.kill()
    with applying(database.dsn(), run.number) as applier:
        assert applier.end() == 1, applier.said()
        assert applier.error()["code"] == "server_unavailable"
    own.start()


def test_a_start_while_the_server_recovers_waits_until_it_takes_connections(database: Database) -> None:
    run = a_run(database, 100)
    refusals = ["the database system is starting up", "the database system is in recovery mode"]

    def connect() -> ApplyConnection:
        if refusals:
            raise no_connection(f"FATAL:  {refusals.pop()}")
        return ApplyConnection.open(database.dsn("operator1"), SCHEMA)

    told = [event.event for event in apply.apply(connect, run.number, Options(patience=20))]
    assert (told.count("unavailable"), told[-1], refusals) == (2, "done", [])
    run.must_be_complete()


def test_a_commit_that_the_server_is_still_at_is_waited_for(own: OwnServer, database: Database) -> None:
    run = a_run(database, ROWS)
    with (
        Proxy(database.dsn(), Loss.MEANWHILE, 2) as proxy,
        applying(proxy.dsn, run.number, "--batch-size", "200", hold=Hold("before_commit", 2)) as applier,
    ):
        applier.await_hold()
        with own.at_a_standstill(database.value(_AT_WORK)):
            applier.go_on()
            eventually(lambda: proxy.broke.is_set() and database.value(_ASKING) > 1)
            assert len(applier.events("batch")) == 1
        assert applier.end() == 0, applier.said()
        assert [event["fate"] for event in applier.events("resolved")] == ["committed"]
        assert applier.events("claim_lost") == []
    run.must_be_complete()


def test_a_server_that_becomes_read_only_stops_a_run_which_can_be_resumed(own: OwnServer, database: Database) -> None:
    run = a_run(database, ROWS)
    with applying(database.dsn(), run.number, "--batch-size", "100", hold=Hold("after_commit", 3)) as applier:
        applier.await_hold()
        with own.set_to("default_transaction_read_only", "on"):
            eventually(lambda: database.value("SELECT current_setting('default_transaction_read_only')") == "on")
            applier.go_on()
            assert applier.end() == 7, applier.said()
            assert applier.error()["code"] == "server_read_only"
    assert run.settled() == 300
    run.must_be_sound()
    resume(database.dsn(), run.number)
    run.must_be_complete()


def test_a_login_that_is_locked_in_the_middle_of_a_run_is_not_waited_for(own: OwnServer, database: Database) -> None:
    run = a_run(database, ROWS)
    with applying(database.dsn(), run.number, "--batch-size", "100", hold=Hold("before_commit", 3)) as applier:
        applier.await_hold()
        database.run("ALTER ROLE operator1 NOLOGIN")
        try:
            own.kill()
            own.start()
            applier.go_on()
            assert applier.end() == 1, applier.said()
            assert applier.error()["code"] == "login_refused"
        finally:
            database.run("ALTER ROLE operator1 LOGIN")
    run.must_be_sound()
    resume(database.dsn(), run.number)
    run.must_be_complete()
