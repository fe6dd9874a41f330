"""Row-level diffs, a page at a time: a run of millions opens as fast as a small one."""

from dataclasses import replace

from core.db import missing
from core.db.connection import Connection, Row
from core.domain.diff import LATE, QUARANTINED, Cursor, DiffRow, Page
from core.services import ledger, reconcile

# Pages are read in steps of at least this many items where a filter may drop most of them.
_STEP = 5_000


def diff(connection: Connection, run: int, *, only: str | None = None, after: Cursor | None = None, rows: int) -> Page:
    """A page of what became of a run's items, in the order of its entries and their codes.

    `only` keeps one kind; `~` (late) rows are no items, and come only when asked for. Raises UsageError for an
    unknown run.
    """
    ledger.run(connection, run)
    at = after or Cursor()
    if only == LATE:
        return _late(connection, run, at, rows)
    if only == QUARANTINED:
        return _page(connection.rows("diff.quarantined", _after(run, at, rows)), rows)
    if only is None:
        return _page(connection.rows("diff.page", _after(run, at, rows)), rows)
    return _only(connection, run, only, at, rows)


def compare(connection: Connection, run: int, other: int, *, only: str | None, after: Cursor | None, rows: int) -> Page:
    """A page of how the plan of `other` differs from that of `run`: `+` came, `-` went, `=` is in both."""
    ledger.run(connection, run)
    ledger.run(connection, other)
    shared = connection.rows("diff.shared", {"run": run, "other": other})
    at = after or Cursor()
    found: list[DiffRow] = []
    while at.entry < len(shared) and len(found) < rows:
        pair = shared[at.entry]
        asked = {"before": pair["before"], "after": pair["after"], "before_seq": at.seq, "after_seq": at.other_seq}
        read = connection.rows("diff.compared", {**asked, "rows": rows - len(found) if only is None else _STEP})
        if not read:
            at = Cursor(at.entry + 1)
        for row in read:
            at = replace(at, seq=row["before_seq"] or at.seq, other_seq=row["after_seq"] or at.other_seq)
            if only in (None, row["kind"]):
                key = tuple(row["source_key"])
                found.append(DiffRow(row["kind"], pair["collection"], row["code"], key, at=at))
                if len(found) == rows:
                    break
    return Page(tuple(found), at if at.entry < len(shared) else None)


def _only(connection: Connection, run: int, only: str, at: Cursor, rows: int) -> Page:
    """Items of one kind: step through the pages until there are enough."""
    found: list[Row] = []
    while len(found) <= rows:
        read = connection.rows("diff.page", _after(run, at, _STEP))
        found += [row for row in read if row["kind"] == only]
        if len(read) <= _STEP:
            break
        at = Cursor(read[-1]["ledger_id"], read[-1]["seq"])
    return _page(found, rows)


def _late(connection: Connection, run: int, at: Cursor, rows: int) -> Page:
    """Rows that are missing now and were not planned. Reads the sources: there is no list of them."""
    found: list[DiffRow] = []
    entries = [entry for entry in connection.rows("ledger.sources", {"run": run}) if entry["ledger_id"] >= at.entry]
    for entry in entries:
        skip = at.seq if entry["ledger_id"] == at.entry else 0
        query = missing.late(
            reconcile.missing_set(connection, entry),
            entry["ledger_id"],
            connection.schema,
            skip=skip,
            rows=rows + 1,
        )
        for position, row in enumerate(connection.rows(query), skip):
            if len(found) == rows:
                return Page(tuple(found), Cursor(entry["ledger_id"], position))
            at = Cursor(entry["ledger_id"], position + 1)
            found.append(DiffRow(LATE, entry["collection"], row["code"], (), "born after the plan", at))
    return Page(tuple(found), None)


def _after(run: int, at: Cursor, rows: int) -> dict[str, object]:
    # One row more than the page: that tells whether there is a next one.
    return {"run": run, "after_ledger": at.entry, "after_seq": at.seq, "rows": rows + 1}


def _page(found: list[Row], rows: int) -> Page:
    kept = found[:rows]
    last = Cursor(kept[-1]["ledger_id"], kept[-1]["seq"]) if len(found) > rows else None
    return Page(tuple(map(diff_row, kept)), last)


def diff_row(row: Row) -> DiffRow:
    """A row of the queries, with the cursor after it."""
    at = Cursor(row["ledger_id"], row["seq"])
    return DiffRow(row["kind"], row["collection"], row["code"], tuple(row["source_key"]), row["note"], at)
