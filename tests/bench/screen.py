"""What the terminal UI sends, and when it first shows live figures, in a real terminal of 80 by 24 and 256 colours."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.table import Row, ratio
from tests.databases import TestServer, a_clone
from tests.tui.terminal import Terminal

DATA_TABLE = 880  # bytes a cursor key of Textual's own table, measured when the grid was designed
PEERS = Path(__file__).parents[2] / "build" / "peers"
_OURS = ["-c", "from tui.main import main; main()"]


def rows(server: TestServer, template: str, *, quick: bool) -> list[Row]:
    """Bytes and times of the console on a clone of the demo; beside it harlequin, where it can be installed."""
    with a_clone(server, template) as database:
        there = _environment(BIRTH_CONSOLE_DSN=database.dsn("operator1"))
        paints = [_first_paint(_OURS, there, "birth_required_total", "74") for _ in range(3 if quick else 7)]
        opening, key, idle = _bytes(there)
        peer = None if quick else _harlequin(database.dsn("postgres"))
    ours = statistics.median(paints)
    found = [
        ratio("bytes a cursor key", key, DATA_TABLE, 300 / DATA_TABLE, "Textual's DataTable", at_most=True),
        Row("bytes a cursor key", key, "bytes", 300, "80x24, 256 colours"),
        Row("bytes to open", opening, "bytes", 20_000, "until the figures stand"),
        Row("bytes when idle", idle, "bytes/s", 40, "over 12 s after a look"),
    ]
    if peer is None:
        return [*found, Row("first paint with live figures", ours, "s", 1, "no peer was measured")]
    return [*found, ratio("first paint with live figures", ours, peer, 0.5, f"harlequin, {peer:.2f} s", at_most=True)]


def _first_paint(arguments: list[str], surroundings: Mapping[str, str], *texts: str) -> float:
    started = time.perf_counter()
    with Terminal(arguments, surroundings) as terminal:
        terminal.until(lambda: all(text in terminal.text() for text in texts))
        return time.perf_counter() - started


def _bytes(surroundings: Mapping[str, str]) -> tuple[int, float, float]:
    with Terminal(_OURS, surroundings) as terminal:
        terminal.until(lambda: "birth_required_total" in terminal.text() and "74" in terminal.text())
        opening = terminal.settled()
        before = terminal.settled(quiet=12)
        time.sleep(0)
        idle = (before - opening) / 12
        terminal.send("2")
        terminal.until(lambda: "rows 1 to" in terminal.text() and "counting" not in terminal.text())
        terminal.settled()
        keys = []
        for _ in range(12):
            last = terminal.settled()
            terminal.send("\x1b[B")
            keys.append(terminal.settled() - last)
    return opening, statistics.median(keys), idle


def _harlequin(dsn: str) -> float | None:
    """Seconds until harlequin shows its catalog of the same database; None where it cannot be had."""
    program = PEERS / "bin" / "harlequin"
    try:
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True, capture_output=True)
            subprocess.run(
                [str(PEERS / "bin" / "pip"), "install", "-q", "harlequin", "harlequin-postgres"],
                check=True,
                capture_output=True,
                timeout=300,
            )
    except (OSError, subprocess.SubprocessError):
        return None
    start = f"import os; os.execv({str(program)!r}, [{str(program)!r}, '-a', 'postgres', {dsn!r}])"
    try:
        taken = [_first_paint(["-c", start], _environment(), "birth") for _ in range(3)]
    except AssertionError:
        return None
    return statistics.median(taken)


def _environment(**extra: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    root = str(Path(__file__).parents[2])
    return {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", "PYTHONPATH": root, **extra}
