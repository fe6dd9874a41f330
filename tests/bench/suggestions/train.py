"""`python -m tests.bench.suggestions.train`: learn what each observation weighs; writes core/domain/classify/points.py.

A conditional logistic regression: of the candidates of a table, one is the key, with a probability that grows with the
exponential of its points. Where the tables are silent an observation keeps the weight that it was given beforehand (in
EXPECTED): few tables cannot teach forty weights, and what everybody knows of keys need not be learned. The same
tables give the same points, to the last digit that is written.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

from core.domain.classify import points
from core.domain.classify.points import NAT
from tests.bench.suggestions.cases import Case, cases, held
from tests.bench.suggestions.samples import databases

# In nats: what is expected before any table was seen.
EXPECTED: Mapping[str, float] = {
    "alone: own id": 2, "alone: own code": 1, "alone: label": -1, "alone: descriptive or changing": -1,
    "alone: audit": -3, "first column": 1.5, "far from the first column": -1, "numbers without gaps": 0.5, "uuids": 1,
    "long or spaced texts": -1.5, "a measure or a moment": -2, "other tables refer to it": 1,
    "its values are another table's": -1, "few rows": -1,
    "part: descriptive or changing": -1, "part: label": -0.5, "part: audit": -2,
    "a part is a measure or a moment": -1, "a part has long or spaced texts": -1,
    "a part is needed in other tables' keys": 0.5, "a type beside its id": 1,
    "counts the rows of the rest": 2, "leading columns": 1.5, "leading columns, other kinds follow": 1,
    "the first column is left out": -1, "columns passed over": -0.7, "may be unique by accident": -1,
    "holds the table's own id": -3, "beside the table's own id": -2, "all columns, and all are references": 1,
    "not needed": -1, "not needed, and the rest is unlikely unique by accident": -1,
    "not needed here, but in other tables' keys": 1, "not needed, and told by another part": -1,
    "a part is told by a column that is left out": -1,
    "not needed yet: one value so far": -1, "not needed yet: one value so far, a reference": 1,
    "one value so far, key columns elsewhere": 3,
}  # fmt: skip
# Observations that were tried, and taught nothing that others did not say: left out, so that they cannot mislead.
SILENT = frozenset({"part: neutral", "part: reference", "alone: neutral", "alone: ordinal", "alone: reference"})
_TRUST = 6.0  # in what is expected: about so many tables must contradict it
_HELD = 0.5  # what a case of a younger installation counts beside a real one
_FLATTEN = 0.4  # a database of a hundred tables is no hundred witnesses
_STEPS, _PRECISION = 400, 1e-5
_TARGET = Path(points.__file__)
_HEAD = '''"""What each observation weighs, in points: learned from public schemas, see tests/bench/suggestions."""

from collections.abc import Mapping

NAT = {nat}  # points that make a candidate e times as likely as another

POINTS: Mapping[str, float] = {{
{lines}
}}
'''

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One table: what is seen of each candidate, which of them are right, and what the table counts."""

    database: str
    seen: Sequence[Mapping[str, float]]
    right: Sequence[bool]
    weight: float = 1.0


def lessons(found: Sequence[Case], weight: float = 1.0) -> list[Lesson]:
    """What the tables teach: those with a key that is among the candidates, and a choice."""
    taught = []
    for case in found:
        considered = case.candidates()
        right = [frozenset(columns) in case.keys for columns, _ in considered]
        if any(right) and not all(right):
            taught.append(Lesson(case.database, [seen for _, seen in considered], right, weight))
    return taught


def learn(taught: Sequence[Lesson], expected: Weights = EXPECTED) -> dict[str, float]:
    """The weights in nats: gradient descent with a step of its own for each observation, from what is expected."""
    names = sorted({name for lesson in taught for seen in lesson.seen for name in seen} - SILENT | set(expected))
    sizes = Counter(lesson.database for lesson in taught)
    share = {name: size**-_FLATTEN for name, size in sizes.items()}
    scale = len(taught) / (sum(share[lesson.database] for lesson in taught) or 1)
    weighed = [(lesson, lesson.weight * share[lesson.database] * scale) for lesson in taught]
    weights = {name: float(expected.get(name, 0.0)) for name in names}
    speed = dict.fromkeys(names, 0.1)
    before = dict.fromkeys(names, 0.0)
    for _ in range(_STEPS):
        slope = _slope(weighed, weights, expected)
        for name in names:
            # Faster while the slope keeps its sign, slower where it turns (resilient propagation).
            turned = slope[name] * before[name]
            speed[name] = (
                min(0.5, speed[name] * 1.2) if turned > 0 else speed[name] * 0.5 if turned < 0 else speed[name]
            )
            if turned < 0:
                slope[name] = 0.0
            weights[name] -= speed[name] * ((slope[name] > 0) - (slope[name] < 0))
            before[name] = slope[name]
        if max(speed.values()) < _PRECISION:
            break
    return weights


def _slope(weighed: Sequence[tuple[Lesson, float]], weights: Weights, expected: Weights) -> dict[str, float]:
    slope = {name: _TRUST * (weight - expected.get(name, 0.0)) for name, weight in weights.items()}
    for lesson, counts in weighed:
        scores = [sum(weights.get(name, 0.0) * value for name, value in seen.items()) for seen in lesson.seen]
        highest = max(scores)
        odds = [exp(score - highest) for score in scores]
        whole, good = sum(odds), sum(each for each, right in zip(odds, lesson.right, strict=True) if right)
        for each, seen, right in zip(odds, lesson.seen, lesson.right, strict=True):
            pull = counts * (each / whole - (each / good if right and good else 0.0))
            if abs(pull) > _PRECISION:
                for name, value in seen.items():
                    if name in slope:
                        slope[name] += pull * value
    return slope


def rounded(weights: Weights) -> dict[str, float]:
    """The weights as points: halves are fine enough."""
    found = {name: round(2 * NAT * weight) / 2 for name, weight in weights.items()}
    return {name: value for name, value in sorted(found.items()) if value}


def main() -> None:
    """Learn from all databases, and write the points."""
    found = databases()
    taught = lessons([case for each in found for case in cases(each) if case.keys])
    taught += lessons([case for each in found for case in held(each) if case.keys], _HELD)
    lines = "\n".join(f"    {json.dumps(name)}: {value}," for name, value in rounded(learn(taught)).items())
    _TARGET.write_text(_HEAD.format(nat=NAT, lines=lines), encoding="utf-8")
    loss = -sum(log(1 / len(lesson.seen)) for lesson in taught) / len(taught)
    print(f"learned from {len(taught)} tables (a guess would cost {loss:.2f} nats each): {_TARGET}")  # noqa: T201


if __name__ == "__main__":
    main()
