"""Rows that are missing now and were not planned. The sources are read for them: there is no list."""

from core.db.connection.session import Connection
from core.db.rows.ledger import SOURCES
from core.db.sources import missing
from core.domain.backfill.diff import LATE, Cursor, DiffRow, Page, View
from core.services.backfill import reconcile


def forward(connection: Connection, view: View, at: Cursor, rows: int) -> Page:
    """The late rows of a run that follow a cursor."""
    found: list[DiffRow] = []
    for entry in connection.rows(SOURCES, {"run": view.run}):
        if entry.ledger_id < at.entry:
            continue
        skip = at.seq if entry.ledger_id == at.entry else 0
        query = missing.late_rows(
            reconcile.missing_set(connection, entry),
            entry.ledger_id,
            connection.schema,
            like=view.codes.like if view.codes else None,
            unlike=view.codes.inverse,
            skip=skip,
            rows=rows - len(found) + 1,
        )
        for position, late in enumerate(connection.rows(query), skip):
            if len(found) == rows:
                return Page(tuple(found), Cursor(entry.ledger_id, position))
            at = Cursor(entry.ledger_id, position + 1)
            found.append(DiffRow(LATE, entry.collection, late.code, (), "inserted after the plan", at))
    return Page(tuple(found), None)
