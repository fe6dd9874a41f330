"""Row-level diffs: what became of a run's items row by row, or how two plans differ."""

from core.db.connection.session import Connection
from core.domain.backfill.diff import Cursor, DiffRow, Page, View
from core.services.backfill import diff_pages, runs


def diff(connection: Connection, view: View, *, after: Cursor | None = None, rows: int) -> Page:
    """A page of what a view shows, in the order of the entries and their codes: full, but for the last one.

    Of one run: what became of its items; `~` (late) rows are no items, and come only when asked for. Of two: how the
    plan of `view.run` differs from that of `view.before` where both planned a collection: `+` came, `-` went, `=` is in
    both.
    Raises UsageError for an unknown run.
    """
    for run in {view.run, view.run if view.before is None else view.before}:
        runs.run(connection, run)
    found: list[DiffRow] = []
    at: Cursor | None = after or Cursor()
    # One row more than the page: that tells whether there is a next one.
    while at is not None and len(found) <= rows:
        page = diff_pages.forward(connection, view, at, rows + 1 - len(found))
        found += page.rows
        at = page.next
    return Page(tuple(found), at) if len(found) <= rows else Page(tuple(found[:rows]), found[rows - 1].at)
