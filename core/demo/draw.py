"""Draws the rows of every collection, parents first. The same version always draws the same rows."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from core.demo.census import CensusRow, census
from core.demo.shape import Collection, Draw, Known, Values
from core.demo.specs import COLLECTIONS


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rows of one collection, column by column, and the positions of those that the gateway missed."""

    shape: Collection
    columns: Mapping[str, Values]
    missed: frozenset[int]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values())))


def total_rows(scale: int) -> int:
    """How many rows all collections have together."""
    return sum(_scaled(shape, census()[shape.name].source_rows, scale) for shape in COLLECTIONS)


def drawn(scale: int) -> Iterator[Drawn]:
    """Every collection that has a table, each after those it refers to."""
    shapes = {shape.name: shape for shape in COLLECTIONS}
    wanted = {key for shape in COLLECTIONS for column in shape.columns for key in column.needs}
    known: dict[str, Known] = {}
    for name in TopologicalSorter({shape.name: _parents(shape) for shape in COLLECTIONS}).static_order():
        found = _draw(shapes[name], census()[name], scale, known)
        # Only columns that others refer to are kept: a large demo must not fill the memory.
        for title in found.columns:
            if (key := f"{name}.{title}") in wanted:
                known[key] = _known(found, title)
        yield found


def _scaled(shape: Collection, count: int, scale: int) -> int:
    return count if shape.fixed else count * scale


def _parents(shape: Collection) -> list[str]:
    needed = {key.partition(".")[0] for column in shape.columns for key in column.needs}
    return sorted(needed - {shape.name})


def _draw(shape: Collection, row: CensusRow, scale: int, known: Mapping[str, Known]) -> Drawn:
    rows = _scaled(shape, row.source_rows, scale)
    columns: dict[str, Values] = {}
    for column in shape.columns:
        rng = random.Random(f"{shape.name}.{column.name}")  # noqa: S311 - a seed, not a secret
        columns[column.name] = column.fill(Draw(rng, rows, columns, known))
    return Drawn(shape, columns, _missed(shape.name, rows, _scaled(shape, row.registered_rows, scale)))


def _missed(name: str, rows: int, registered: int) -> frozenset[int]:
    """Positions of the rows that are not registered: some here and there, and the latest ones."""
    missing = rows - registered
    tail = range(rows - missing // 3, rows)
    rng = random.Random(f"{name} missed")  # noqa: S311 - a seed, not a secret
    return frozenset([*tail, *rng.sample(range(rows - len(tail)), missing - len(tail))])


def _known(found: Drawn, title: str) -> Known:
    values = found.columns[title]
    return Known(values, [value for position, value in enumerate(values) if position not in found.missed])
