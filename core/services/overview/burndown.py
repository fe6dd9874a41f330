"""The burn-down, from the ledger."""

from core.db.connection.session import Connection
from core.db.rows.burndown import DECISIONS, PLANS, SETTLED
from core.domain.overview.burndown import Burndown, Decided, Event, Planned, Settled, burndown
from core.services.overview import readiness

_STEPS = 400
_RUNS = 10  # the latest, whose batches are told one by one


def read(connection: Connection, most: int = 200) -> Burndown:
    """At most `most` points, from the first decision to now."""
    found: list[Event] = [
        Decided(row.at_us, row.kind, row.collection, _became(row.kind, row.became))
        for row in connection.rows(DECISIONS)
    ]
    found += [Planned(row.at_us, row.ledger_id, row.collection, row.missing) for row in connection.rows(PLANS)]
    found += [
        Settled(row.at_us, row.ledger_id, row.collection, row.rows)
        for row in connection.rows(SETTLED, {"steps": _STEPS, "runs": _RUNS})
    ]
    blockers = int(readiness.read(connection).metrics["identity_unclassified_blockers"])
    return burndown(found, blockers).thinned(most)


def _became(kind: str, became: str | None) -> str | None:
    return None if kind == "identity_unclassified" else became
