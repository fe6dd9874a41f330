"""What a command costs, from the shell's view; and what the dashboard costs the server."""

import subprocess

from core.services import readiness
from tests.bench.setting import Setting, median, seconds
from tests.bench.table import Row
from tests.console import command, environment
from tests.databases import a_clone, a_template


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
    return [
        Row("birth-console --help", help_seconds, "s", 0.25, "whole process"),
        Row("birth-console status", status_seconds, "s", 0.4, "whole process, server running"),
        Row("readiness of 74 collections, claims and census", look, "ms", 10, "one look"),
    ]


def _run(arguments: list[str], surroundings: dict[str, str]) -> None:
    subprocess.run(command("birth-console", *arguments), env=surroundings, capture_output=True, check=True)
