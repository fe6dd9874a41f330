"""What a command costs, from the shell's view; and what the dashboard costs the server."""

import statistics
import subprocess
import time
from collections.abc import Callable

from core.services import readiness
from tests.bench.table import Row
from tests.console import command, environment
from tests.databases import TestServer, a_clone


def rows(server: TestServer, template: str, *, quick: bool) -> list[Row]:
    """Medians of whole processes, and of one look over an open connection."""
    times = 5 if quick else 15
    with a_clone(server, template) as database:
        there = environment(BIRTH_CONSOLE_DSN=database.dsn("operator1"))
        help_seconds = _median(times, lambda: _run(["--help"], there))
        status_seconds = _median(times, lambda: _run(["status"], there))
        with database.connect("viewer1") as viewer:
            readiness.read(viewer)
            look = _median(times * 3, lambda: readiness.read(viewer)) * 1000
    return [
        Row("birth-console --help", help_seconds, "s", 0.25, "whole process"),
        Row("birth-console status", status_seconds, "s", 0.4, "whole process, server running"),
        Row("readiness of 74 collections, claims and census", look, "ms", 10, "one look"),
    ]


def _run(arguments: list[str], surroundings: dict[str, str]) -> None:
    subprocess.run(command("birth-console", *arguments), env=surroundings, capture_output=True, check=True)


def _median(times: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
