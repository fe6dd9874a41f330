"""How long a command waits for a server, and what it says meanwhile."""

import pytest

from core.cli import patience
from core.cli.options import Invocation
from core.cli.output import Output
from core.errors import Unavailable
from core.settings import Settings
from tests.console import run
from tests.databases import SCHEMA, Database
from tests.standstill import at_a_standstill


def test_a_wait_is_said_and_ends_only_where_the_server_is_gone(
    small: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "_SAID_AT", (0, 1))
    monkeypatch.setattr(patience, "_STEP_SECONDS", 0.05)
    call = Invocation(Settings(dsn=small.dsn("operator1"), schema=SCHEMA, connect_timeout=1), Output(as_json=False))
    with call.browse() as connection:
        connection.driver.execute("SELECT pg_sleep(1.3)")  # longer than the server has for a connection: it is busy
    assert capsys.readouterr().err.splitlines()[-2:] == ["waiting for the server (0 s)", "waiting for the server (1 s)"]
    with pytest.raises(Unavailable, match="took no connection within 1 s") as told:
        asks_one_that_stops(call, small)
    assert told.value.code == "no_answer"


def asks_one_that_stops(call: Invocation, database: Database) -> None:
    with call.browse() as connection, at_a_standstill(database), connection._translated():
        connection.driver.execute("SELECT 1")


def test_a_command_ends_by_its_connect_timeout(small: Database) -> None:
    with at_a_standstill(small):
        found = run("--dsn", small.dsn("operator1"), "--connect-timeout", "1", "status")
    assert found.status == 1
    assert "error[server_unavailable]" in found.err
