"""Every candidate of a table with its points, best first, and how likely it is the one.

Where keys are declared they lead, and scores.py says what else counts. Where none is, what was learned from tables of
the world decides (points.py). Points mean the same in both: NAT more of them make a candidate e times as likely.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from core.domain.classify.candidates import Columns, Shape, candidates
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.facts import ColumnFacts
from core.domain.classify.key_search import searched
from core.domain.classify.observations import observed
from core.domain.classify.points import NAT, POINTS
from core.domain.classify.scores import score
from core.domain.classify.sister_tables import Sisters
from core.domain.classify.surroundings import Surroundings

# No plan is made for any other identity: new rows and old ones would have codes of two kinds.
GATEWAY = 100.0
CHOSEN = 5.0  # points for what people chose in every sister table: not learned, as such choices are not public
REJECTED = "rejected for sister tables"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate: `parts` are its points by what was seen, `probability` its share of all candidates' odds.

    `unaided` is the same without what people chose elsewhere: that may change the order, and makes no candidate sure.
    """

    columns: Columns
    parts: Mapping[str, float]
    points: float
    probability: float
    unaided: float


def ranked(table: SampledTable, shape: Shape, around: Surroundings, refuted: Collection[Columns] = ()) -> list[Ranked]:
    """The candidates of `table` but the `refuted`, best first; of equals the one with fewer columns, or to the left."""
    considered = _declared(table, shape) if table.keys or not table.size else _learned(table, around)
    columns = [each for each in considered if each not in refuted]
    parts = [considered[each] for each in columns]
    if table.gateway_code is not None:
        parts = [own | _registered_by(table, each) for own, each in zip(parts, columns, strict=True)]
    points = list(map(total, parts))
    unaided = likely = shares(points)
    if sisters := around.decisions.of(table.collection, table.by_name):
        parts = [own | _chosen(each, sisters) for own, each in zip(parts, columns, strict=True)]
        points = list(map(total, parts))
        likely = shares(points)
    places = {name: at for at, name in enumerate(table.by_name)}
    return sorted(
        map(Ranked, columns, parts, points, likely, unaided),
        key=lambda each: (-each.points, len(each.columns), [places[name] for name in each.columns]),
    )


def _registered_by(table: SampledTable, columns: Columns) -> dict[str, float]:
    return {"the gateway registers new rows by it": GATEWAY} if columns == (table.gateway_code,) else {}


def _chosen(columns: Columns, sisters: Sisters) -> dict[str, float]:
    parts = {
        "chosen so for sister tables": round(CHOSEN * sisters.chosen_alike(columns), 1),
        REJECTED: round(-CHOSEN * sisters.rejected_alike(columns), 1),
    }
    return {name: points for name, points in parts.items() if points}


def _declared(table: SampledTable, shape: Shape) -> dict[Columns, dict[str, float]]:
    return {columns: score(table, columns, shape) for columns in candidates(table, shape)}


def _learned(table: SampledTable, around: Surroundings) -> dict[Columns, dict[str, float]]:
    facts = ColumnFacts(table, around)
    return {columns: weighed(observed(facts, columns)) for columns in searched(facts)}


def weighed(seen: Mapping[str, float], points: Mapping[str, float] = POINTS) -> dict[str, float]:
    """The points of what was seen; what says nothing is left out."""
    return {name: own for name, value in seen.items() if name in points and (own := round(value * points[name], 1))}


def total(parts: Mapping[str, float]) -> float:
    """The sum of the parts; rounded as they are, so that equals are equal whatever was added first."""
    return round(sum(parts.values()), 1)


def shares(points: Sequence[float]) -> list[float]:
    """The probabilities of candidates with these points."""
    highest = max(points, default=0.0)
    odds = [exp((each - highest) / NAT) for each in points]
    total = sum(odds)
    return [each / total for each in odds]
