"""How the plans of two runs differ, in pages from both ends."""

from bisect import bisect_left
from dataclasses import replace

from core.db.connection.session import Connection
from core.db.rows.diff import CODE, COMPARED, LENGTHS, SHARED, Pair
from core.domain.backfill.diff import Cursor, DiffRow, Page, View

# Items of either plan that one call looks through for rows that pass a filter.
_SCOPE = 10_000


def forward(connection: Connection, view: View, at: Cursor, rows: int) -> Page:
    """The rows that follow a cursor; both plans are in the order of their codes."""
    shared = connection.rows(SHARED, {"run": view.before, "other": view.run})
    passes = view.codes.test()
    found: list[DiffRow] = []
    scope = rows if view.is_whole else max(rows, _SCOPE)
    while at.entry < len(shared) and len(found) < rows and scope > 0:
        pair = shared[at.entry]
        asked = {"before": pair.before, "after": pair.after, "before_seq": at.seq, "after_seq": at.other_seq}
        read = connection.rows(COMPARED, {**asked, "rows": scope})
        scope -= len(read)
        if not read:
            at = Cursor(at.entry + 1)
        for row in read:
            at = replace(at, seq=row.before_seq or at.seq, other_seq=row.after_seq or at.other_seq)
            if view.only in (None, row.kind) and passes(row.code.lower()):
                found.append(DiffRow(row.kind, pair.collection, row.code, row.source_key, at=at))
                if len(found) == rows:
                    break
    return Page(tuple(found), at if at.entry < len(shared) else None)


def backward(connection: Connection, view: View, until: Cursor, rows: int) -> Page:
    """The rows up to a cursor: find where to begin, then read forward from there."""
    shared = connection.rows(SHARED, {"run": view.before, "other": view.run})
    place = min(until.entry, len(shared) - 1)
    while place >= 0:
        pair = shared[place]
        lengths = connection.one(LENGTHS, {"before": pair.before, "after": pair.after})
        first, second = lengths.before, lengths.after
        if place == until.entry:
            first, second = min(until.seq, first), min(until.other_seq, second)
        if first or second:
            return _pair(connection, view, pair, Cursor(place, first, second), rows)
        place -= 1
    return Page((), None)


def _pair(connection: Connection, view: View, pair: Pair, until: Cursor, rows: int) -> Page:
    # Both sides begin at the same code, the later of the two that lie `rows` before the end of their side: so no more
    # than twice as many rows follow, and none of them has its counterpart before the beginning.
    sides = ((pair.before, until.seq), (pair.after, until.other_seq))
    codes = [_code(connection, entry, seq - rows + 1) for entry, seq in sides if seq >= rows]
    begins = [_place(connection, entry, seq, max(codes)) if codes else 0 for entry, seq in sides]
    begin = Cursor(until.entry, begins[0], begins[1])
    read = forward(connection, View(view.run, before=view.before), begin, 2 * rows)
    found = [row for row in read.rows if row.at.entry == until.entry and _is_within(row.at, until)]
    page = found[-rows:]
    dropped = found[: -len(page)] if page else []
    before_it = dropped[-1].at if dropped else begin
    is_first = before_it == Cursor(before_it.entry) and before_it.entry == 0
    passes = view.codes.test()
    kept = tuple(row for row in page if view.only in (None, row.kind) and passes(row.code.lower()))
    return Page(kept, None if is_first else before_it)


def _is_within(at: Cursor, until: Cursor) -> bool:
    return at.seq <= until.seq and at.other_seq <= until.other_seq


def _code(connection: Connection, entry: int, seq: int) -> bytes:
    """An item's code as bytes, which sort as the database sorts codes."""
    return connection.one(CODE, {"entry": entry, "seq": seq}).entity_code.encode()


def _place(connection: Connection, entry: int, rows: int, code: bytes) -> int:
    """How many of the first `rows` items of an entry have a lesser code: halving finds it in a few look-ups."""
    return bisect_left(range(1, rows + 1), code, key=lambda seq: _code(connection, entry, seq))
