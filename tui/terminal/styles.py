"""Colours and attributes as a terminal is told them: what a blank shows of one, and the shortest way to the next."""

import re
from functools import lru_cache

_PARTS = re.compile(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+")
_MARKS = frozenset({"4", "7", "9", "21", "53"})  # a blank with one of these attributes is not blank
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29", "foreground": "39", "background": "49"}


@lru_cache(maxsize=512)
def blank_style(style: str) -> str:
    """What of a style a blank shows: its background, unless an attribute draws something there."""
    if is_marked(style):
        return style
    return ";".join(part for part in _PARTS.findall(style) if _kind(part) == "background" and part != "49")


@lru_cache(maxsize=512)
def is_marked(style: str) -> bool:
    """Whether an attribute of it draws something where a blank stands."""
    return not _MARKS.isdisjoint(_PARTS.findall(style))


@lru_cache(maxsize=512)
def difference(before: str, after: str) -> str:
    """The shortest that changes one style into another."""
    if before == after:
        return ""
    if not after:
        return "\x1b[m"
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    kinds = [*map(_kind, new)]
    ended = [_OFF.get(_kind(part), "") for part in old if _kind(part) not in kinds]
    fresh = [part for part in new if part not in old]
    anew = f"0;{after}"
    if not all(ended) or ("22" in ended and not {"1", "2"}.isdisjoint(new)):
        return f"\x1b[{anew}m"
    changed = ";".join([*dict.fromkeys(ended), *fresh])
    return f"\x1b[{min(changed, anew, key=len)}m" if changed else ""


def _kind(part: str) -> str:
    """What a part sets: foreground, background, or an attribute by its number."""
    if part.startswith("38;") or (part.isdecimal() and (30 <= int(part) <= 39 or 90 <= int(part) <= 97)):  # noqa: PLR2004 - ECMA-48
        return "foreground"
    if part.startswith("48;") or (part.isdecimal() and (40 <= int(part) <= 49 or 100 <= int(part) <= 107)):  # noqa: PLR2004 - ECMA-48
        return "background"
    return part
