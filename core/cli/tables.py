"""Tables for people: as wide as the terminal, and no word broken in two. Pure; it prints nothing."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.table import Table

GAP = 3  # cells between two columns, as rich draws them
RECORD = "─"


def widths(cells: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """The width of each column: what is too wide is folded between words. None: not even so is there room.

    `cells` are the rows with the headings, all of one length.
    """
    columns = list(zip(*cells, strict=True))
    natural = [max(map(cell_len, column)) for column in columns]
    least = [max(cell_len(word) for text in column for word in text.split() or [""]) for column in columns]
    room -= GAP * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    if sum(least) > room:
        return None
    found, spare = list(least), room - sum(least)
    # The columns that want least have all of it first: short ones are not folded for the sake of a long one.
    for at in sorted(range(len(columns)), key=lambda each: natural[each] - least[each]):
        given = min(natural[at] - least[at], spare)
        found[at] += given
        spare -= given
    return found


def folded(table: "Table", found: Sequence[int]) -> "Table":
    """The same table with these widths."""
    for column, width in zip(table.columns, found, strict=True):
        column.width = width
    return table


def expanded(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    """Each row as lines of name and value, where a terminal is too narrow for columns."""
    label = max(map(cell_len, headings), default=0)
    for number, row in enumerate(rows, 1):
        yield f"{RECORD * 2} {number} ".ljust(min(room, 40), RECORD)
        for heading, value in zip(headings, row, strict=True):
            if value:
                yield from _pair(heading.ljust(label), value, room)


def _pair(label: str, value: str, room: int) -> list[str]:
    # A word that is longer than the line is left to the terminal: it can be copied whole.
    indent = " " * (len(label) + 2)
    wrapped = textwrap.wrap(value, max(room, 40), initial_indent=f"{label}  ", subsequent_indent=indent,
                            break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return wrapped or [label]


def middle(text: str, room: int) -> str:
    """A text that is at most so many cells wide: it is cut in the middle, since names differ at their ends."""
    if cell_len(text) <= room:
        return text
    tail = (room - 1) // 2
    end = text[-tail:] if tail else ""
    while cell_len(end) > tail:
        end = end[1:]
    head = room - 1 - cell_len(end)
    start = text[:head]
    while cell_len(start) > head:
        start = start[:-1]
    return f"{start}…{end}"
