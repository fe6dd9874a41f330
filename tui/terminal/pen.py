"""Writing runs of cells with few bytes: in an order that changes colours seldom, and by the shortest way to each."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui.terminal.styles import blank_style, difference, is_marked

# Each of these is as wide as a cell in every terminal. After others, terminals differ in where the cursor stands.
PLAIN = re.compile(r"[\x20-\x7e\u00a1-\u02ff\u2500-\u259f·→↻…▪▫▲▼▸●✓✗]*")


_FEW = 40  # of more runs it is shortest to write those of a style together


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells of one style; `is_blank` where all are blanks, so that only its background counts."""

    row: int
    column: int
    cells: tuple[str, ...]
    style: str
    is_blank: bool


@dataclass(slots=True)
class Pen:
    """Where the terminal's cursor stands and what style it was told; None and "" where that is not known.

    `width`: of the terminal, in cells; 0 where it is not known. `erases`: what it erases takes the background's colour.
    """

    erases: bool = False
    width: int = 0
    at: tuple[int, int] | None = None
    style: str = ""

    def written(self, runs: list[Run]) -> str:
        """What writes these runs, none of which covers another."""
        begun = self.at, self.style
        found = []
        for order in (by_style(runs, self.style), *([runs] if len(runs) < _FEW else [])):
            self.at, self.style = begun
            found.append(("".join(self._in_order(order)), self.at, self.style))
        text, self.at, self.style = min(found, key=lambda each: len(each[0]))
        return text

    def cleared(self, style: str, height: int) -> str:
        """What fills so many lines with blanks of this style: by lines, since not every terminal fills all with it."""
        start = self.told(style) + self.moved(1, 1)
        self.at = height, 1
        return start + "\x1b[B".join(["\x1b[K"] * height)

    def told(self, style: str) -> str:
        """What makes this the style."""
        before, self.style = self.style, style
        return difference(before, style)

    def moved(self, row: int, column: int) -> str:
        """The shortest that brings the cursor there."""
        ways = [f"\x1b[{row if row > 1 else ''}H" if column == 1 else f"\x1b[{row};{column}H"]
        # Where the last cell of a line was written, terminals differ in where the cursor stands.
        if self.at is not None and self.at[1] <= self.width:
            ways += self._near(*self.at, row, column)
        self.at = row, column
        return min(ways, key=len)

    def _near(self, row: int, column: int, to_row: int, to_column: int) -> Iterator[str]:
        down, right = to_row - row, to_column - column
        if not down and not right:
            yield ""
        elif not down:
            yield _by(right, "C", "D")
            yield "\r" if to_column == 1 else f"\x1b[{to_column}G"
        elif not right:
            yield _by(down, "B", "A")

    def _in_order(self, runs: Iterable[Run]) -> Iterator[str]:
        for run in runs:
            yield "" if self.at == (run.row, run.column) else self.moved(run.row, run.column)
            if not (run.is_blank and blank_style(self.style) == run.style):
                yield self.told(run.style)
            yield from self._drawn(run)

    def _drawn(self, run: Run) -> Iterator[str]:
        """The cells; blanks are erased where that is shorter, and the terminal can."""
        cells, end = run.cells, run.column + len(run.cells)
        start = 0
        for first, last in _blanks(cells) if not is_marked(self.style) else ():
            skipped = last - first
            if run.column + last == self.width + 1 and skipped > len("\x1b[K") and self._can_erase:
                yield "".join(cells[start:first]) + "\x1b[K"
            elif last == len(cells) and self.erases and skipped > len(f"\x1b[{skipped}X"):
                yield "".join(cells[start:first]) + f"\x1b[{skipped}X"
            elif self.erases and skipped > len(erased := f"\x1b[{skipped}X\x1b[{skipped}C"):
                yield "".join(cells[start:first]) + erased
                start = last
                continue
            else:
                continue
            self.at = _after(cells[start:first], run.row, run.column + first)  # to erase does not move the cursor
            return
        yield "".join(cells[start:])
        self.at = _after(cells[start:], run.row, end)

    @property
    def _can_erase(self) -> bool:
        """Whether what is erased looks as a blank of the style that was told."""
        return self.erases or not blank_style(self.style)


def by_style(runs: list[Run], told: str) -> Iterator[Run]:
    """The runs of each style together, the style that is nearest to the one before first."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        if not run.is_blank:
            groups.setdefault(run.style, []).append(run)
    looks = {blank_style(style): group for style, group in groups.items()}
    for run in runs:
        if run.is_blank:
            looks.setdefault(run.style, groups.setdefault(run.style, [])).append(run)
    while groups:
        told = min(groups, key=lambda style: len(difference(told, style)))
        yield from sorted(groups.pop(told), key=lambda run: (run.row, run.column))


def _after(cells: tuple[str, ...], row: int, column: int) -> tuple[int, int] | None:
    """Where the cursor stands behind these cells, as far as every terminal agrees."""
    return (row, column) if PLAIN.fullmatch("".join(cells)) else None


def _by(steps: int, ahead: str, back: str) -> str:
    count = abs(steps)
    return f"\x1b[{count if count > 1 else ''}{ahead if steps > 0 else back}"


def _blanks(cells: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where several blanks stand one after another."""
    first = 0
    for place, cell in enumerate([*cells, ""]):
        if cell != " ":
            if place - first > len("\x1b[K"):
                yield first, place
            first = place + 1
