"""What the console costs on a line and how soon it shows live figures, next to other terminal clients."""

import itertools
import statistics
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.bench.peers import HARLEQUIN
from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row, ratio
from tests.databases import SCHEMA, Database, a_clone, a_template
from tests.tui.pty_terminal import COLUMNS, LINES, Terminal
from tests.tui.terminal.test_wire import environment, step

_KEYS = 12
_IDLE_SECONDS = 10
_DOWN = "\x1b[B"
_REST_SECONDS = 0.8
_DIALOGS = "?:"
_KEY_BYTES = {(COLUMNS, LINES): 300, (120, 36): 400}


def measure(setting: Setting) -> list[Row]:
    """On the demo, in 256 colours."""
    with a_template(setting.server) as template, a_clone(setting.server, template) as database:
        return [*_bytes(database, setting), *_at_rest(database), *_first_paint(database, setting)]


@contextmanager
def _console(database: Database, size: tuple[int, int] = (COLUMNS, LINES)) -> Iterator[Terminal]:
    """The console, once it shows live figures."""
    dsn, password = _apart(database)
    arguments = ["-c", "from tui.main import main; main()", "--dsn", dsn, "--schema", SCHEMA]
    with Terminal(arguments, environment(PGPASSWORD=password), size=size) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        yield terminal


@contextmanager
def _floor(database: Database) -> Iterator[Terminal]:
    """The bare table, once it is filled."""
    dsn, password = _apart(database)
    arguments = ["-m", "tests.bench.floor", make_conninfo(dsn, connect_timeout=10)]
    with Terminal(arguments, environment(PGPASSWORD=password)) as terminal:
        terminal.shows("agents")
        yield terminal


def _apart(database: Database) -> tuple[str, str]:
    """The DSN, and its password for the environment: the console starts a second time to hide one that was typed."""
    given = conninfo_to_dict(database.dsn())
    password = str(given.pop("password", ""))
    return make_conninfo(**{name: str(value) for name, value in given.items()}), password


def _bytes(database: Database, setting: Setting) -> Iterator[Row]:
    table = f"Textual's DataTable: {_bytes_of_a_table(database):,.0f}"
    for size, target in _KEY_BYTES.items():
        yield from _bytes_at(database, size, setting, Row("", 0, "bytes", target, table if size[0] == COLUMNS else "—"))


def _bytes_at(database: Database, size: tuple[int, int], setting: Setting, a_key: Row) -> Iterator[Row]:
    idle_seconds = _IDLE_SECONDS / (2 if setting.quick else 1)
    at = f"at {size[0]} by {size[1]}"
    with _console(database, size) as terminal:
        yield Row(f"bytes to open {at}", terminal.settled(), "bytes", 8_000, "—")
        terminal.shows(" rows in ")  # everything is counted: what is painted until then is work with an end
        rest = terminal.settled()
        ends = time.monotonic() + idle_seconds
        terminal.until(lambda: time.monotonic() > ends)
        idle = (terminal.received - rest) / idle_seconds
        yield Row(f"bytes while idle {at}", idle, "bytes/s", 20, "once everything is counted")
        terminal.send("2")
        terminal.until(lambda: "rows 1 to" in terminal.text() and "counting" not in terminal.text())
        terminal.settled()
        key = statistics.median(step(terminal, _DOWN) for _ in range(_KEYS))
        yield replace(a_key, what=f"bytes per cursor key {at}", value=key)
        dialog = max(_dialog(terminal, key) for key in _DIALOGS)
        yield Row(f"bytes of a dialog, opened and closed, {at}", dialog, "bytes", 2_000, "help, commands: the larger")


def _dialog(terminal: Terminal, key: str) -> int:
    opened = terminal.bytes_of(key, done=lambda: "esc: c" in terminal.text())
    return opened + terminal.bytes_of("\x1b", done=lambda: "esc: c" not in terminal.text())


def _at_rest(database: Database) -> Iterator[Row]:
    """A key, and all that follows the cursor once it rests."""
    for size, target in _KEY_BYTES.items():
        with _console(database, size) as terminal:
            terminal.shows(" rows in ")
            for key, pane, is_open in (("2", "Matrix", "rows 1 to"), ("3", "Classify", "undecided")):
                terminal.send(key)
                terminal.shows(is_open)
                terminal.until(lambda: "ampl" not in terminal.text())
                terminal.settled(quiet=1.0)
                costs = [terminal.bytes_of("j", done=lambda: True, quiet=_REST_SECONDS) for _ in range(_KEYS)]
                what = f"bytes per key at rest in {pane} at {size[0]} by {size[1]}"
                yield Row(what, statistics.median(costs), "bytes", target, "all that follows the cursor")


def _bytes_of_a_table(database: Database) -> float:
    with _floor(database) as terminal:
        counts = [terminal.settled()]
        for _ in range(_KEYS):
            terminal.send(_DOWN)
            terminal.until(lambda: terminal.received > counts[-1])
            counts.append(terminal.settled())
    return statistics.median(after - before for before, after in itertools.pairwise(counts))


def _first_paint(database: Database, setting: Setting) -> Iterator[Row]:
    what = "first paint with live figures"
    ours = median(setting.repeat, lambda: _paint(_console(database)))
    floor = median(setting.repeat, lambda: _paint(_floor(database)))
    yield Row(what, ours, "s", 1, "—")
    yield ratio(what, ours, floor, 1.3, "a bare Textual table, same figures", at_most=True)
    if theirs := HARLEQUIN.seconds(database, setting):
        yield ratio(what, ours, theirs, 0.5, "harlequin, same server", at_most=True)


def _paint(shown: AbstractContextManager[Terminal]) -> float:
    def work() -> None:
        stack.enter_context(shown)

    with ExitStack() as stack:
        return seconds(work)
