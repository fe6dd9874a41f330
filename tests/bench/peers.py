"""Other terminal clients, installed once into an environment of their own; and what they show when they are ready."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
            program = self._installed()
            with tempfile.TemporaryDirectory(prefix="birth-bench-") as home:
                return median(setting.repeat, lambda: seconds(lambda: self._start(program, database, home)))
        except (OSError, subprocess.SubprocessError, AssertionError) as error:
            setting.notes.append(f"{self.name}: left out: {str(error).splitlines()[0]}")
            return None

    def _installed(self) -> Path:
        program = HOME / "bin" / self.name
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True, capture_output=True)
            install = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", self.package]
            subprocess.run(install, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
        return program.absolute()

    def _start(self, program: Path, database: Database, home: str) -> None:
        surroundings = environment(HOME=home, XDG_CONFIG_HOME=home)
        with Terminal([*self.arguments, database.dsn()], surroundings, str(program)) as terminal:
            terminal.until(lambda: self.is_ready(terminal, database))


def _catalog_names_it(terminal: Terminal, database: Database) -> bool:
    return any(line.startswith("│") and database.name[:9] in line for line in terminal.screen.display)


def _prompts(terminal: Terminal, database: Database) -> bool:
    return f"{database.name}>" in terminal.text().replace("\n", "")


HARLEQUIN = Peer(
    "harlequin", "harlequin[postgres]", ("--adapter", "postgres", "--no-download-tzdata"), _catalog_names_it
)
PGCLI = Peer("pgcli", "pgcli", (), _prompts)
