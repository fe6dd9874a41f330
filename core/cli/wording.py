"""Cells as text, and lines that fit where they are read. Pure; it prints nothing."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from core.domain.wording import in_words

_COMMAND = re.compile(r"`[^`]{1,74}`")
# Stands for a blank that no line ends at. Data cannot hold it: it is not visible.
_KEPT = "\x1f"
_NARROWEST = 30


def shown(cell: object, *, figure: bool = False) -> str:
    """A cell as text: nothing for None, words for what is structured, a `figure` with thousands separated."""
    if cell is None:
        return ""
    if isinstance(cell, (Mapping, list, tuple)):
        return in_words(cell)
    return f"{cell:,}" if figure and isinstance(cell, int) else str(cell)


def moment(at: datetime) -> str:
    """A time as tables and sentences say it: of UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def fitting(line: str, width: int, indent: str) -> list[str]:
    """A line broken between words, but within no command in backticks: that is copied as it stands.

    A word that is wider than the line is left to the terminal, so that it can be copied whole; only writing without
    blanks (Chinese, Japanese) is broken between characters.
    """
    room = max(width, _NARROWEST)
    whole = _COMMAND.sub(lambda command: _joined(command[0], room - len(indent)), line)
    return [part.replace(_KEPT, " ") for part in _broken(whole, room, indent)] or [line]


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - JSON output and help do without rich

    return cell_len(text.replace(_KEPT, " "))


def _joined(command: str, room: int) -> str:
    return command.replace(" ", _KEPT) if len(command) <= room else command


def _broken(text: str, room: int, indent: str) -> Iterator[str]:
    start = text[: len(text) - len(text.lstrip(" "))]
    line, gap = start, ""
    for word in re.split(r"( +)", text[len(start) :].rstrip(" ")):
        if not word.strip(" "):
            gap = word
        elif cells(line) + len(gap) + cells(word) <= room:
            line, gap = line + gap + word, ""
        else:
            if line.strip(" "):
                yield line
                line = indent
            *full, rest = _pieces(word, max(room - len(line), 1))
            for piece in full:
                yield line + piece
                line = indent
            line, gap = line + rest, ""
    if line.strip(" "):
        yield line


def _pieces(word: str, room: int) -> list[str]:
    """A word as it stands, unless it is long for its wide characters."""
    if len(word) == cells(word) or cells(word) <= room:
        return [word]
    from rich.cells import chop_cells  # noqa: PLC0415 - only wide characters need it

    return chop_cells(word, room)


def deeper(line: str) -> str:
    """The indent of what goes on from a line."""
    return line[: len(line) - len(line.lstrip())] + "  "
