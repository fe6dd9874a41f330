"""The rows of a diff as a table to copy or export: the bare code in a column of its own, and rows beyond the window."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from core.domain.backfill.diff import Cursor, DiffRow, View
from core.domain.names import run_name
from core.domain.text import visible
from core.errors import UsageError
from tui.export import Export
from tui.ledger.columns import CHANGES, outcome
from tui.runtime.source import Link

if TYPE_CHECKING:
    from core.domain.backfill.diff import Page

PORTION = 5_000
MOST = 1_000_000  # rows that a console holds in memory at most


def cells(view: View, row: DiffRow) -> list[str]:
    """A row of a view: its sign, its code on each side that holds it, what the sign means, and the rest."""
    code, key = visible(row.code), visible(" / ".join(row.source_key))
    if view.before is None:
        return [row.kind, code, outcome(row).word, visible(row.collection), key, visible(row.note or "")]
    sides = ["" if row.kind == "+" else code, "" if row.kind == "-" else code]
    return [row.kind, *sides, CHANGES[row.kind].word, visible(row.collection), key]


def table(name: str, view: View, rows: Iterable[DiffRow]) -> Export:
    """Some rows of a view as a table."""
    header = ["sign", "code", "outcome", "collection", "source key", "note"]
    if view.before is not None:
        header = ["sign", run_name(view.before), run_name(view.run), "change", "collection", "source key"]
    return Export(name, header, [cells(view, row) for row in rows])


def read_all(link: Link, name: str, view: View, tell: Callable[[int], None]) -> Export:
    """Every row of a view, paged to its end; `tell` hears how many are read. Raises UsageError for too many of them."""
    from core.services.backfill import diff  # noqa: PLC0415 - the first paint does not wait for the driver

    found: list[DiffRow] = []
    at: Cursor | None = Cursor()
    while at is not None:
        page: Page = diff.diff(link, view, after=at, rows=PORTION)
        found += page.rows
        at = page.next
        if len(found) > MOST:
            hint = "Filter the rows with / or by kind, or use the equivalent command (X)."
            raise UsageError(f"too many rows to copy or export here: more than {MOST:,}", hint=hint)
        tell(len(found))
    return table(name, view, found)
