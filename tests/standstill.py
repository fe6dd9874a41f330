"""A server that has stopped and is not gone: the kernel takes connections for it, and it answers none of them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.databases import Database


@contextmanager
def at_a_standstill(database: Database) -> Iterator[None]:
    """Stop the postmaster and its children for a block."""
    folder = Path(str(database.value("SHOW data_directory")))
    try:
        postmaster = int((folder / "postmaster.pid").read_text().split("\n")[0])
    except OSError:
        pytest.skip("the server's processes are not ours to stop")
    stopped: list[int] = []
    try:
        _stop(postmaster, stopped)
        for child in _children(postmaster):
            _stop(child, stopped)
        yield
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _stop(pid: int, stopped: list[int]) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        stopped.append(pid)


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process that has ended meanwhile
            if stat.read_text().rpartition(")")[2].split()[1] == str(parent):
                found.append(int(stat.parent.name))
    return found
