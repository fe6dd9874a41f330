from collections.abc import Sequence

from core.domain.filter import Filter
from tui.widgets.table import GridColumn, GridTable

Pair = tuple[str, int | None]
NAME: GridColumn[Pair] = GridColumn("name", "name", lambda pair: pair[0], lambda pair: pair[0], 0)
VALUE: GridColumn[Pair] = GridColumn("value", "value", lambda pair: f"={pair[1]}", lambda pair: pair[1], 1)
SECRET: GridColumn[Pair] = GridColumn("secret", "secret", lambda _: "hidden", lambda _: "", 2, searched=False)


def table(pairs: Sequence[Pair]) -> GridTable[Pair]:
    made = GridTable((NAME, VALUE, SECRET), lambda pair: pair[0])
    made.load(pairs)
    return made


def test_rows_without_a_value_come_last_in_either_direction() -> None:
    rows = table([("a", None), ("b", 2), ("c", 1), ("d", None)])
    rows.sort(VALUE)
    assert rows.names() == ["c", "b", "a", "d"]
    rows.sort(VALUE, descending=True)
    assert rows.names() == ["b", "c", "a", "d"]


def test_equal_rows_keep_the_order_of_their_names_in_either_direction() -> None:
    rows = table([("b", 1), ("c", 1), ("a", 1)])
    rows.sort(VALUE)
    assert rows.names() == ["a", "b", "c"]
    rows.sort(VALUE, descending=True)
    assert rows.names() == ["a", "b", "c"]


def test_a_filter_sees_what_searched_columns_show_and_never_across_two_cells() -> None:
    rows = table([("a", 1), ("b", 12)])
    rows.show_only(Filter("=12"))
    assert rows.names() == ["b"]
    rows.show_only(Filter("hidden"))
    assert rows.names() == []
    rows.show_only(Filter("a="))
    assert rows.names() == []


def test_new_rows_keep_filter_and_order() -> None:
    rows = table([("a", 1)])
    rows.show_only(Filter("x"))
    rows.sort(VALUE, descending=True)
    rows.load([("x1", 1), ("y", 9), ("x2", 2)])
    assert rows.names() == ["x2", "x1"]
    assert rows.index("y") is None


def test_a_replaced_row_stays_where_it_is_until_the_next_sort() -> None:
    rows = table([("a", 1), ("b", 2)])
    rows.sort(VALUE)
    rows.replace("a", ("a", 3))
    assert rows.names() == ["a", "b"]
    rows.sort(VALUE)
    assert rows.names() == ["b", "a"]
    rows.replace("unknown", ("unknown", 1))
    assert rows.total == 2


def test_the_column_that_orders_the_rows_has_the_arrow_unless_it_has_no_title() -> None:
    rows = table([("a", 1)])
    assert [rows.arrow(column) for column in rows.columns] == ["▲", "", ""]
    rows.sort(VALUE, descending=True)
    assert [rows.arrow(column) for column in rows.columns] == ["", "▼", ""]
    untitled: GridColumn[Pair] = GridColumn("name", "", lambda pair: pair[0], lambda pair: pair[0], 0)
    assert GridTable((untitled,), lambda pair: pair[0]).arrow(untitled) == ""
