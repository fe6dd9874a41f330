"""The lines under the matrix."""

from collections.abc import Sequence

from textual.content import Content

from core.domain.overview.matrix import REQUIRED, MatrixRow
from core.domain.overview.matrix import totals as sum_up
from core.domain.text import visible
from tui.widgets.rows import Rows
from tui.widgets.signs import number

NAMED = 4


def view(rows: Rows[MatrixRow], left: int | None, exempt: int) -> str:
    """What of the matrix is on the screen: rows, filter, order, columns beyond the edges, counts to come.

    Once all is counted, how many of the rows are `exempt`: the totals below leave them out.
    """
    grid = rows.grid
    table = grid.table
    parts = []
    if table.filter:
        parts.append(f"{len(table)} of {table.total} match {visible(table.filter.text)}")
    if len(table):
        last = min(grid.first_row + grid.page, len(table))
        parts.append(f"rows {grid.first_row + 1} to {last}{'' if table.filter else f' of {len(table)}'}")
    if grid.marked or rows.ranging:
        parts.append(f"{len(grid.marked)} marked{' … v: end the range' if rows.ranging else ''}")
    parts.append(f"by {table.sorted_by.title} {'▼' if table.descending else '▲'}")
    beyond_left, beyond_right = grid.hidden_columns
    if beyond_left or beyond_right:
        parts.append(
            f"{f'← {beyond_left} ' if beyond_left else ''}columns{f' {beyond_right} →' if beyond_right else ''}"
        )
    if left:
        parts.append(f"counting, {left} to go")
    elif exempt:
        parts.append(f"{exempt} exempt")
    return " " + " · ".join(parts)


def totals(rows: Sequence[MatrixRow]) -> Content:
    """The REQUIRED collections in two lines."""
    if not rows:
        return Content(" No collection is enrolled: birth-console init --collections GLOB")
    found = sum_up(rows)
    names = gap(rows)
    gap_text = f"gap {len(names)}{': ' if names else ''}{', '.join(map(visible, names[:NAMED]))}"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    first = [
        f" {found.split}",
        f"{found.unclassified} unclassified",
        f"status {found.native_status}/{found.collections}",
    ]
    second = [f" trigger {found.with_trigger}, {gap_text}{more}"]
    if found.missing is not None:
        second.append(f"missing {number(found.missing)}")
    return Content(f"{' · '.join(first)}\n{' · '.join(second)}")


def gap(rows: Sequence[MatrixRow]) -> list[str]:
    """REQUIRED collections whose new rows no trigger registers."""
    return [
        row.facts.collection
        for row in rows
        if row.facts.requirement == REQUIRED and row.facts.trigger not in ("enabled", "disabled")
    ]
