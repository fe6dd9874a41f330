"""What the console costs on a line and how soon it shows live figures, next to another terminal client."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row, ratio
from tests.databases import SCHEMA, Database, a_clone, a_template
from tests.tui.terminal import Terminal
from tests.tui.test_wire import environment, step

PEERS = Path("build/bench-peers")
_KEYS = 12
_IDLE_SECONDS = 20
_INSTALL_SECONDS = 300


def measure(setting: Setting) -> list[Row]:
    """On the demo, all at 80 by 24 in 256 colours."""
    with (
        tempfile.TemporaryDirectory(prefix="birth-bench-") as home,
        a_template(setting.server) as template,
        a_clone(setting.server, template) as database,
    ):
        return [*_bytes(database, setting), *_first_paint(database, setting, home)]


def _console(database: Database) -> Terminal:
    arguments = ["-c", "from tui.main import main; main()", "--dsn", database.dsn(), "--schema", SCHEMA]
    return Terminal(arguments, environment())


def _bytes(database: Database, setting: Setting) -> list[Row]:
    idle_seconds = _IDLE_SECONDS / (4 if setting.quick else 1)
    with _console(database) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        opened = terminal.settled()
        ends = time.monotonic() + idle_seconds
        terminal.until(lambda: time.monotonic() > ends)
        idle = (terminal.received - opened) / idle_seconds
        terminal.send("2")
        terminal.until(lambda: "rows 1 to" in terminal.text() and "counting" not in terminal.text())
        terminal.settled()
        key = statistics.median(step(terminal, "\x1b[B") for _ in range(_KEYS))
    return [
        Row("bytes per cursor key", key, "bytes", 300, "Textual's DataTable: 880"),
        Row("bytes to open", opened, "bytes", 20_000, "—"),
        Row("bytes while idle", idle, "bytes/s", 40, "—"),
    ]


def _first_paint(database: Database, setting: Setting, home: str) -> list[Row]:
    ours = median(setting.repeat, lambda: seconds(lambda: _paint_console(database)))
    rows = [Row("first paint with live figures", ours, "s", 1, "—")]
    try:
        program = _peer()
        theirs = median(setting.repeat, lambda: seconds(lambda: _paint_peer(program, database, home)))
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        setting.notes.append(f"first paint against harlequin: left out: {str(error).splitlines()[0]}")
        return rows
    return [*rows, ratio("first paint with live figures", ours, theirs, 0.5, "harlequin, same server", at_most=True)]


def _paint_console(database: Database) -> None:
    with _console(database) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")


def _paint_peer(program: Path, database: Database, home: str) -> None:
    """Until its catalog names the database."""
    given = ["--adapter", "postgres", "--no-download-tzdata", database.dsn()]
    with Terminal(given, environment(HOME=home, XDG_CONFIG_HOME=home), str(program)) as terminal:
        terminal.until(
            lambda: any(line.startswith("│") and database.name[:9] in line for line in terminal.screen.display)
        )


def _peer() -> Path:
    """The other client, installed once into an environment of its own."""
    program = PEERS / "bin" / "harlequin"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True, capture_output=True)
        install = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", "harlequin[postgres]"]
        subprocess.run(install, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
    return program.absolute()
