"""`make bench`: every number that the project holds itself to, measured in one run.

QUICK=1 takes smaller tables and fewer repetitions; ONLY=backfill,commands measures some groups. The table goes to
stdout, the same as JSON to build/bench.json.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from core.db.embedded.server import EmbeddedServer
from tests.bench import backfill, chain, commands, curves, flat, identity, many, screens
from tests.bench.setting import Setting
from tests.bench.table import Row, machine, markdown
from tests.databases import TestServer

GROUPS: dict[str, Callable[[Setting], list[Row]]] = {
    "backfill": backfill.measure,
    "screens": screens.measure,
    "curves": curves.measure,
    "many": many.measure,
    "commands": commands.measure,
    "chain": chain.measure,
    "identity": identity.measure,
    "flat": flat.measure,
}
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
    line = machine()
    print("\n".join([line, "", markdown(found), *setting.notes]))  # noqa: T201 - what it is for
    RESULT.parent.mkdir(exist_ok=True)
    document = {"machine": line, "quick": quick, "rows": [asdict(row) | {"holds": row.holds} for row in found]}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
