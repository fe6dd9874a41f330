"""The ledger at a real terminal: what its keys cost, and an apply that outlives the terminal."""

import os
import signal
import statistics
from pathlib import Path

import pytest

from tests import small
from tests.databases import Database
from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import CURSOR_BYTES, environment, step

_CONSOLE = ["-c", "from tui.main import main; main()"]


@pytest.fixture
def ledger_db(request: pytest.FixtureRequest) -> Database:
    """A small database of the test's own."""
    found = request.getfixturevalue("small")
    assert isinstance(found, Database)
    return found


def console(database: Database, home: Path) -> Terminal:
    return Terminal(_CONSOLE, environment(BIRTH_CONSOLE_DSN=database.dsn(), BIRTH_CONSOLE_HOME=str(home)))


@pytest.mark.long
def test_a_cursor_key_in_a_diff_costs_at_most_300_bytes(ledger_db: Database, tmp_path: Path) -> None:
    small.a_run(ledger_db, goods=2_000)
    with console(ledger_db, tmp_path) as terminal:
        terminal.shows("QT-001")
        terminal.send("4")
        terminal.shows("run-1 =")
        terminal.settled()
        terminal.send("d")
        terminal.shows("+ G-000001")  # the card of the run says its rows, too
        terminal.settled()
        costs = [step(terminal, "j") for _ in range(8)]
        assert statistics.median(costs) <= CURSOR_BYTES, costs


def test_an_apply_goes_on_when_the_terminal_is_gone(ledger_db: Database, tmp_path: Path) -> None:
    small.registering(ledger_db, before=small.AT_ROW_120)
    run = small.a_run(ledger_db, goods=300)
    with small.a_lock(ledger_db, 7) as holder:
        with console(ledger_db, tmp_path) as terminal:
            terminal.shows("QT-001")
            terminal.send("4")
            terminal.shows("A ready")
            terminal.send("A")
            terminal.shows("300 rows of run-1")
            terminal.send("run-1")
            terminal.until(lambda: "run-1" in map(str.strip, terminal.screen.display))
            terminal.send("\r")
            terminal.until(lambda: small.is_waited_for(ledger_db, 7))
            os.kill(terminal.pid, signal.SIGHUP)
            terminal.ended()
        assert small.is_waited_for(ledger_db, 7), "the apply is still at work"
        holder.execute("SELECT pg_advisory_unlock(7)")
        small.eventually(lambda: small.account(ledger_db, run).registered == 300)
        small.eventually(lambda: ledger_db.value("SELECT status FROM birth.birth_backfill_run") == "applied")
    small.sound(ledger_db)
