import os
import signal

import pytest
from textual import events

from tests.databases import SCHEMA, Database
from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import environment
from tui.terminal.input_decoder import TolerantParser

HUGE = "\x1b[99999999999999999999~"


def keys_of(text: str) -> list[str]:
    return [event.key for event in TolerantParser().feed(text) if isinstance(event, events.Key)]


def test_a_sequence_that_cannot_be_read_is_dropped_alone() -> None:
    assert keys_of(f"a{HUGE}b\x1b[A") == ["a", "b", "up"]


@pytest.mark.parametrize("typed", [b"\xe9", b"\xff\xfe", b"\x1b[200~caf\xe9\x1b[201~", HUGE.encode()])
def test_bytes_that_mean_nothing_leave_the_console_as_it_was(typed: bytes) -> None:
    with Terminal(["-m", "tests.tui.on_fakes"], environment()) as terminal:
        terminal.shows("QT-001")
        terminal.send(typed)
        terminal.send("2")
        terminal.shows("rows 1 to")
        assert "Traceback" not in terminal.text()
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_console_that_cannot_hear_any_more_ends_as_a_failed_one(database: Database) -> None:
    script = (
        "from tui.terminal.input_decoder import TolerantParser; from tui.main import main\n"
        "def fail(self): raise OSError('the line is cut')\n"
        "TolerantParser.tick = fail\n"
        "main()"
    )
    with Terminal(["-c", script, "--dsn", database.dsn(), "--schema", SCHEMA], environment()) as terminal:
        assert terminal.ended() == 1
        assert "OSError: the line is cut" in terminal.text()
        assert "Traceback" not in terminal.text()


def test_sigterm_restores_the_terminal_and_says_so_in_the_status(database: Database) -> None:
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(), "--schema", SCHEMA]
    with Terminal(arguments, environment()) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM, terminal.text()
        assert b"\x1b[?1049l" in terminal._tail
        assert b"\x1b[?1003l" in terminal._tail
