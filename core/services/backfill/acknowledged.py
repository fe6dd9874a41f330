"""The batches whose commits an apply has heard of, held against the server each time it connects again.

A failover to a replica that lagged, or a restore, takes acknowledged commits away. Their rows are missing again, so
they are applied again; that they were lost is recorded in the ledger and told, or the events would add up to too much.
"""

from collections.abc import Callable
from threading import Lock

from psycopg.types.json import Jsonb

from core.db.connection.apply_connection import ApplyConnection
from core.db.rows.apply import COMPARE, Batch, Lost, Outcome
from core.db.rows.query import from_json
from core.domain.backfill.claim import Claim
from core.domain.backfill.events import ApplyEvent
from core.services.backfill.reconnect import Connect

_Known = dict[str, int]


class Acknowledged:
    """What the workers of one apply have heard. Threads share it."""

    def __init__(self, run: int) -> None:
        self._run = run
        self._batches: dict[tuple[int, int], _Known] = {}
        self._lock = Lock()

    def add(self, claim: Claim, outcome: Batch | Outcome) -> None:
        """Remember that the server answered for a batch. It is known by the moment at which it finished."""
        if outcome.finished_us is None:
            return
        known = {
            "finished_us": outcome.finished_us,
            "registered": outcome.registered,
            "existing": outcome.existing,
            "vanished": outcome.vanished,
            "quarantined": outcome.quarantined,
        }
        with self._lock:
            self._batches[claim.ledger_id, claim.epoch] = known

    def watching(self, connect: Connect, tell: Callable[[ApplyEvent], None]) -> Connect:
        """Connect like `connect`, and tell what the server lost that this connection comes to."""

        def connected() -> ApplyConnection:
            connection = connect()
            try:
                self._compare(connection, tell)
            except BaseException:
                connection.close()
                raise
            return connection

        return connected

    def _compare(self, connection: ApplyConnection, tell: Callable[[ApplyEvent], None]) -> None:
        # One at a time: a loss that all workers come to is told once.
        with self._lock:
            if not self._batches:
                return
            heard = [
                {"ledger_id": ledger_id, "epoch": epoch, **known} for (ledger_id, epoch), known in self._batches.items()
            ]
            found = connection.one(COMPARE, {"run": self._run, "batches": Jsonb(heard)}).lost
            if found is None:
                return
            lost = from_json(Lost, found, COMPARE.name)
            for ledger_id, epoch in lost.list:
                self._batches.pop((ledger_id, epoch), None)
        tell(ApplyEvent("history_lost", {"run": self._run, **lost.as_json()}))
