"""The lines of a grid as they are painted: the header, and a row with its mark, in as few colours as they need."""

from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.actors import Actor
from tui.widgets.cells import fit, fit_middle
from tui.widgets.layout import GAP, Layout
from tui.widgets.table import GridTable

Row = TypeVar("Row")
HEADER = 1
CURSOR, MARKED = "▌", "●"
NO_MATCH = "no row matches. esc: clear the filter"


class GridLines(Actor, Widget, Generic[Row], inherit_bindings=False):
    """Paints a `GridTable`, its columns arranged by a `Layout`. Lines that were painted are kept."""

    TONES: ClassVar[tuple[str, ...]] = ("bad", "warn", "good", "faint")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--row", "grid--header", "grid--cursor", *(f"grid--{tone}" for tone in TONES)
    }  # fmt: skip

    def __init__(self, table: GridTable[Row], *, id: str | None = None) -> None:  # noqa: A002 - as every widget names it
        super().__init__(id=id)
        self.table = table
        self.cursor = 0
        self.first_row = 0
        self.layout_ = Layout(table.columns)
        self._strips: dict[tuple[int, bool], Strip] = {}
        self._styles: dict[str, Style] = {}
        self.marked: frozenset[str] = frozenset()
        self.nothing = ""  # what stands where there are no rows

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the header, a row, or nothing."""
        if y < HEADER:
            return self._header()
        index = self.first_row + y - HEADER
        if index >= len(self.table):
            if index == 0 and (said := self.nothing if not self.table.total else NO_MATCH):
                return self._strip([("faint", f" {said}")], "")
            return Strip.blank(self.size.width, self._style("row"))
        key = (index, index == self.cursor)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._row_strip(*key)
        return strip

    def _row_strip(self, index: int, at_cursor: bool) -> Strip:  # noqa: FBT001 - the two halves of the cache's key
        row = self.table.row(index)
        mark = MARKED if self.table.name(index) in self.marked else CURSOR if at_cursor else " "
        runs: list[tuple[str, str]] = [("", mark)]
        for column, width in self.layout_.shown:
            text = column.text(row)
            runs += [
                (
                    column.tone(row),
                    fit(text, width, right=column.right)
                    if column.right or column.is_prose
                    else fit_middle(text, width),
                )
            ]
            runs += [("", GAP)]
        return self._strip(runs, "cursor" if at_cursor else "")

    def _header(self) -> Strip:
        text = " "
        for column, width in self.layout_.shown:
            text += fit(column.title + self.table.arrow(column), width, right=column.right) + GAP
        return self._strip([("", text)], "header")

    def _strip(self, runs: list[tuple[str, str]], over: str) -> Strip:
        """Join neighbours of one tone: every change of colour costs about 25 bytes on the wire."""
        joined: list[tuple[str, str]] = []
        for tone, text in runs:
            tone_or_over = over or tone
            if joined and (joined[-1][0] == tone_or_over or not text.strip()):
                joined[-1] = (joined[-1][0], joined[-1][1] + text)
            else:
                joined.append((tone_or_over, text))
        room = self.size.width - sum(cell_len(text) for _, text in joined)
        joined[-1] = (joined[-1][0], joined[-1][1] + " " * room)
        strip = Strip(Segment(text, self._style(tone)) for tone, text in joined)
        return strip.adjust_cell_length(self.size.width, self._style(over))

    def _style(self, tone: str) -> Style:
        if tone not in self._styles:
            self._styles[tone] = self.get_component_rich_style(f"grid--{tone or 'row'}")
        return self._styles[tone]

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()
