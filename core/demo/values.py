"""What fills a column: series, picks, texts and moments, and the blemishes that real data have."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import cast

from core.demo.shape import Draw, Fill, Value, Values
from core.demo.words import WORDS

OPENING = datetime(2023, 1, 9, 8, 0, tzinfo=UTC)
CLOSING = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
FIRST_DAY = OPENING.date()
_WORD = re.compile(r"\{(\w+)\}")


def series() -> Fill:
    """1, 2, 3…"""
    return lambda draw: range(1, draw.rows + 1)


def codes(pattern: str, *, gaps: float = 0.02) -> Fill:
    """Running codes such as WF-0001, with a number left out now and then."""

    def fill(draw: Draw) -> Values:
        number, found = 0, []
        for _ in range(draw.rows):
            number += 2 if draw.rng.random() < gaps else 1
            found.append(pattern.format(number))
        return found

    return fill


def uuids() -> Fill:
    """Random UUIDs of version 4, as text."""
    return lambda draw: [_uuid(f"{draw.rng.getrandbits(128):032x}") for _ in range(draw.rows)]


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def hexes(bits: int) -> Fill:
    """Random hexadecimal digits."""
    return lambda draw: [f"{draw.rng.getrandbits(bits):0{bits // 4}x}" for _ in range(draw.rows)]


def listed(*values: Value) -> Fill:
    """These values, one per row."""

    def fill(draw: Draw) -> Values:
        if len(values) != draw.rows:
            raise ValueError(f"{len(values)} values are listed for {draw.rows} rows")
        return values

    return fill


def pick(*values: Value, weights: tuple[int, ...] | None = None) -> Fill:
    """Any of these values."""
    return lambda draw: draw.rng.choices(values, weights, k=draw.rows)


def whole(low: int, high: int) -> Fill:
    """Whole numbers."""
    return lambda draw: [low + int(draw.rng.random() * (high - low + 1)) for _ in range(draw.rows)]


def flags(often: int) -> Fill:
    """True in about so many rows of a hundred."""
    return lambda draw: [draw.rng.random() * 100 < often for _ in range(draw.rows)]


def digits(pattern: str) -> Fill:
    """The pattern with a random digit for each `#`."""
    template, count = pattern.replace("#", "{}"), pattern.count("#")
    return lambda draw: [template.format(*draw.rng.choices("0123456789", k=count)) for _ in range(draw.rows)]


def amounts(low: int, high: int) -> Fill:
    """Sums of money; small ones are more frequent."""

    def fill(draw: Draw) -> Values:
        return [f"{low + (high - low) * draw.rng.random() ** 3:.2f}" for _ in range(draw.rows)]

    return fill


def phrase(*templates: str) -> Fill:
    """Sentences out of word lists: `{doing} the {thing}`. They begin with a capital."""
    compiled = [_WORD.split(template) for template in templates]

    def fill(draw: Draw) -> Values:
        chance = draw.rng.random
        return [_sentence(compiled[int(chance() * len(compiled))], chance) for _ in range(draw.rows)]

    return fill


def _sentence(parts: list[str], chance: Callable[[], float]) -> str:
    text = list(parts)
    for position in range(1, len(parts), 2):
        words = WORDS[parts[position]]
        text[position] = words[int(chance() * len(words))]
    sentence = "".join(text)
    return sentence[:1].upper() + sentence[1:]


def remarks() -> Fill:
    """What people write to each other."""
    return phrase(*WORDS["says"])


def moments() -> Fill:
    """Moments in ascending order: rows stand in a table as they came."""

    def fill(draw: Draw) -> Values:
        span = (CLOSING - OPENING).total_seconds()
        offsets = sorted(draw.rng.random() for _ in range(draw.rows))
        return [OPENING + timedelta(seconds=int(offset * span)) for offset in offsets]

    return fill


def later(than: str, *, days: float = 60) -> Fill:
    """A moment up to `days` after another column's, never after the last day; NULL where that one is NULL."""

    def fill(draw: Draw) -> Values:
        chance = draw.rng.random
        return [
            None
            if start is None
            else min(cast("datetime", start) + timedelta(seconds=int(chance() * days * 86400)), CLOSING)
            for start in draw.left[than]
        ]

    return fill


def days(start: date = FIRST_DAY) -> Fill:
    """Days in ascending order."""

    def fill(draw: Draw) -> Values:
        span = (CLOSING.date() - start).days
        return [
            start + timedelta(days=offset) for offset in sorted(int(draw.rng.random() * span) for _ in range(draw.rows))
        ]

    return fill


def derived(rule: Callable[..., Value], *columns: str) -> Fill:
    """A value that follows from others in the same row."""
    return lambda draw: [rule(*row) for row in zip(*(draw.left[name] for name in columns), strict=True)]


def constant(value: Value) -> Fill:
    """The same value in every row."""
    return lambda draw: [value] * draw.rows
