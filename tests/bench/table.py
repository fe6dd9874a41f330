"""The table that `make bench` prints: what was measured, against what, and whether it holds."""

import os
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One number to hold. `at_most` says on which side of the target it must be."""

    what: str
    value: float
    unit: str
    target: float
    against: str
    at_most: bool = True

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        return self.value <= self.target if self.at_most else self.value >= self.target

    @property
    def aim(self) -> str:
        """The target with its unit."""
        return f"{'≤' if self.at_most else '≥'} {self.target:,g} {self.unit}"

    def named(self, what: str) -> "Row":
        """The same, called otherwise."""
        return replace(self, what=what)


TIMES = "\N{MULTIPLICATION SIGN}"


def ratio(what: str, ours: float, other: float, target: float, against: str, *, at_most: bool = False) -> Row:
    """How often `other` goes into `ours`."""
    return Row(what, ours / other, TIMES, target, against, at_most)


def machine() -> str:
    """The machine in a line."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, Python {python}"
    )


HEADING = ("| what | against | target | measured | |", "|---|---|---|---|---|")


def line(row: Row) -> str:
    """A line of the table, ready for a document."""
    return f"| {row.what} | {row.against} | {row.aim} | {shown(row)} | {'✓' if row.holds else '✗'} |"


def shown(row: Row) -> str:
    """The measured value with its unit."""
    digits = 2 if row.value < (10 if row.unit == TIMES else 1) else 0 if row.value >= 100 else 1
    return f"{row.value:,.{digits}f} {row.unit}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
