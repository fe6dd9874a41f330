"""A piece of a list that is too long to hold: it grows at the edge where the cursor goes, and forgets the other end."""

from collections.abc import Sequence
from typing import ClassVar

from core.domain.backfill.diff import Cursor, DiffRow, Page
from tui.widgets.table import GridColumn, GridTable

PAGE = 200
MOST = 2_000
IN_ORDER = frozenset({"collection", "code", "before", "after"})  # columns: by collection first, then by code


class Window(GridTable[DiffRow]):
    """Rows as the server ordered them. `top` and `bottom` are where more is to be asked for; None: there is none."""

    is_sortable: ClassVar[bool] = False

    def __init__(self, columns: Sequence[GridColumn[DiffRow]]) -> None:
        super().__init__(columns, lambda row: str(row.at))
        self.top: Cursor | None = None
        self.bottom: Cursor | None = None

    def begin(self, at: Cursor, *, is_first: bool) -> None:
        """Empty it, to be filled from a cursor on."""
        self.load([])
        self.top, self.bottom = None if is_first else at, at

    def begin_at_end(self) -> None:
        """Empty it, to be filled from the end backwards. The caller asks for what lies before the end."""
        self.load([])
        self.top = self.bottom = None

    def below(self, page: Page) -> tuple[list[DiffRow], int]:
        """The rows with a page that follows them, and by how many the others moved."""
        rows = [*self.rows(), *page.rows]
        dropped = rows[: max(len(rows) - MOST, 0)] if page.rows else []
        self.bottom = page.next
        if dropped:
            self.top = dropped[-1].at
        return rows[len(dropped) :], -len(dropped)

    def above(self, page: Page) -> tuple[list[DiffRow], int]:
        """The rows with a page that precedes them, and by how many the others moved."""
        rows = [*page.rows, *self.rows()]
        self.top = page.next
        if len(rows) > MOST:
            rows = rows[:MOST]
            self.bottom = rows[-1].at
        return rows, len(page.rows)

    def arrow(self, column: GridColumn[DiffRow]) -> str:
        """The server's order."""
        return "▲" if column.id in IN_ORDER else ""

    def _reorder(self) -> None:
        # The server's order is the only one: the rows that are not held are unknown here.
        self._position = self._names = self._texts = None
        self._shown = list(self._rows)
