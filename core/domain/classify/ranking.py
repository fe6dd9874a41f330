"""Every candidate of a table with its points, best first, and how likely it is the one.

Where keys are declared they lead, and scores.py says what else counts. Where none is, what was learned from tables of
the world decides (points.py). Points mean the same in both: NAT more of them make a candidate e times as likely.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp

from core.domain.classify.candidates import Columns, Shape, candidates
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.facts import ColumnFacts
from core.domain.classify.key_search import searched
from core.domain.classify.observations import observed
from core.domain.classify.points import NAT, POINTS
from core.domain.classify.scores import score
from core.domain.classify.surroundings import Surroundings

CHOSEN = 5.0  # points for what people chose in every sister table: not learned, as such choices are not public
REJECTED = "rejected for sister tables"


@dataclass(frozen=True)
class Ranked:
    """A candidate: `parts` are its points by what was seen, `probability` its share of all candidates' odds.

    `unaided` is the same without what people chose elsewhere: that may change the order, and makes no candidate sure.
    """

    columns: Columns
    parts: Mapping[str, float]
    probability: float = 0.0
    unaided: float = 0.0

    @cached_property
    def points(self) -> float:
        """The sum of the parts."""
        return sum(self.parts.values())


def ranked(table: SampledTable, shape: Shape, around: Surroundings, refuted: Collection[Columns] = ()) -> list[Ranked]:
    """The candidates of `table` but the `refuted`, best first; of equals the one with fewer columns, or to the left."""
    considered = _declared(table, shape) if table.keys or not table.size else _learned(table, around)
    found = [each for each in considered if each.columns not in refuted]
    unaided = shares([each.points for each in found])
    aided = [Ranked(each.columns, {**each.parts, **_chosen(table, each.columns, around)}) for each in found]
    likely = shares([each.points for each in aided])
    places = {name: at for at, name in enumerate(table.by_name)}
    return sorted(
        map(Ranked, (each.columns for each in aided), (each.parts for each in aided), likely, unaided),
        key=lambda each: (-each.points, len(each.columns), [places[name] for name in each.columns]),
    )


def _chosen(table: SampledTable, columns: Columns, around: Surroundings) -> dict[str, float]:
    parts = {
        "chosen so for sister tables": round(CHOSEN * around.chosen_alike(table.collection, columns), 1),
        REJECTED: round(-CHOSEN * around.rejected_alike(table.collection, columns), 1),
    }
    return {name: points for name, points in parts.items() if points}


def _declared(table: SampledTable, shape: Shape) -> list[Ranked]:
    return [Ranked(columns, score(table, columns, shape)) for columns in candidates(table, shape)]


def _learned(table: SampledTable, around: Surroundings) -> list[Ranked]:
    facts = ColumnFacts(table, around)
    return [Ranked(columns, weighed(observed(facts, columns))) for columns in searched(facts)]


def weighed(seen: Mapping[str, float], points: Mapping[str, float] = POINTS) -> dict[str, float]:
    """The points of what was seen; what says nothing is left out."""
    parts = {name: round(value * points.get(name, 0.0), 1) for name, value in seen.items()}
    return {name: value for name, value in parts.items() if value}


def shares(points: Sequence[float]) -> list[float]:
    """The probabilities of candidates with these points."""
    highest = max(points, default=0.0)
    odds = [exp((each - highest) / NAT) for each in points]
    return [each / sum(odds) for each in odds]
