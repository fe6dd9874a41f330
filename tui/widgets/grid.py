"""A virtual table on the line API: only lines on the screen are rendered, and a cursor move repaints two.

It never scrolls line by line: at an edge the cursor is centred, because a scrolled screen is repainted whole.
It keeps its own offset instead of a ScrollView's virtual size, whose every change lays out the whole screen.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message

from core.domain.filter import Filter
from tui.actions import bindings
from tui.widgets.grid_lines import HEADER, GridLines
from tui.widgets.table import GridColumn

Row = TypeVar("Row")
WHEEL = 3
NOWHERE = -1  # the cursor's place until an operator moves it


class Grid(GridLines[Row], can_focus=True, inherit_bindings=False):
    """Shows a `Table`, its columns arranged by a `Layout`. Marks are kept by the rows' names."""

    PLACES = ("list",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Grid { height: 1fr; }
    """

    class Moved(Message):
        """What the grid shows changed: the cursor went beyond an edge, or the rows are others."""

    class Highlighted(Message):
        """The cursor is on another row."""

    # What the owner asks for

    def load(self, rows: list[Row]) -> None:
        """Show other rows; the cursor stays on its name."""
        self._keeping_the_cursor(lambda: self.table.load(rows))
        self.layout_.measure(*self.table.widths())
        self._refresh_all()

    def replace(self, rows: dict[str, Row]) -> None:
        """Show newer values of some rows, repainting only theirs."""
        for name, row in rows.items():
            self.table.replace(name, row)
            index = self.table.index(name)
            if index is not None:
                self._repaint(index)

    def show_only(self, wanted: Filter) -> None:
        """Show the rows that pass the filter; the cursor stays on its name, or goes to the first."""
        self._keeping_the_cursor(lambda: self.table.show_only(wanted))
        self._refresh_all()

    def sort(self, column: GridColumn[Row], *, descending: bool = False) -> None:
        """Order the rows; the cursor stays on its name, or at the top, where the first of the order is looked for."""
        at_top = self.cursor == 0
        self._keeping_the_cursor(lambda: self.table.sort(column, descending=descending))
        if at_top:
            self.cursor = 0
        self._refresh_all()

    def mark_only(self, names: Iterable[str]) -> None:
        """Mark these rows and no other, repainting only those that change."""
        before, self.marked = self.marked, frozenset(names)
        for name in before ^ self.marked:
            index = self.table.index(name)
            if index is not None:
                self._repaint(index)

    def resize_name(self, change: int) -> None:
        """Make the first column wider or narrower by some cells, as far as it stays readable."""
        self.layout_.resize_name(change)
        self._refresh_all()

    def row_at_cursor(self) -> Row | None:
        """The row under the cursor; None in an empty grid, and while the cursor is nowhere."""
        return self.table.row(self.cursor) if 0 <= self.cursor < len(self.table) else None

    def columns_in_order(self) -> list[GridColumn[Row]]:
        """The columns as they go from left to right on this screen."""
        return self.layout_.in_order()

    @property
    def page(self) -> int:
        """How many rows fit on the screen."""
        return max(self.size.height - HEADER, 1)

    @property
    def hidden_columns(self) -> tuple[int, int]:
        """How many columns are beyond the left and beyond the right edge."""
        return self.layout_.hidden

    # Moving

    def move_to(self, index: int) -> None:
        """Put the cursor on a row; one that is not on the screen is centred."""
        index = max(0, min(index, len(self.table) - 1))
        before, self.cursor = self.cursor, index
        if before != index:
            self.post_message(self.Highlighted())
        if before == NOWHERE:
            self.post_message(self.Moved())  # there is something to act on now
        if not self.first_row <= index < self.first_row + self.page:
            self._centre()
            return
        if before != index:
            self._repaint(before)
            self._repaint(index)

    def move_down(self) -> None:
        """One row down."""
        self.move_to(self.cursor + 1)

    def move_up(self) -> None:
        """One row up."""
        self.move_to(self.cursor - 1)

    def move_page_down(self) -> None:
        """One page down."""
        self.move_to(self.cursor + self.page)

    def move_page_up(self) -> None:
        """One page up."""
        self.move_to(self.cursor - self.page)

    def move_first(self) -> None:
        """To the first row."""
        self.move_to(0)

    def move_last(self) -> None:
        """To the last row."""
        self.move_to(len(self.table) - 1)

    def columns_left(self) -> None:
        """Bring the previous column in."""
        self._go_sideways(-1)

    def columns_right(self) -> None:
        """Bring the next column in."""
        self._go_sideways(1)

    def _go_sideways(self, step: int) -> None:
        if self.layout_.go(step):
            self._refresh_all()

    # Keeping what is shown in step

    def _keeping_the_cursor(self, change: Callable[[], None]) -> None:
        if self.cursor == NOWHERE:
            change()
            return
        name = self.table.name(self.cursor) if self.cursor < len(self.table) else None
        change()
        found = self.table.index(name) if name is not None else None
        self.cursor = found or 0

    def _refresh_all(self) -> None:
        self._strips.clear()
        self._centre()

    def _centre(self) -> None:
        if not self.first_row <= self.cursor < self.first_row + self.page:
            self._show_from(self.cursor - self.page // 2)
        else:
            self._show_from(self.first_row)

    def _show_from(self, first_row: int) -> None:
        self.first_row = max(0, min(first_row, len(self.table) - self.page))
        # Lines that left the screen are forgotten, so that memory does not grow with the rows seen.
        self._strips.clear()
        self.refresh()
        self.post_message(self.Moved())

    def _repaint(self, index: int) -> None:
        self._strips.pop((index, False), None)
        self._strips.pop((index, True), None)
        y = HEADER + index - self.first_row
        if HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        self.layout_.fit_into(self.size.width)
        self._refresh_all()

    def on_mouse_scroll_down(self) -> None:
        """Turn the wheel: three rows down."""
        self._show_from(self.first_row + WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Turn the wheel: three rows up."""
        self._show_from(self.first_row - WHEEL)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked, or sort by the column: the second time, the other way round."""
        if event.y >= HEADER:
            self.move_to(self.first_row + event.y - HEADER)
        elif self.table.is_sortable and (column := self.layout_.column_at(event.x)) is not None:
            again = column.id == self.table.sorted_by.id
            self.sort(column, descending=again and not self.table.descending)
