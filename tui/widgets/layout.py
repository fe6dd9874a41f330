"""Which columns of a grid are on the screen, in which order and how wide. Pure; it knows no screen."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len

from tui.widgets.table import GridColumn

Row = TypeVar("Row")
GAP = "  "
IMPORTANT, NARROWEST_NAME = 4, 16


class Layout(Generic[Row]):
    """The first column stays in place when the others go sideways, a column at a time.

    A column that would be cut at the right edge is left out: half a number reads like another number. What an
    operator changes of the first column's width stays as long as the grid does.
    """

    def __init__(self, columns: Sequence[GridColumn[Row]]) -> None:
        self.columns = columns
        self.shown: list[tuple[GridColumn[Row], int]] = []
        self.first = 1
        self._widths: list[int] = []
        self._whole: list[int] = []
        self._width = 0
        self._change = 0

    @property
    def hidden(self) -> tuple[int, int]:
        """How many columns are beyond the left and beyond the right edge."""
        left = self.first - 1
        return left, len(self.columns) - 1 - left - (len(self.shown) - 1)

    def in_order(self) -> list[GridColumn[Row]]:
        """The columns as they go from left to right."""
        return [self.columns[each] for each in self._order()]

    def measure(self, widths: Sequence[int], whole: Sequence[int] = ()) -> None:
        """Take the widths that the columns want, and those at which nothing in them is cut."""
        self._widths, self._whole = list(widths), list(whole or widths)
        self._arrange()

    def fit_into(self, width: int) -> None:
        """Arrange the columns for a screen of some width."""
        self._width = width
        self._arrange()

    def resize_name(self, change: int) -> None:
        """Make the first column wider or narrower by some cells, as far as it stays readable."""
        self._change = max(self._change + change, NARROWEST_NAME - self._wanted(0))
        self._arrange()

    def go(self, step: int) -> bool:
        """Go sideways by a column; whether there was one."""
        left, right = self.hidden
        if (right if step > 0 else left) <= 0:
            return False
        self.first += step
        self._arrange()
        return True

    def span(self, columns: Sequence[int]) -> int:
        """The cells that some columns take with the gaps between them and the mark before them."""
        return 1 + sum(self._wanted(each) + len(GAP) for each in columns) - len(GAP)

    def column_at(self, x: int) -> GridColumn[Row] | None:
        """The column that stands at a cell."""
        end = 1
        for column, width in self.shown:
            start, end = end, end + width + len(GAP)
            if start <= x < end:
                return column
        return None

    def _arrange(self) -> None:
        order = self._order()
        name = self._name_width(order)
        room = self._width + self._wanted(order[0]) - name
        if self.span(order) <= room:
            self.first = 1
        wanted = [order[0], *order[self.first :]]
        while len(wanted) > 2 and self.span(wanted) > room:  # noqa: PLR2004 - the name and one more always show
            wanted.pop()
        widths = {each: self._wanted(each) for each in wanted} | {order[0]: name}
        left = self._width - self.span(wanted) + self._wanted(order[0]) - name
        for each in wanted:
            # A screen with room left cuts nothing that would fit, unless an operator wanted it so.
            is_set = each == order[0] and self._change
            if self._whole and not is_set and (more := min(left, self._whole[each] - widths[each])) > 0:
                widths[each] += more
                left -= more
        self.shown = [(self.columns[each], width) for each, width in widths.items()]

    def _order(self) -> list[int]:
        """The columns as declared where all fit, else the important ones first."""
        everything = list(range(len(self.columns)))
        if self.span(everything) <= self._width:
            return everything
        return sorted(everything, key=lambda each: self.columns[each].rank)

    def _wanted(self, column: int) -> int:
        measured = self._widths[column] if self._widths else 0
        return max(measured, cell_len(self.columns[column].title) + 1)

    def _name_width(self, order: list[int]) -> int:
        """The name gives way, down to `NARROWEST_NAME`, so that every important column is on the screen."""
        important = [each for each in order if self.columns[each].rank <= IMPORTANT]
        excess = max(0, self.span(important) - self._width)
        wanted = self._wanted(order[0])
        return max(wanted - excess, min(wanted, NARROWEST_NAME)) + self._change
