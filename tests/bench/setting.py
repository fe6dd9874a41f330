"""What every group of the bench gets: the server, how much to measure, and where to tell what was left out."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.databases import TestServer


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
