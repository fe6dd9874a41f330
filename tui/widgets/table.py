"""The rows behind a grid: which are shown, in which order. Pure; it knows no screen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from core.domain.filter import Filter
from core.domain.text import visible

Row = TypeVar("Row")
Sortable: TypeAlias = str | int | None
BETWEEN_CELLS = "\x1f"
EVERYTHING = 10_000  # cells: wider than any screen


@dataclass(frozen=True, slots=True)
class GridColumn(Generic[Row]):
    """How one column reads, sorts and looks.

    `width` None means as wide as its widest cell, up to `limit`, and beyond it where the screen has room left; one of
    a `width` takes that room if it `grows`. Where not all columns fit, those of low `rank` come first. Names are cut
    in the middle, prose at its end. `tone` names a colour; the text must say the same without it. What `searched`
    columns show is what a filter sees.
    """

    id: str
    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], Sortable]
    rank: int
    width: int | None = None
    limit: int = 32
    grows: bool = False
    right: bool = False
    searched: bool = True
    is_prose: bool = False
    tone: Callable[[Row], str] = field(default=lambda _: "")


class GridTable(Generic[Row]):
    """Rows with a name each (unique), a filter and an order. The first column is the name."""

    is_sortable: ClassVar[bool] = True

    def __init__(self, columns: Sequence[GridColumn[Row]], name: Callable[[Row], str]) -> None:
        self.columns = tuple(columns)
        self.filter = Filter()
        self.sorted_by = self.columns[0]
        self.descending = False
        self._name = name
        self._rows: dict[str, Row] = {}
        self._shown: list[str] = []
        self._position: dict[str, int] | None = None
        self._names: list[str] | None = None
        self._texts: list[str] | None = None

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    def row(self, index: int) -> Row:
        """The row shown at `index`."""
        return self._rows[self._shown[index]]

    def name(self, index: int) -> str:
        """The name of the row shown at `index`."""
        return self._shown[index]

    def get(self, name: str) -> Row | None:
        """The row of that name, shown or not."""
        return self._rows.get(name)

    def rows(self) -> Iterable[Row]:
        """Every row, shown or not."""
        return self._rows.values()

    def names(self) -> list[str]:
        """The names of the rows shown, in order."""
        return list(self._shown)

    def index(self, name: str) -> int | None:
        """Where the row of that name is shown."""
        if self._position is None:
            self._position = {each: index for index, each in enumerate(self._shown)}
        return self._position.get(name)

    def load(self, rows: Iterable[Row]) -> None:
        """Replace every row; filter and order stay."""
        self._rows = {self._name(row): row for row in rows}
        self._reorder()

    def replace(self, name: str, row: Row) -> None:
        """Replace one row where it is; the order settles at the next `sort`, so that no row jumps about."""
        if name in self._rows:
            self._rows[name] = row

    def show_only(self, wanted: Filter) -> None:
        """Show the rows that pass the filter."""
        self.filter = wanted
        self._select()

    def sort(self, column: GridColumn[Row], *, descending: bool = False) -> None:
        """Order the rows. Rows without a value come last in either direction; equal ones by name."""
        self.sorted_by, self.descending = column, descending
        self._reorder()

    def show_columns(self, columns: Sequence[GridColumn[Row]]) -> None:
        """Show the same rows in the same columns of other widths."""
        self.columns = tuple(columns)
        self.sorted_by = next((each for each in columns if each.id == self.sorted_by.id), self.sorted_by)

    def arrow(self, column: GridColumn[Row]) -> str:
        """What the header shows of the order at a column; one without a title has no header."""
        return ("▼" if self.descending else "▲") if column is self.sorted_by and column.title else ""

    def widths(self) -> tuple[list[int], list[int]]:
        """Of each column, in terminal cells: the width that it wants, and the one at which nothing in it is cut."""
        from rich.cells import cell_len  # noqa: PLC0415 - the model needs the terminal only for this

        wanted, whole = [], []
        for column in self.columns:
            if column.width:
                widest = least = column.width
            else:
                widest = max((cell_len(text) for text in map(column.text, self._rows.values())), default=0)
                least = min(widest, column.limit)
            wanted.append(least)
            whole.append(EVERYTHING if column.grows else widest)
        return wanted, whole

    def _reorder(self) -> None:
        rows, key = self._rows, self.sorted_by.sort
        names = sorted(rows)
        values: dict[str, Any] = {name: key(rows[name]) for name in names}
        valued = [name for name in names if values[name] is not None]
        valued.sort(key=values.__getitem__, reverse=self.descending)
        empty = [name for name in names if values[name] is None]
        self._rows = {name: rows[name] for name in (*valued, *empty)}
        self._names = self._texts = None
        self._select()

    def _select(self) -> None:
        self._position = None
        if not self.filter:
            self._shown = list(self._rows)
            return
        test = self.filter.test()
        texts = self._searched_names() if self.filter.fuzzy else self._searched_texts()
        self._shown = [name for name, text in zip(self._rows, texts, strict=True) if test(text)]

    def _searched_names(self) -> list[str]:
        if self._names is None:
            self._names = [visible(name).lower() for name in self._rows]
        return self._names

    def _searched_texts(self) -> list[str]:
        if self._texts is None:
            searched = [column.text for column in self.columns if column.searched]
            self._texts = [BETWEEN_CELLS.join([text(row) for text in searched]).lower() for row in self._rows.values()]
        return self._texts
