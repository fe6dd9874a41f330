"""A list of the ledger: escape goes back where there is no filter to clear, and the cursor's moves are told."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.actions import SkipAction

from tui.widgets.grid import Grid
from tui.widgets.layout import Layout
from tui.widgets.rows import Rows
from tui.widgets.table import GridColumn, GridTable

Row = TypeVar("Row")


def _nothing() -> None:
    """Tell nothing."""


class SwitchableGrid(Grid[Row]):
    """A grid that can show a table of other columns."""

    def show_table(self, table: GridTable[Row]) -> None:
        """Show another table, from its first row."""
        self.table = table
        self.show_columns(table.columns)
        self.cursor = self.first_row = 0

    def show_columns(self, columns: Sequence[GridColumn[Row]]) -> None:
        """Show the same table in columns of other widths."""
        self.table.show_columns(columns)
        self.layout_ = Layout(self.table.columns)
        self.layout_.measure(*self.table.widths())
        self.layout_.fit_into(self.size.width)


class ObservedGrid(SwitchableGrid[Row]):
    """A grid that tells when its cursor went to another row."""

    def __init__(self, table: GridTable[Row], moved: Callable[[], None]) -> None:
        super().__init__(table)
        self._tell = moved

    def move_to(self, index: int) -> None:
        """Move, and tell."""
        before = self.cursor
        super().move_to(index)
        if self.cursor != before:
            self._tell()


class List(Rows[Row]):
    """Rows with such a grid."""

    def __init__(self, table: GridTable[Row], moved: Callable[[], None] = _nothing, *, id: str) -> None:  # noqa: A002 - as every widget names it
        super().__init__(table, id=id)
        self.grid: ObservedGrid[Row] = ObservedGrid(table, moved)

    def action_do(self, action_id: str) -> None:
        """Leave escape to the pane where there is nothing to clear."""
        if action_id == "unfilter" and self.why_not(action_id):
            raise SkipAction
        super().action_do(action_id)
