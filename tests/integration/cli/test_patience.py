"""How long a command waits for a server, what it says meanwhile, and how it ends when it loses it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from threading import enumerate as threads
from typing import Any

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


def test_each_step_that_loses_its_server_exits_7_and_does_its_work_when_repeated(
    small: Database, tmp_path: Path
) -> None:
    assert run("--dsn", small.dsn("postgres"), "init", "--allow-withdraw").status == 0
    small_database.fill(small, goods=3)
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("collection,strategy,identity,reason\nnotes,column,code,a test says so\n", encoding="utf-8")
    unclassified = run("--dsn", small.dsn("operator1"), "classify", "notes", "--unclassify", "--reason", "a test")
    assert unclassified.status == 0, unclassified.err
    _repeated(small, "classify", "--from", str(decisions))
    number = str(_repeated(small, "plan", "goods", "--reconcile", "--note", "counted")["run"])
    _repeated(small, "reconcile", number, "--note", "counted again")
    given = ("--budget", "10", "--expires", "1h", "--reason", "a test")
    _repeated(small, "permit", "open", *given, login="gatekeeper1")
    assert _repeated(small, "apply", number, "--dry-run")["would_register"] == 3
    assert run("--dsn", small.dsn("operator1"), "apply", number).status == 0
    digest = _repeated(small, "verify", number, login="reviewer1")["evidence_digest"]
    _repeated(small, "certify", number, "--note", "seen", "--evidence", digest, login="reviewer1")
    assert _repeated(small, "audit", login="viewer1")["ok"]
    assert small.value("SELECT count(*) FROM birth.birth_backfill_run WHERE status = 'certified'") == 1


def _repeated(database: Database, *words: str, login: str = "operator1") -> Any:  # noqa: ANN401 - each has its own
    """What a command answers once it is repeated: the first time, its session is ended in the middle of its work."""
    asks = f"usename = '{login}' AND datname = current_database() AND wait_event_type = 'Lock'"
    command = ("--dsn", database.dsn(login), "--json", *words)
    with psycopg.connect(database.dsn("postgres")) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE public.goods, public.notes, birth.birth_ledger_head")
        asked = pool.submit(run, *command)
        find = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {asks}"
        small_database.eventually(lambda: database.run(find) or asked.done(), f"{words[0]} at work")
        found = asked.result()
    assert (found.status, found.error["code"]) == (7, "server_unavailable"), (words, found.err)
    assert "Repeat the command" in found.error["hint"]
    found = run(*command)
    assert found.status == 0, (words, found.err)
    return found.document


@pytest.mark.parametrize(
    ("state", "code"),
    [("XX000", "server_failed"), ("58030", "server_failed"), ("53200", "out_of_memory"), ("53400", "limit_exceeded"),
     ("53100", "disk_full"), ("57014", "timeout"), ("25006", "server_read_only"), ("25P03", "timeout"),
     ("25P04", "timeout")],
)  # fmt: skip
def test_what_a_server_gets_over_ends_a_command_with_7(small: Database, state: str, code: str) -> None:
    call = Invocation(Settings(dsn=small.dsn("operator1"), schema=SCHEMA), Output(as_json=False))
    with pytest.raises(Stopped) as told, call.write() as connection, connection._translated():
        connection.driver.execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$".encode())
    assert (told.value.code, bool(told.value.hint)) == (code, True)


def test_how_long_the_first_event_of_an_apply_is_waited_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_SAID_AT", (0, 30))
    monkeypatch.setattr(patience, "_STEP_SECONDS", 0.01)
    said: list[str] = []
    waits = Event()

    def events() -> Iterator[str]:
        assert waits.wait(10)
        yield "started"
        assert not [each for each in threads() if each.name == "patience" and each.is_alive()]
        yield "done"

    def say(text: str) -> None:
        said.append(text)
        waits.set()

    told = patience.begun(events(), say, 10)
    assert next(told) == "started"
    for each in [each for each in threads() if each.name == "patience"]:
        each.join(10)
    assert list(told) == ["done"]
    assert said == ["waiting for the server (0 s)"]
    assert list(patience.begun(iter(()), say, 10)) == []
