"""`make bench`: every number that the project holds itself to, measured in one run.

QUICK=1 takes smaller tables and fewer repetitions; ONLY=backfill,commands measures some groups. What the server's
version decides is measured on PostgreSQL 15 as well, where that is installed: many companies have it. Each group's
rows go to stdout as soon as they are known, and as JSON to the file that RESULT names, build/bench.json unless told.
There a group takes the place of what an earlier run found, so a run that was broken off goes on with ONLY.
`python -m tests.bench.runs FILE…` puts such files side by side.
"""

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from core.db.embedded.cluster import programs
from core.db.embedded.server import EmbeddedServer
from tests import other_servers
from tests.bench import backfill, beside, chain, commands, curves, flat, identity, many, screens, suggest_cost
from tests.bench.setting import Setting
from tests.bench.suggestions import shares
from tests.bench.table import HEADING, Row, line, machine
from tests.databases import TestServer
from tests.makers import Programs, an_empty

GROUPS: dict[str, Callable[[Setting], list[Row]]] = {
    "backfill": backfill.measure,
    "beside": beside.measure,
    "screens": screens.measure,
    "collections": curves.collections,
    "full": curves.full,
    "history": curves.history,
    "many": many.measure,
    "commands": commands.measure,
    "chain": chain.measure,
    "identity": identity.measure,
    "flat": flat.measure,
    "suggest": suggest_cost.measure,
    # Last: its samples stay in this process, whose memory is measured.
    "suggestions": shares.measure,
}
OLDER = "15"
ON_OLDER = ("backfill", "beside", "collections", "full", "history", "chain", "flat")
RESULT = Path(__file__).parents[2] / "build" / "bench.json"


def main() -> None:
    """Measure, print, keep."""
    quick = os.environ.get("QUICK", "") not in ("", "0")
    wanted = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(GROUPS)
    if unknown := set(wanted) - set(GROUPS):
        sys.exit(f"there is no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    # Who ends it ends its servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    older = other_servers.found().get(OLDER)
    servers = [Programs(folder).version for folder in (programs(), older) if folder]
    where = f"{machine()}, PostgreSQL {' and '.join(servers)}"
    kept, started = Kept(Path(os.environ.get("RESULT") or RESULT), where, quick), time.perf_counter()
    notes: list[str] = []
    _say("\n".join([where, "", *HEADING]))
    with tempfile.TemporaryDirectory(prefix="birth-bench-", ignore_cleanup_errors=True) as folder:
        with _embedded(Path(folder) / "home") as dsn:
            _measure(Setting(TestServer(dsn, "bench"), quick, notes=notes), wanted, kept, "")
        on_older = [name for name in wanted if name in ON_OLDER]
        if on_older and older:
            with Programs(older, fsync="on").serve(an_empty(Path(folder) / "older")) as dsn:
                setting = Setting(TestServer(dsn, "bench"), quick, older=True, notes=notes)
                _measure(setting, on_older, kept, f" (PostgreSQL {OLDER})")
        elif on_older:
            notes.append(f"PostgreSQL {OLDER}: left out, it is not installed")
    _say("\n".join(["", *notes, f"all of it took {time.perf_counter() - started:,.0f} s"]))
    if any("FAILED" in note for note in notes):
        sys.exit(1)


class Kept:
    """The file of results: what was measured is there before the next group begins."""

    def __init__(self, file: Path, where: str, quick: bool) -> None:  # noqa: FBT001 - as it was asked for
        self._file = file
        self._found = {"machine": where, "quick": quick}
        self._groups: dict[str, object] = {}
        if file.exists():
            earlier = json.loads(file.read_text(encoding="utf-8"))
            # Results of another machine, or of other sizes, do not belong into one table.
            if all(earlier.get(name) == value for name, value in self._found.items()):
                self._groups = earlier.get("groups", {})

    def put(self, group: str, rows: Sequence[Row], seconds: float) -> None:
        """Keep what a group found."""
        self._groups[group] = {"seconds": seconds, "rows": [asdict(row) | {"holds": row.holds} for row in rows]}
        self._file.parent.mkdir(exist_ok=True)
        self._file.write_text(json.dumps(self._found | {"groups": self._groups}, indent=2) + "\n", encoding="utf-8")


def _measure(setting: Setting, wanted: Sequence[str], kept: Kept, server: str) -> None:
    for name in wanted:
        started = time.perf_counter()
        try:
            rows = [row.named(f"{row.what}{server}") for row in GROUPS[name](setting)]
        except Exception as error:  # noqa: BLE001 - the other groups are measured all the same
            traceback.print_exc()
            setting.notes.append(f"{name}{server}: FAILED: {str(error).partition(chr(10))[0]}")
            continue
        seconds = time.perf_counter() - started
        kept.put(f"{name}{server}", rows, seconds)
        _say("\n".join(map(line, rows)))
        sys.stderr.write(f"{name}{server}: {seconds:,.0f} s\n")


@contextmanager
def _embedded(home: Path) -> Iterator[str]:
    """Unlike the tests', this server flushes what it commits."""
    embedded = EmbeddedServer.use(home, lambda _: None)
    try:
        yield embedded.dsn("postgres", "postgres")
    finally:
        embedded.release()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
