"""`make bench`: every number that the project holds itself to, measured in one run.

QUICK=1 takes smaller tables and fewer repetitions; ONLY=backfill,commands measures some groups. What the server's
version decides is measured on PostgreSQL 15 as well, where that is installed: many companies have it. The table goes
to stdout, the same as JSON to build/bench.json.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from core.db.embedded.server import EmbeddedServer
from tests import other_servers
from tests.bench import backfill, beside, chain, commands, curves, flat, identity, many, screens, suggest_cost
from tests.bench.setting import Setting
from tests.bench.table import Row, machine, markdown
from tests.databases import TestServer
from tests.makers import Programs, an_empty

GROUPS: dict[str, Callable[[Setting], list[Row]]] = {
    "backfill": backfill.measure,
    "beside": beside.measure,
    "screens": screens.measure,
    "curves": curves.measure,
    "many": many.measure,
    "commands": commands.measure,
    "chain": chain.measure,
    "identity": identity.measure,
    "suggest": suggest_cost.measure,
    "flat": flat.measure,
}
OLDER, ON_OLDER = "15", ("backfill", "beside", "curves")
RESULT = Path(__file__).parents[2] / "build" / "bench.json"


def main() -> None:
    """Measure, print, keep."""
    quick = os.environ.get("QUICK", "") not in ("", "0")
    wanted = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(GROUPS)
    if unknown := set(wanted) - set(GROUPS):
        sys.exit(f"there is no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="birth-bench-", ignore_cleanup_errors=True) as folder:
        embedded = EmbeddedServer.use(Path(folder) / "home", lambda _: None)
        try:
            # Unlike the tests', this server flushes what it commits.
            setting = Setting(TestServer(embedded.dsn("postgres", "postgres"), "bench"), quick)
            for name in wanted:
                _say(f"measuring {name}…")
                found += GROUPS[name](setting)
        finally:
            embedded.release()
        found += _on_older(Path(folder), quick, [name for name in wanted if name in ON_OLDER])
    line = machine()
    print("\n".join([line, "", markdown(found), *setting.notes]))  # noqa: T201 - what it is for
    RESULT.parent.mkdir(exist_ok=True)
    document = {"machine": line, "quick": quick, "rows": [asdict(row) | {"holds": row.holds} for row in found]}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _on_older(folder: Path, quick: bool, wanted: list[str]) -> list[Row]:  # noqa: FBT001 - as it was asked for
    programs = other_servers.found().get(OLDER) if wanted else None
    if programs is None:
        return []
    rows: list[Row] = []
    with Programs(programs, fsync="on").serve(an_empty(folder / "older")) as dsn:
        for name in wanted:
            _say(f"measuring {name} on PostgreSQL {OLDER}…")
            rows += GROUPS[name](Setting(TestServer(dsn, "bench"), quick))
    return [replace(row, what=f"{row.what} (PostgreSQL {OLDER})") for row in rows]


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
