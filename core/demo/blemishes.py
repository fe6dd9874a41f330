"""What real data do to a column: repetition, gaps, twins, and strangers among the values."""

from collections.abc import Callable
from typing import cast

from core.demo.shape import Draw, Fill, Values


def numbered(value: str, number: int) -> str:
    """The usual way to tell a repeated slug apart."""
    return f"{value}-{number}"


def distinct(fill: Fill, again: Callable[[str, int], str] = numbered) -> Fill:
    """Make every value its own: the second `a` becomes `a-2`."""

    def filled(draw: Draw) -> Values:
        taken: set[str] = set()
        return [_apart(cast("str", value), taken, again) for value in fill(draw)]

    return filled


def _apart(value: str, taken: set[str], again: Callable[[str, int], str]) -> str:
    own, number = value, 1
    while own in taken:
        number += 1
        own = again(value, number)
    taken.add(own)
    return own


def blank(fill: Fill, share: float) -> Fill:
    """NULL in about this share of the rows."""
    return lambda draw: [None if draw.rng.random() < share else value for value in fill(draw)]


def only_where(column: str, *words: str, fill: Fill) -> Fill:
    """NULL except in rows where `column` holds one of these words."""
    return lambda draw: [
        value if word in words else None for value, word in zip(fill(draw), draw.left[column], strict=True)
    ]


def blank_in(fill: Fill, count: int) -> Fill:
    """NULL in exactly so many rows."""

    def filled(draw: Draw) -> Values:
        values = list(fill(draw))
        for position in draw.rng.sample(range(draw.rows), count):
            values[position] = None
        return values

    return filled


def twins(fill: Fill, count: int, alter: Callable[[str], str] = str) -> Fill:
    """In so many rows, another row's value instead of their own: the same, or altered a little."""

    def filled(draw: Draw) -> Values:
        values = list(fill(draw))
        present = [position for position, value in enumerate(values) if value is not None]
        chosen = draw.rng.sample(present, 2 * count)
        for original, twin in zip(chosen[:count], chosen[count:], strict=True):
            values[twin] = alter(cast("str", values[original]))
        return values

    return filled


def planted(fill: Fill, *strangers: str) -> Fill:
    """These values too, each somewhere in the column."""

    def filled(draw: Draw) -> Values:
        values = list(fill(draw))
        for position, stranger in zip(draw.rng.sample(range(draw.rows), len(strangers)), strangers, strict=True):
            values[position] = stranger
        return values

    return filled
