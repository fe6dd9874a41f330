"""What the counts say so far: which collections miss rows, the largest first, and what is unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.overview.matrix import REQUIRED, Counts, MatrixRow


@dataclass(frozen=True, slots=True)
class Tally:
    """Missing rows of the REQUIRED collections that are counted.

    `missing` holds those that miss some, `compatible` names which of them can be planned now. `unknown` are counted
    and have no identity to compare by, `uncounted` failed. `left` is how many are still to be counted.
    """

    missing: tuple[tuple[str, int], ...]
    compatible: frozenset[str]
    registered: Mapping[str, int]  # of those whose missing rows are known
    counted: int
    unknown: int
    uncounted: int
    left: int

    @property
    def rows(self) -> int:
        """All missing rows."""
        return sum(rows for _, rows in self.missing)

    @property
    def known(self) -> Mapping[str, int]:
        """The missing rows of each collection whose missing rows are known, also of those that miss none."""
        return dict.fromkeys(self.registered, 0) | dict(self.missing)

    @property
    def plannable(self) -> tuple[tuple[str, int], ...]:
        """Those that can be planned now."""
        return tuple((name, rows) for name, rows in self.missing if name in self.compatible)


def tally(rows: Iterable[MatrixRow], counts: Mapping[str, Counts], failed: Iterable[str], left: int) -> Tally:
    """Add up what is counted."""
    required = {row.facts.collection: row for row in rows if row.facts.requirement == REQUIRED}
    found = {name: each for name, each in counts.items() if name in required}
    missing = [(name, each.missing) for name, each in found.items() if each.missing]
    return Tally(
        tuple(sorted(missing, key=lambda each: (-each[1], each[0]))),
        frozenset(name for name, row in required.items() if row.verdict == "compatible"),
        {name: each.registered for name, each in found.items() if each.missing is not None},
        len(found),
        sum(each.missing is None for each in found.values()),
        len(required.keys() & set(failed)),
        left,
    )
