"""How long a command waits for a server, what it says meanwhile, and how it ends when it loses it."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from core.cli import patience
from core.cli.options import Invocation
from core.cli.output import Output
from core.errors import Stopped
from core.settings import Settings
from tests import small as small_database
from tests.console import run
from tests.databases import SCHEMA, Database
from tests.standstill import at_a_standstill

_WAITS = "usename = 'operator1' AND datname = current_database() AND wait_event_type = 'Lock'"
_WAITING = f"SELECT count(*) FROM pg_stat_activity WHERE {_WAITS}"


def test_a_wait_is_said_and_ends_only_where_the_server_is_gone(
    small: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "_SAID_AT", (0, 1))
    monkeypatch.setattr(patience, "_STEP_SECONDS", 0.05)
    call = Invocation(Settings(dsn=small.dsn("operator1"), schema=SCHEMA, connect_timeout=1), Output(as_json=False))
    with call.browse() as connection:
        connection.driver.execute("SELECT pg_sleep(1.3)")  # longer than the server has for a connection: it is busy
    assert capsys.readouterr().err.splitlines()[-2:] == ["waiting for the server (0 s)", "waiting for the server (1 s)"]
    with pytest.raises(Stopped, match="accepted no connection within 1 s") as told:
        asks_one_that_stops(call, small)
    assert told.value.code == "no_answer"


def asks_one_that_stops(call: Invocation, database: Database) -> None:
    with call.browse() as connection, at_a_standstill(database), connection._translated():
        connection.driver.execute("SELECT 1")


@pytest.mark.parametrize("command", [("status",), ("apply", "1")])
def test_a_command_that_hears_nothing_ends_by_its_connect_timeout_and_is_to_be_repeated(
    small: Database, command: tuple[str, ...]
) -> None:
    with at_a_standstill(small):
        found = run("--dsn", small.dsn("operator1"), "--connect-timeout", "1", *command)
    assert found.status == 7
    assert "error[no_answer]: the server did not answer in time" in found.err
    assert "Then retry" in found.err


def test_a_command_that_loses_its_server_is_to_be_repeated(small: Database) -> None:
    small_database.fill(small, goods=3)
    command = ("plan", "goods", "--json", "--dsn", small.dsn("operator1"))
    with psycopg.connect(small.dsn("postgres")) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE goods")
        asked = pool.submit(run, *command)
        small_database.eventually(lambda: small.value(_WAITING) == 1)
        small.value(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {_WAITS}")
        found = asked.result()
    assert (found.status, found.error["code"]) == (7, "server_unavailable"), found.err
    assert "Repeat the command" in found.error["hint"]
    assert run(*command).status == 0
