"""Tables for people: as wide as the terminal, and no word broken in two. Pure; it prints nothing."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len

from core.cli.wording import fitting
from core.domain.cut import middle

if TYPE_CHECKING:
    from rich.table import Table

GAP = 3  # cells between two columns, as rich draws them
RECORD = "─"
_SHORTEST = 14  # cells that a word keeps at least where it is cut
_TEXT = 20  # cells that a text of several words has at least
_FEWEST = 3  # columns that a table keeps at least where some are left out
_IDENTITY, _BESIDE = "identity", "collection"  # texts of the one may begin with the name that the other says
_PREFIX = re.compile(r"^[^:{}]+:(?=\{)")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A table that fits: its columns, their widths, and whether words were cut."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    is_cut: bool = False
    is_short: bool = False  # identities stand without the collection's name


def fit(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int, spare: Sequence[str] = ()) -> Fitted | None:
    """Fit a table into so many cells; None where that cannot be done.

    It gives way in this order: texts are folded, identities lose the name of the collection beside them, columns
    without a value are left out, then those of `spare`, the ones that say the same in each row first, and long words
    cut in the middle.
    """
    if _widths((columns := _columns(headings, rows)), list(map(_least, columns)), room) is None:
        place = headings.index(_IDENTITY) if _IDENTITY in headings and _BESIDE in headings else -1
        if place >= 0 and any(_PREFIX.match(row[place]) for row in rows):
            fitted = fit(headings, _without_names(rows, place), room, spare)
            return None if fitted is None else replace(fitted, is_short=True)
    kept = list(range(len(headings)))
    values = [{row[at] for row in rows} for at in kept]
    empty = [at for at in kept if headings[at] and values[at] == {""}]
    spared = [headings.index(name) for name in spare if name in headings]
    leaving = [*empty, *sorted((at for at in spared if at not in empty), key=lambda at: len(values[at]) > 1)]
    while True:
        columns = [[headings[at], *(row[at] for row in rows)] for at in kept]
        found = _widths(columns, [_least(column) for column in columns], room)
        if found is None and leaving and len(kept) > _FEWEST:
            kept.remove(leaving.pop(0))
            continue
        shown = [headings[at] for at in kept]
        if found is not None:
            return Fitted(shown, [[row[at] for at in kept] for row in rows], found)
        cut = _cut_widths(columns, room)
        if cut is None:
            return None
        texts = [[_cut(row[at], width) for at, width in zip(kept, cut, strict=True)] for row in rows]
        return Fitted(shown, texts, cut, is_cut=True)


def _columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[heading, *(row[at] for row in rows)] for at, heading in enumerate(headings)]


def _without_names(rows: Sequence[Sequence[str]], place: int) -> list[list[str]]:
    """The rows, with identities that do not say the collection's name again."""
    return [[*row[:place], _PREFIX.sub("", row[place]), *row[place + 1 :]] for row in rows]


def drawn(fitted: Fitted, right: Collection[str]) -> "Table":
    """A fitted table for rich; `right` names the columns of figures."""
    from rich import box  # noqa: PLC0415 - only what is printed pays for it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading, width in zip(fitted.headings, fitted.widths, strict=True):
        justify: Literal["left", "right"] = "right" if heading in right else "left"
        table.add_column(Text(heading), justify=justify, overflow="fold", width=width)
    for row in fitted.rows:
        table.add_row(*map(Text, row))
    return table


def expanded(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    """Each row as lines of name and value, where a terminal is too narrow for columns."""
    label = max(map(cell_len, headings), default=0)
    for number, row in enumerate(rows, 1):
        signs = "".join(f"{value} " for heading, value in zip(headings, row, strict=True) if not heading)
        yield f"{RECORD * 2} {signs or f'{number} '}".ljust(min(room, 40), RECORD)
        for heading, value in zip(headings, row, strict=True):
            if not heading:
                continue
            if value and _longest_word([value]) <= room - label - 2:
                yield from fitting(f"{heading.ljust(label)}  {value}", room, " " * (label + 2))
            elif value:
                yield heading
                yield from fitting(f"  {value}", room, "  ")


def _longest_word(column: Sequence[str]) -> int:
    return max(cell_len(word) for text in column for word in text.split() or [""])


def _least(column: Sequence[str]) -> int:
    """The cells that a column takes at least: its longest word, and where it is a text, enough to be read."""
    return max(_longest_word(column), min(max(map(cell_len, column)), _TEXT) if _is_text(column) else 0)


def _is_text(column: Sequence[str]) -> bool:
    return any(" " in text for text in column[1:])


def _widths(columns: Sequence[Sequence[str]], least: Sequence[int], room: int) -> list[int] | None:
    """The width of each column, of `least` cells each and more; None where there is no room for that."""
    natural = [max(map(cell_len, column)) for column in columns]
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


def _cut_widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Widths where the longest words give way first, none below what tells names apart; None where that is too wide."""
    least = [_least(column) for column in columns]
    floor = [min(width, max(_TEXT if _is_text(column) else _SHORTEST, cell_len(column[0])))
             for width, column in zip(least, columns, strict=True)]  # fmt: skip
    over = sum(least) + GAP * (len(columns) - 1) - room
    if sum(least) - sum(floor) < over:
        return None
    while over > 0:
        at = max(range(len(least)), key=lambda each: (least[each] > floor[each], least[each]))
        least[at] -= 1
        over -= 1
    return least


def _cut(text: str, width: int) -> str:
    return " ".join(middle(word, width) for word in text.split(" "))
