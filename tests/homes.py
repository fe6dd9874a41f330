"""Homes for embedded servers in tests: stopped and removed, whatever a test did to them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg

from core.db.embedded.postmaster import Postmaster
from core.services import demo
from tests import kept, memory
from tests.makers import Embedded
from tests.templates import DEMO, SMALL

# What the children of these tests run first: the demo's life cycle is under test, not what fills it.
_PRELUDE = """
import json, os, sys
from pathlib import Path
import core.demo.build
from core.services import demo
from tests.homes import fill
core.demo.build.build = fill
home, lines = Path(sys.argv[1]), []
def tell(**facts):
    print(json.dumps(facts), flush=True)
def wait():
    sys.stdin.readline()
"""


def fill(dsn: str, *, scale: int, progress: Callable[[str], None]) -> None:
    """Stand in for the demo's builder: one table, one row per unit of scale."""
    progress("filling")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE thing AS SELECT generate_series(1, %s) AS n", [scale])


def runs(home: Path) -> bool:
    """Whether the server of `home` runs."""
    return Postmaster(home / "data").lives()


def quiet(_: str) -> None:
    """Progress that nobody looks at."""


@contextmanager
def a_home(name: str = "it's a home") -> Iterator[Path]:
    """A home that does not exist yet. Not under pytest's folder: each run closes that again."""
    with memory.a_folder("birth ") as folder:
        home = folder / name
        try:
            yield home
        finally:
            demo.stop(home)


@contextmanager
def a_demo_home() -> Iterator[Path]:
    """A home whose demo is built already: the kept cluster's, which is built in the same way."""
    with a_home() as home:
        kept.copy(Embedded(), home)
        with Embedded().serve(home) as dsn, psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {DEMO} RENAME TO demo".encode())
            admin.execute("COMMENT ON DATABASE demo IS 'built at scale 1'")
            admin.execute(f"DROP DATABASE {SMALL}".encode())
        yield home


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


class Child:
    """A process that runs `program` (after the prelude) on a home, and talks in lines of JSON."""

    def __init__(self, home: Path, program: str, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *options, "-c", _PRELUDE + program, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
            env={"PATH": os.environ["PATH"]},  # no XDG_RUNTIME_DIR, no HOME, no locale
        )
        self.pid = self._process.pid

    def hear(self) -> dict[str, Any]:
        """The next thing it tells."""
        line = _pipe(self._process.stdout).readline()
        assert line, _pipe(self._process.stderr).read()
        facts: dict[str, Any] = json.loads(line)
        return facts

    def go_on(self) -> None:
        """Let it pass its next `wait`."""
        print(file=_pipe(self._process.stdin), flush=True)

    def finish(self) -> str:
        """Let it end; what it wrote to stderr."""
        _, said = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, said
        return said

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def children(home: Path, program: str, *options: str, count: int = 1) -> Iterator[list[Child]]:
    """So many processes of the same program at once; none survives the block."""
    started = [Child(home, program, *options) for _ in range(count)]
    try:
        yield started
    finally:
        for child in started:
            child.kill()


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether `condition` came true; asked again and again until a deadline that only a failure reaches."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return met


def ask(dsn: str, query: str) -> object:
    """The first column of the first row."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]
