"""A row of bars, one a cell: how a figure went."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def spark(values: Sequence[int], width: int) -> str:
    """At most `width` bars from 0 to the largest value. What is not 0 shows more than what is."""
    if not values or width < 1:
        return ""
    most, last = max(values), len(values) - 1
    if len(values) > width:
        values = [values[round(index * last / (width - 1))] for index in range(width)] if width > 1 else [values[last]]
    return "".join(_bar(value, most) for value in values)


def _bar(value: int, most: int) -> str:
    if value <= 0:
        return _BARS[0]
    return _BARS[max(1, round(value * (len(_BARS) - 1) / most))]
