"""What every group of the bench gets: the server, how much to measure, and where to tell what was left out."""

import multiprocessing
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from tests.databases import TestServer

T = TypeVar("T")
P = ParamSpec("P")
_KILOBYTES = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A PostgreSQL of the bench's own. `quick` measures less, once; `notes` is printed under the table.

    `older`: the server is not the newest, and what takes long is measured on smaller tables.
    """

    server: TestServer
    quick: bool
    older: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def repeat(self) -> int:
        """How often what is over soon is measured; the median counts."""
        return 1 if self.quick else 3

    def size(self, usual: int, quick: int, *, older: int | None = None, whole: int | None = None) -> int:
        """How many rows, tables or events. WHOLE=1 asks for the `whole`, which takes minutes more."""
        if whole and os.environ.get("WHOLE", "") not in ("", "0"):
            return whole
        return quick if self.quick else older if self.older and older else usual


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(repeat: int, work: Callable[[], float]) -> float:
    """The median of `repeat` measurements, after one that only warms up."""
    work()
    return statistics.median(work() for _ in range(repeat))


def apart(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What `work` answers in a process of its own: how much memory this one once held would hide what that takes."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given, **named).result()


def most_memory(pid: int | None = None) -> float:
    """The largest resident size of a process, or of this one, in MB; 0 where the system does not tell.

    Linux counts into `ru_maxrss` what the process that started this one held, but not into VmHWM.
    """
    try:
        found = _KILOBYTES.search(Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii"))
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024 / 1e6
    most = 0 if pid else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / 1e6
