"""The matrix of ten thousand collections, in a real terminal."""

import re
import statistics
from pathlib import Path

from tests.bench.setting import Setting, seconds
from tests.bench.table import Row
from tests.tui.terminal import Terminal
from tests.tui.test_wire import environment

COLLECTIONS = 10_000
_FILTER = "09999"
_KILOBYTES = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def measure(setting: Setting) -> list[Row]:
    """Open it, filter it key by key, then ask the system for the memory it took at most."""
    with Terminal(["-m", "tests.tui.on_fakes", str(COLLECTIONS)], environment()) as terminal:
        terminal.shows("QT-001")
        terminal.settled()
        opened = _answer(terminal, "2", f"of {COLLECTIONS}")
        terminal.settled()
        terminal.send("/")
        terminal.settled()
        keys = [_answer(terminal, key, f"match {_FILTER[: at + 1]}") for at, key in enumerate(_FILTER)]
        rows = [
            Row(f"matrix of {COLLECTIONS:,} opens", opened, "s", 1, "—"),
            Row(f"matrix of {COLLECTIONS:,} filters, a key", statistics.median(keys) * 1000, "ms", 50, "—"),
        ]
        if memory := _peak(terminal.pid):
            rows.append(Row(f"matrix of {COLLECTIONS:,}, memory", memory, "MB", 150, "—"))
        else:
            setting.notes.append("memory: left out, the system has no /proc")
    return rows


def _answer(terminal: Terminal, key: str, seen: str) -> float:
    def work() -> None:
        terminal.send(key)
        terminal.shows(seen)

    return seconds(work)


def _peak(pid: int) -> float:
    try:
        found = _KILOBYTES.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 / 1e6 if found else 0
