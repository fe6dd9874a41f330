"""What happened since the last look, from the ledger's events."""

from dataclasses import dataclass

from core.db.connection.session import Connection
from core.db.rows.activity import HEAD, SINCE
from core.domain.overview.activity import LedgerEvent, ledger_event

LATEST = 200


@dataclass(frozen=True, slots=True)
class Latest:
    """The head of the ledger, and the events after another head: the newest first, batches left out."""

    head: int
    events: tuple[LedgerEvent, ...]


def since(connection: Connection, seq: int | None) -> Latest:
    """The latest events after `seq`; without one, only where the ledger's head is."""
    head = connection.one(HEAD).seq
    if seq is None or seq >= head:
        return Latest(head, ())
    rows = connection.rows(SINCE, {"seq": seq, "head": head, "limit": LATEST})
    return Latest(head, tuple(ledger_event(row.seq, row.at, row.actor, row.kind, row.payload) for row in rows))


def latest(connection: Connection, among: int = 2_000) -> tuple[LedgerEvent, ...]:
    """What happened last, the newest first, `among` the ledger's latest events: batches are left out."""
    return since(connection, max(connection.one(HEAD).seq - among, 0)).events
