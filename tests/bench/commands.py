"""What a command costs, from the shell's view; and what the dashboard costs the server."""

import subprocess

from core.db.connection.session import Connection
from core.profiles import COUNTERS
from core.services.overview import matrix, parallel_counts, readiness
from tests.bench.peers import PGCLI
from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row, ratio
from tests.console import command, environment
from tests.databases import SCHEMA, Database, a_clone, a_template


def measure(setting: Setting) -> list[Row]:
    """Medians of whole processes, and of one look over an open connection."""
    times = 5 if setting.quick else 15
    with a_template(setting.server) as template, a_clone(setting.server, template) as database:
        there = environment(BIRTH_CONSOLE_DSN=database.dsn("operator1"))
        help_seconds = median(times, lambda: seconds(lambda: _run(["--help"], there)))
        status_seconds = median(times, lambda: seconds(lambda: _run(["status"], there)))
        with database.connect("viewer1") as viewer:
            readiness.read(viewer)
            look = median(times * 3, lambda: seconds(lambda: readiness.read(viewer))) * 1000
        alone = median(times, lambda: seconds(lambda: _count(database, 1)))
        together = median(times, lambda: seconds(lambda: _count(database, COUNTERS)))
        prompt = PGCLI.seconds(database, setting)
    return [
        Row("birth-console --help", help_seconds, "s", 0.25, "whole process"),
        Row("birth-console status", status_seconds, "s", 0.4, "whole process, server running"),
        *([ratio("birth-console status", status_seconds, prompt, 1, "pgcli's prompt", at_most=True)] if prompt else []),
        Row("readiness of 74 collections, claims and census", look, "ms", 10, "one look"),
        ratio(f"counts over {COUNTERS} connections", together, alone, 1, "over one", at_most=True),
    ]


def _count(database: Database, connections: int) -> None:
    """All collections, with the connections that it takes."""

    def another() -> Connection:
        return Connection.open(database.dsn("viewer1"), SCHEMA)

    with another() as first, first.snapshot():
        names = [row.facts.collection for row in matrix.read(first)]
        parallel_counts.side_by_side(first, another, names, connections)


def _run(arguments: list[str], surroundings: dict[str, str]) -> None:
    subprocess.run(command("birth-console", *arguments), env=surroundings, capture_output=True, check=True)
