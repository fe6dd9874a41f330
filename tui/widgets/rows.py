"""A grid with the line that filters it: what every list of the console can do."""

from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from core.domain.filter import Filter
from tui.actions import bindings
from tui.actors import Actor
from tui.widgets.filter_line import FilterLine
from tui.widgets.grid import Grid
from tui.widgets.table import GridTable

Row = TypeVar("Row")


class Rows(Actor, Vertical, Generic[Row], can_focus=False, inherit_bindings=False):
    """Filters and sorts its grid. `Changed` says that what is shown, or what is possible, may be other than before."""

    PLACES: ClassVar[tuple[str, ...]] = ("rows", "columns")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    DEFAULT_CSS = """
    Rows { height: 1fr; }
    """

    class Changed(Message):
        """The rows, the filter, the marks or the cursor's surroundings changed."""

    def __init__(self, table: GridTable[Row], *, id: str | None = None) -> None:  # noqa: A002 - as every widget names it
        super().__init__(id=id)
        self.grid: Grid[Row] = Grid(table)
        self._range_from: int | None = None

    def compose(self) -> ComposeResult:
        """The grid above the line to type a filter in."""
        yield self.grid
        yield FilterLine("text, !text, or -f letters")

    @property
    def ranging(self) -> bool:
        """Whether a range has begun and waits for its other end."""
        return self._range_from is not None

    def why_not(self, action_id: str) -> str:
        """Say what is missing to clear, to mark or to go on."""
        if action_id == "unfilter" and not (self.grid.table.filter or self.grid.marked or self.ranging):
            return "no filter or mark is set"
        if action_id in ("mark", "range", "mark_shown") and not len(self.grid.table):
            return "there are no rows"
        if action_id in ("mark", "range") and self.grid.row_at_cursor() is None:
            return "no row is under the cursor"
        return ""

    # Actions

    def start_filter(self) -> None:
        """Open the line to type a filter in."""
        self.query_one(FilterLine).open()

    def clear_filter(self) -> None:
        """Show every row again; without a filter, take the marks away."""
        if not self.grid.table.filter:
            self.grid.mark_only(set())
        self._range_from = None
        self.query_one(FilterLine).leave("")
        self.screen.set_focus(self.grid)
        self.post_message(self.Changed())

    def sort_next(self) -> None:
        """Sort by the next column of those on the screen and beyond."""
        columns = self.grid.columns_in_order()
        place = columns.index(self.grid.table.sorted_by) if self.grid.table.sorted_by in columns else -1
        self.grid.sort(columns[(place + 1) % len(columns)])

    def sort_reverse(self) -> None:
        """Turn the order around."""
        self.grid.sort(self.grid.table.sorted_by, descending=not self.grid.table.descending)

    def columns_left(self) -> None:
        """Bring the previous column in."""
        self.grid.columns_left()

    def columns_right(self) -> None:
        """Bring the next column in."""
        self.grid.columns_right()

    def widen_name(self) -> None:
        """Give the first column more room."""
        self.grid.resize_name(4)

    def narrow_name(self) -> None:
        """Give the first column less room."""
        self.grid.resize_name(-4)

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on."""
        self.grid.mark_only(self.grid.marked ^ {self.grid.table.name(self.grid.cursor)})
        self.grid.move_down()
        self.post_message(self.Changed())

    def mark_range(self) -> None:
        """Begin a range; the second time, mark everything from there to here."""
        if self._range_from is None:
            self._range_from = self.grid.cursor
        else:
            first, last = sorted((self._range_from, self.grid.cursor))
            last = min(last, len(self.grid.table) - 1)
            names = {self.grid.table.name(index) for index in range(first, last + 1)}
            self.grid.mark_only(self.grid.marked | names)
            self._range_from = None
        self.post_message(self.Changed())

    def mark_shown(self) -> None:
        """Mark every row that passes the filter; where all are marked, take their marks away."""
        shown = set(self.grid.table.names())
        rest = self.grid.marked - shown
        self.grid.mark_only(rest if shown <= self.grid.marked else rest | shown)
        self.post_message(self.Changed())

    # Events

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._range_from = None
        self.grid.show_only(Filter(event.value))

    @on(Input.Submitted)
    def _filtered(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(FilterLine).leave(self.grid.table.filter.text if self.grid.table.filter else "")
        self.screen.set_focus(self.grid)

    @on(Grid.Moved)
    def _moved(self) -> None:
        self.post_message(self.Changed())


class MarkedRows(Rows[Row], inherit_bindings=False):
    """Rows that can be marked one by one, from here to there, or all that pass the filter."""

    PLACES: ClassVar[tuple[str, ...]] = ("rows", "columns", "marks")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
