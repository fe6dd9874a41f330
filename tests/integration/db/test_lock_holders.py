"""Tables that somebody locks: a look at the whole does not wait, and who waited in vain is told for whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from core.db.connection.session import Connection
from core.domain.classify.identity import column_identity
from core.errors import ConsoleError, GateClosed
from core.services.backfill import plan
from core.services.classify import classify
from core.services.overview import matrix, readiness
from tests.databases import SCHEMA, Database
from tests.small import eventually

# The catalog does not say whether the old script coped with it: its rows must be asked.
DOUBTFUL = "checkpoint_sets"


@contextmanager
def locking(database: Database, table: str, mode: str = "ACCESS EXCLUSIVE") -> Iterator[int]:
    """Lock a table of the demo; the process that does."""
    with database.psql("postgres") as holder, holder.transaction():
        holder.execute("SET LOCAL application_name = 'a migration'")
        holder.execute(f"LOCK TABLE public.{table} IN {mode} MODE".encode())
        yield holder.info.backend_pid


def impatient(database: Database, login: str = "operator1") -> Connection:
    """A connection whose DSN says how long it waits for locks."""
    dsn = make_conninfo(database.dsn(login), options="-c lock_timeout=30ms")
    return Connection.open(dsn, SCHEMA, read_only=False)


def holders(error: ConsoleError) -> Any:  # noqa: ANN401 - JSON
    return error.evidence["holders"]


def test_the_dashboard_does_not_wait_for_a_locked_table_and_calls_what_rests_on_it_unknown(shared: Database) -> None:
    with locking(shared, DOUBTFUL), shared.connect("viewer1") as viewer:
        seen = readiness.read(viewer)
    script = seen.census.frozen_script
    assert (script.compatible + script.broken, seen.census.locked) == (35, (DOUBTFUL,))
    claims = {claim.claim: (claim.live, claim.verdict) for claim in seen.claims}
    assert claims["script_compatibility"] == (
        f"{script.compatible} compatible / {script.broken} broken of 36, 1 locked",
        "unknown",
    )
    assert claims["trigger_gap"] == ("2", "superseded")


WAITING: dict[str, Callable[[Connection], object]] = {
    "counts": lambda connection: matrix.count(connection, "agents"),
    "a plan": lambda connection: plan.plan(connection, ["agents"]),
}


@pytest.mark.parametrize("what", WAITING)
def test_who_waits_for_a_locked_table_in_vain_is_told_who_holds_it(shared: Database, what: str) -> None:
    with locking(shared, "agents") as process, impatient(shared) as connection, pytest.raises(ConsoleError) as caught:
        WAITING[what](connection)
    error = caught.value
    said = f"agents is locked by process {process} of postgres (a migration)"
    assert (error.code, error.message) == ("locked", said)
    assert [(each["process"], each["table"], each["granted"]) for each in holders(error)] == [(process, "agents", True)]


def test_an_identity_whose_table_is_locked_is_unproven(shared: Database) -> None:
    with locking(shared, "agents") as process, impatient(shared) as connection, pytest.raises(GateClosed) as caught:
        classify.classify(connection, column_identity("agents", "code"))
    assert (caught.value.code, holders(caught.value)[0]["process"]) == ("unproven", process)


def test_who_queues_behind_somebody_that_waits_for_a_table_is_told_of_that_one(shared: Database) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'public.agents'::regclass AND NOT granted"
    with shared.psql("postgres") as queued:
        process = queued.info.backend_pid
        thread = Thread(target=lambda: queued.execute("BEGIN; LOCK TABLE public.agents; ROLLBACK"), daemon=True)
        with locking(shared, "agents", "ACCESS SHARE"):
            thread.start()
            eventually(lambda: shared.value(waiting))
            with impatient(shared) as connection, pytest.raises(ConsoleError) as caught:
                matrix.count(connection, "agents")
        thread.join(60)
    assert caught.value.message == f"process {process} of postgres waits for agents, and other sessions queue behind it"


def test_how_long_to_wait_for_a_lock_is_the_operator_s_choice(shared: Database) -> None:
    with shared.connect() as usual, impatient(shared) as chosen:
        shown = [each.driver.execute("SHOW lock_timeout").fetchone() for each in (usual, chosen)]
    assert shown == [{"lock_timeout": "20s"}, {"lock_timeout": "30ms"}]
