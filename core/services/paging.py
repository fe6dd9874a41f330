"""Pages of a diff in both directions, each a bounded piece of work: for a window on a run of millions.

A page may hold fewer rows than asked for, even none, and still name a next one: where a filter drops most rows, the
caller asks on, and can show how far it has got.
"""

from bisect import bisect_left

from core.db.connection import Connection
from core.domain.diff import LATE, QUARANTINED, Cursor, DiffRow, Outline, Page, View
from core.services import diff

# Items that one call looks through for rows of one kind.
_SCOPE = 20_000
_END = Cursor(2**63 - 1)


def outline(connection: Connection, run: int) -> Outline:
    """Where the items of a run lie."""
    return Outline([(row["ledger_id"], row["missing"]) for row in connection.rows("diff.outline", {"run": run})])


def forward(connection: Connection, view: View, at: Cursor, rows: int) -> Page:
    """The rows that follow a cursor."""
    if view.before is not None:
        return diff.compare(connection, view.before, view.run, only=view.only, after=at, rows=rows)
    if view.only in (LATE, QUARANTINED):
        return diff.diff(connection, view.run, only=view.only, after=at, rows=rows)
    lie = outline(connection, view.run)
    begin = lie.position(at)
    end = min(begin + (rows if view.only is None else max(rows, _SCOPE)), lie.total)
    found = _between(connection, view, lie, begin, end)[:rows]
    last = found[-1].at if len(found) == rows else lie.cursor(end)
    return Page(tuple(found), last if lie.position(last) < lie.total else None)


def backward(connection: Connection, view: View, at: Cursor | None, rows: int) -> Page:
    """The rows up to a cursor, in their usual order; None: up to the end. `next` is where the page before them ends."""
    if view.only == LATE:
        return Page((), None)  # there is no list of them to read from its end
    if view.before is not None:
        return _compared(connection, view, view.before, at or _END, rows)
    if view.only == QUARANTINED:
        return _quarantined(connection, view.run, at or _END, rows)
    lie = outline(connection, view.run)
    end = lie.total if at is None else lie.position(at)
    begin = max(end - (rows if view.only is None else max(rows, _SCOPE)), 0)
    found = _between(connection, view, lie, begin, end)
    if len(found) > rows:
        return Page(tuple(found[-rows:]), found[-rows - 1].at)
    return Page(tuple(found), lie.cursor(begin) if begin else None)


def _between(connection: Connection, view: View, lie: Outline, begin: int, end: int) -> list[DiffRow]:
    """The items at the positions after `begin`, up to `end`."""
    if begin >= end:
        return []
    after = lie.cursor(begin)
    asked = {"run": view.run, "after_ledger": after.entry, "after_seq": after.seq, "rows": end - begin}
    return [diff.diff_row(row) for row in connection.rows("diff.of_kind", {**asked, "only": view.only})]


def _quarantined(connection: Connection, run: int, until: Cursor, rows: int) -> Page:
    asked = {"run": run, "until_ledger": until.entry, "until_seq": until.seq, "rows": rows + 1}
    found = [diff.diff_row(row) for row in connection.rows("diff.quarantined_before", asked)]
    return Page(tuple(reversed(found[:rows])), found[rows].at if len(found) > rows else None)


def _compared(connection: Connection, view: View, before: int, until: Cursor, rows: int) -> Page:
    """Two plans, up to a cursor: find where to begin, then read forward from there."""
    shared = connection.rows("diff.shared", {"run": before, "other": view.run})
    place = min(until.entry, len(shared) - 1)
    while place >= 0:
        pair = {"before": shared[place]["before"], "after": shared[place]["after"]}
        lengths = connection.rows("diff.lengths", pair)[0]
        first, second = lengths["before"], lengths["after"]
        if place == until.entry:
            first, second = min(until.seq, first), min(until.other_seq, second)
        if first or second:
            return _pair(connection, view, pair, Cursor(place, first, second), rows)
        place -= 1
    return Page((), None)


def _pair(connection: Connection, view: View, pair: dict[str, int], until: Cursor, rows: int) -> Page:
    # Both sides begin at the same code, the later of the two that lie `rows` before the end of their side: so no more
    # than twice as many rows follow, and none of them has its counterpart before the beginning.
    sides = ((pair["before"], until.seq), (pair["after"], until.other_seq))
    codes = [_code(connection, entry, seq - rows + 1) for entry, seq in sides if seq >= rows]
    begins = [_place(connection, entry, seq, max(codes)) if codes else 0 for entry, seq in sides]
    begin = Cursor(until.entry, begins[0], begins[1])
    read = diff.compare(connection, view.before or 0, view.run, only=None, after=begin, rows=2 * rows)
    found = [row for row in read.rows if row.at.entry == until.entry and _is_within(row.at, until)]
    page = found[-rows:]
    dropped = found[: -len(page)] if page else []
    before_it = dropped[-1].at if dropped else begin
    is_first = before_it == Cursor(before_it.entry) and before_it.entry == 0
    kept = tuple(row for row in page if view.only in (None, row.kind))
    return Page(kept, None if is_first else before_it)


def _is_within(at: Cursor, until: Cursor) -> bool:
    return at.seq <= until.seq and at.other_seq <= until.other_seq


def _code(connection: Connection, entry: int, seq: int) -> bytes:
    """An item's code as bytes, which sort as the database sorts codes."""
    return str(connection.value("diff.code", {"entry": entry, "seq": seq})).encode()


def _place(connection: Connection, entry: int, rows: int, code: bytes) -> int:
    """How many of the first `rows` items of an entry have a lesser code: halving finds it in a few look-ups."""
    return bisect_left(range(1, rows + 1), code, key=lambda seq: _code(connection, entry, seq))
