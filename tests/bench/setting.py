"""What every group of the bench gets: the server, how much to measure, and where to tell what was left out."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.databases import TestServer


@dataclass(frozen=True, slots=True)
class Setting:
    """A PostgreSQL of the bench's own. `quick` measures less, once; `notes` is printed under the table."""

    server: TestServer
    quick: bool
    notes: list[str] = field(default_factory=list)

    @property
    def repeat(self) -> int:
        """How often each thing is measured; the median counts."""
        return 1 if self.quick else 3


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(repeat: int, work: Callable[[], float]) -> float:
    """The median of `repeat` measurements, after one that only warms up."""
    work()
    return statistics.median(work() for _ in range(repeat))
