"""Pages of a diff in both directions, each a bounded piece of work: for a window on a run of millions.

A page may hold fewer rows than asked for, even none, and still name a next one: where a filter drops most rows, the
caller asks on, and can show how far it has got.
"""

from core.db.connection.session import Connection
from core.db.rows.diff import OUTLINE, PAGE, PAGE_BEFORE, QUARANTINED_BEFORE, Row
from core.db.rows.diff import QUARANTINED as QUARANTINED_ROWS
from core.db.rows.query import Query
from core.domain.backfill.diff import LATE, QUARANTINED, WITHDRAWN, Cursor, DiffRow, Outline, Page, View
from core.domain.filter import Filter
from core.services.backfill import late_rows, plan_diff

# Items that one call looks through for rows that pass a filter.
_SCOPE = 20_000
_END = Cursor(2**63 - 1)


def outline(connection: Connection, run: int) -> Outline:
    """Where the items of a run lie."""
    return Outline([(each.ledger_id, each.missing) for each in connection.rows(OUTLINE, {"run": run})])


def forward(connection: Connection, view: View, at: Cursor, rows: int) -> Page:
    """The rows that follow a cursor."""
    if view.before is not None:
        return plan_diff.forward(connection, view, at, rows)
    if view.only == LATE:
        return late_rows.forward(connection, view, at, rows)
    if view.only == QUARANTINED:
        return _quarantined(connection, view, at, rows)
    lie = outline(connection, view.run)
    begin = lie.position(at)
    end = min(begin + (rows if view.is_whole else max(rows, _SCOPE)), lie.total)
    asked = {**_after(view, lie.cursor(begin)), "rows": end - begin, "most": rows}
    found = _items(connection, PAGE, view, asked)
    last = found[-1].at if len(found) == rows else lie.cursor(end)
    return Page(tuple(found), last if lie.position(last) < lie.total else None)


def backward(connection: Connection, view: View, at: Cursor | None, rows: int) -> Page:
    """The rows up to a cursor, in their usual order; None: up to the end. `next` is where the page before them ends."""
    if view.only == LATE and view.before is None:
        return Page((), None)  # there is no list of them to read from its end
    if view.before is not None:
        return plan_diff.backward(connection, view, at or _END, rows)
    if view.only == QUARANTINED:
        return _quarantined_before(connection, view, at or _END, rows)
    lie = outline(connection, view.run)
    end = lie.total if at is None else lie.position(at)
    begin = max(end - (rows if view.is_whole else max(rows, _SCOPE)), 0)
    asked = {**_after(view, lie.cursor(begin)), "rows": end - begin, "most": rows + 1}
    found = _items(connection, PAGE_BEFORE, view, asked)
    page = tuple(reversed(found[:rows]))
    if len(found) > rows:
        return Page(page, found[rows].at)
    return Page(page, lie.cursor(begin) if begin else None)


def _items(connection: Connection, query: Query[Row], view: View, asked: dict[str, object]) -> list[DiffRow]:
    return [_row(row) for row in connection.rows(query, {**asked, "only": view.only, **_like(view.codes)})]


def _quarantined(connection: Connection, view: View, at: Cursor, rows: int) -> Page:
    # One row more than the page: that tells whether there is a next one.
    found = connection.rows(QUARANTINED_ROWS, {**_after(view, at), "rows": rows + 1, **_like(view.codes)})
    page = tuple(map(_row, found[:rows]))
    return Page(page, page[-1].at if len(found) > rows else None)


def _quarantined_before(connection: Connection, view: View, until: Cursor, rows: int) -> Page:
    asked = {"run": view.run, "until_ledger": until.entry, "until_seq": until.seq, "rows": rows + 1}
    found = [_row(row) for row in connection.rows(QUARANTINED_BEFORE, {**asked, **_like(view.codes)})]
    return Page(tuple(reversed(found[:rows])), found[rows].at if len(found) > rows else None)


def _after(view: View, at: Cursor) -> dict[str, object]:
    return {"run": view.run, "after_ledger": at.entry, "after_seq": at.seq}


def _like(codes: Filter) -> dict[str, object]:
    return {"like": codes.like if codes else None, "unlike": codes.inverse}


def _row(row: Row) -> DiffRow:
    note = row.note or (WITHDRAWN.get(row.kind) if row.withdraws else None)
    at = Cursor(row.ledger_id, row.seq)
    return DiffRow(row.kind, row.collection, row.code, row.source_key, note, at, withdraws=row.withdraws)
