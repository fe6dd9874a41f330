"""Fewer bytes on the wire: between two runs of text, only what differs in colour is sent.

Textual ends every run with a reset and starts the next one from nothing; over a slow link a third of a screen is
that. What the terminal shows is the same.
"""

import re
from functools import lru_cache

from textual.driver import Driver

_BETWEEN_RUNS = re.compile(r"\x1b\[([\d;]*)m(?:\x1b\[([\d;]*)m)?")
_PARTS = re.compile(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+")


def thrifty(data: str) -> str:
    """The same drawing, with a reset and the style after it joined to their difference."""
    style = ""

    def joined(found: re.Match[str]) -> str:
        nonlocal style
        first, second = found.groups()
        if second is None:
            style = "" if first in ("0", "") else first
            return found.group()
        before, style = style, second
        return _difference(before, second) if first in ("0", "") else found.group()

    return _BETWEEN_RUNS.sub(joined, data)


@lru_cache(maxsize=512)
def _difference(before: str, after: str) -> str:
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if any(_kind(part) not in map(_kind, new) for part in old):
        return f"\x1b[0;{after}m"
    fresh = [part for part in new if part not in old]
    return f"\x1b[{';'.join(fresh)}m" if fresh else ""


def _kind(part: str) -> str:
    """What a part sets: foreground, background, or an attribute by its number."""
    if part.startswith("38;") or (part.isdecimal() and (30 <= int(part) <= 39 or 90 <= int(part) <= 97)):  # noqa: PLR2004 - ECMA-48
        return "foreground"
    if part.startswith("48;") or (part.isdecimal() and (40 <= int(part) <= 49 or 100 <= int(part) <= 107)):  # noqa: PLR2004 - ECMA-48
        return "background"
    return part


def thrifty_driver(base: type[Driver]) -> type[Driver]:
    """`base`, except that it writes thriftily."""

    class ThriftyDriver(base):  # type: ignore[misc,valid-type]
        """Writes to the terminal what differs."""

        def write(self, data: str) -> None:
            """Write `data`, shortened."""
            super().write(thrifty(data))

    return ThriftyDriver
