"""Counting many collections side by side."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from core.db.connection.session import Connection
from core.errors import NotAllowed, Unavailable
from core.services.overview import matrix, parallel_counts
from tests.console import run
from tests.databases import SCHEMA, Database
from tests.small import eventually

# The first one is counted by the first connection: where its table is locked, all others are left to another one.
NAMES = ["agents", "doc_reviews", "iu_staging_record", "modules", "system_issues", "tasks", "workflows"]
Found = dict[str, parallel_counts.Found]


class Links:
    """Opens connections of viewer1; `opened` is how many."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.opened = 0

    def __call__(self) -> Connection:
        opened = Connection.open(self._database.dsn("viewer1"), SCHEMA)
        self.opened += 1
        return opened

    def sessions(self) -> int:
        found = self._database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'viewer1'"
        )
        return int(found)


@pytest.fixture
def links(database: Database) -> Links:
    return Links(database)


@pytest.fixture
def viewer(links: Links) -> Iterator[Connection]:
    with links() as connection, connection.snapshot():
        yield connection


@contextmanager
def held_up(database: Database, viewer: Connection, links: Links) -> Iterator[Future[Found]]:
    """A count over two connections of which the first one waits for a lock, while the other is at work, or done."""
    with database.psql("postgres") as admin, ThreadPoolExecutor() as pool:
        admin.execute("BEGIN; LOCK TABLE public.agents")
        counted = pool.submit(parallel_counts.side_by_side, viewer, links, NAMES, 2)
        eventually(lambda: links.opened == 2)
        yield counted
        admin.execute("ROLLBACK")


def one_by_one(viewer: Connection) -> Found:
    return {name: matrix.count(viewer, name) for name in NAMES}


def test_side_by_side_counts_what_one_after_the_other_counts(viewer: Connection, links: Links) -> None:
    assert parallel_counts.side_by_side(viewer, links, NAMES, 3) == one_by_one(viewer)
    assert parallel_counts.side_by_side(viewer, links, [], 3) == {}


def test_there_are_never_more_connections_than_allowed(viewer: Connection, links: Links) -> None:
    parallel_counts.side_by_side(viewer, links, NAMES, 1)
    assert links.opened == 1
    parallel_counts.side_by_side(viewer, links, NAMES[:2], 8)
    eventually(lambda: links.opened == 2 and links.sessions() == 1)


def test_a_table_that_takes_long_holds_up_no_other_and_all_are_counted_as_of_one_moment(
    viewer: Connection, links: Links, database: Database
) -> None:
    with links() as earlier:  # what the viewer itself had looked at, nobody else could lock
        before = one_by_one(earlier)
    links.opened = 1
    viewer.moment()
    database.run("DELETE FROM birth.birth_registry WHERE collection_name IN ('tasks', 'workflows')")
    with held_up(database, viewer, links) as counted:
        eventually(lambda: links.sessions() == 1)
        assert not counted.done()
    assert counted.result() == before


def test_a_lost_connection_ends_all_that_is_under_way(viewer: Connection, links: Links, database: Database) -> None:
    with held_up(database, viewer, links) as counted:
        end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        eventually(lambda: database.value(f"{end} AND datname = current_database()"))
        assert isinstance(counted.exception(), Unavailable)


@pytest.mark.parametrize("connections", [1, 3])
def test_what_is_wrong_with_one_collection_is_found_in_its_place(
    viewer: Connection, links: Links, database: Database, connections: int
) -> None:
    with links() as earlier:
        before = one_by_one(earlier)
    links.opened = 1
    database.run("REVOKE SELECT ON public.modules FROM birth_reader")
    database.run("ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY")
    found = parallel_counts.side_by_side(viewer, links, NAMES, connections)
    assert {name for name, counts in found.items() if isinstance(counts, NotAllowed)} == {"modules", "tasks"}
    for name in set(NAMES) - {"modules", "tasks"}:
        assert found[name] == before[name]


def elsewhere(database: Database, links: Links) -> Connection:
    """A connection to another database: there is no such moment there."""
    links.opened += 1
    return Connection.open(database.dsn("postgres") + " dbname=postgres", SCHEMA)


def nowhere(_: Database, links: Links) -> Connection:
    links.opened += 1
    raise Unavailable("sorry, too many clients already")


def test_who_waits_for_others_of_its_moment_is_not_ended_as_idle(database: Database) -> None:
    dsn = database.dsn("viewer1") + " options='-c idle_in_transaction_session_timeout=50ms'"
    rest = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'viewer1' AND datname = current_database()"
    with ExitStack() as waiting:
        first, second = (waiting.enter_context(Connection.open(dsn, SCHEMA)) for _ in range(2))
        waiting.enter_context(first.snapshot())
        waiting.enter_context(second.snapshot(first.moment()))
        eventually(lambda: database.value(f"{rest} AND state_change > clock_timestamp() - interval '200 ms'") == 0)
        assert matrix.count(second, "tasks") == matrix.count(first, "tasks")


@pytest.mark.parametrize("lead", [elsewhere, nowhere])
def test_without_room_for_another_connection_one_counts_alone(
    viewer: Connection, links: Links, database: Database, lead: Callable[[Database, Links], Connection]
) -> None:
    assert parallel_counts.side_by_side(viewer, lambda: lead(database, links), NAMES, 2) == one_by_one(viewer)
    eventually(lambda: links.opened == 2)


def test_what_cannot_be_counted_is_left_empty_and_named_in_the_end(database: Database) -> None:
    database.run("ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY")
    answer = run("matrix", "--counts", "--json", "--dsn", database.dsn("viewer1"))
    assert (answer.status, answer.error["code"]) == (6, "not_counted")
    assert list(answer.error["evidence"]) == ["tasks"]
    uncounted = [row["collection"] for row in answer.document["collections"] if row["source_rows"] is None]
    assert uncounted == ["iu_staging_payload", "iu_staging_record", "tasks"]


def test_what_is_locked_for_too_long_is_not_counted_now_and_the_command_is_to_be_repeated(database: Database) -> None:
    soon = {"PGOPTIONS": "-c lock_timeout=100ms"}
    with database.psql("postgres") as other, other.transaction():
        other.execute("LOCK TABLE public.tasks")
        answer = run("matrix", "--counts", "--json", "--dsn", database.dsn("viewer1"), extra=soon)
    assert (answer.status, answer.error["code"], list(answer.error["evidence"])) == (7, "not_counted", ["tasks"])
    assert answer.error["evidence"]["tasks"]["code"] == "locked"
