"""The console scripts as a user runs them: processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from tests import forks

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "snapshots" / "cli"
_SCRIPTS = Path(sys.executable).parent
_FOREIGN = ("BIRTH_", "PG", "XDG_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LC_", "LANG", "PYTHON")
_INTERPRETER = ("LC_", "LANG", "PYTHON")  # what only a new interpreter looks at
_DEADLINE = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - each command has its own
        """The one JSON document on stdout; fails where there is anything else."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error on stderr, with --json."""
        found: dict[str, Any] = json.loads(self.err[self.err.index("{") :])["error"]
        return found


def environment(**extra: str) -> dict[str, str]:
    """An environment in which nothing but `extra` tells the console where to go."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**clean, "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/nonexistent", "PYTHONPATH": str(ROOT), **extra}


def command(program: str, *arguments: str) -> list[str]:
    """The argument list of a console script of this environment."""
    return [str(_SCRIPTS / program), *arguments]


def run(*arguments: str, program: str = "birth-console", extra: Mapping[str, str] | None = None) -> Answer:
    """Run a console script to its end."""
    settings = environment(**(extra or {}))
    with TemporaryFile() as out, TemporaryFile() as err, Path(os.devnull).open() as nothing:
        streams = (nothing.fileno(), out.fileno(), err.fileno())
        if any(name.startswith(_INTERPRETER) for name in extra or ()):
            status = _started(command(program, *arguments), settings, streams)
        else:
            status = forks.run(command(program, *arguments), settings, streams, _DEADLINE)
        said = [_all_of(each) for each in (out, err)]
    assert "Traceback" not in "".join(said)
    return Answer(status, *said)


def run_each(*commands: Sequence[str]) -> list[Answer]:
    """Run several at once; their answers in the order of the commands."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda arguments: run(*arguments), commands))


def _started(words: Sequence[str], settings: Mapping[str, str], streams: tuple[int, int, int]) -> int:
    """The exit status of a new interpreter."""
    stdin, stdout, stderr = streams
    return subprocess.run(
        words, env=settings, stdin=stdin, stdout=stdout, stderr=stderr, timeout=_DEADLINE, check=False
    ).returncode


def _all_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def golden(name: str, text: str) -> None:
    """Hold `text` against the accepted output; BIRTH_ACCEPT=1 accepts the present one."""
    file = GOLDEN / f"{name}.txt"
    shown = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    if os.environ.get("BIRTH_ACCEPT"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")
