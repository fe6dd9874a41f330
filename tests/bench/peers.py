"""Other programs, installed once into an environment of their own: terminal clients, and a differ of tables."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.bench.setting import Setting, median, seconds
from tests.databases import Database
from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import environment

HOME = Path("build/bench-peers")
_INSTALL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Peer:
    """A client: its package, its arguments before the DSN, and how to tell that it is connected and drawn."""

    name: str
    package: str
    arguments: tuple[str, ...]
    is_ready: Callable[[Terminal, Database], bool]

    def seconds(self, database: Database, setting: Setting) -> float | None:
        """How long it takes to be ready; None where it cannot be had, with a note."""
        try:
            program = _installed(self.name, self.package)
            with tempfile.TemporaryDirectory(prefix="birth-bench-") as home:
                return median(setting.repeat, lambda: seconds(lambda: self._start(program, database, home)))
        except (OSError, subprocess.SubprocessError, AssertionError) as error:
            setting.notes.append(f"{self.name}: left out: {str(error).splitlines()[0]}")
            return None

    def _start(self, program: Path, database: Database, home: str) -> None:
        surroundings = environment(HOME=home, XDG_CONFIG_HOME=home)
        with Terminal([*self.arguments, database.dsn()], surroundings, str(program)) as terminal:
            terminal.until(lambda: self.is_ready(terminal, database))


def reladiff(database: Database, setting: Setting, source: str, registry: str) -> float | None:
    """How long reladiff's join diff of two tables by their `code` takes, without the start of its process.

    None where it cannot be had, with a note.
    """
    place = conninfo_to_dict(database.dsn("postgres"))
    named = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    surroundings = os.environ | {name: str(place[part]) for name, part in named.items() if part in place}
    try:
        program = str(_installed("reladiff", "reladiff[postgresql]"))
        diff = ["-k", "code", "-a", "joindiff", "--stats"]

        def ran(*arguments: str) -> str:
            told = subprocess.run([program, *arguments], env=surroundings, check=True, capture_output=True, text=True)
            return told.stdout

        started = median(setting.repeat, lambda: seconds(lambda: ran("--version")))
        taken = seconds(lambda: ran(f"postgresql:///{database.name}", source, registry, *diff))
    except (OSError, subprocess.SubprocessError) as error:
        setting.notes.append(f"reladiff: left out: {str(error).splitlines()[0]}")
        return None
    return taken - started


def _installed(name: str, package: str) -> Path:
    program = HOME / "bin" / name
    if not program.exists():
        if not (HOME / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True, capture_output=True)
        install = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", package]
        subprocess.run(install, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
    return program.absolute()


def _catalog_names_it(terminal: Terminal, database: Database) -> bool:
    return any(line.startswith("│") and database.name[:9] in line for line in terminal.screen.display)


def _prompts(terminal: Terminal, database: Database) -> bool:
    return f"{database.name}>" in terminal.text().replace("\n", "")


HARLEQUIN = Peer(
    "harlequin", "harlequin[postgres]", ("--adapter", "postgres", "--no-download-tzdata"), _catalog_names_it
)
PGCLI = Peer("pgcli", "pgcli", (), _prompts)
