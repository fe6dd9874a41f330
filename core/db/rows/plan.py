"""Rows of core/sql/queries/plan.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Planned:
    """The number of the run that was planned."""

    run: int


@dataclass(frozen=True, slots=True)
class Left:
    """Registry rows that a withdrawal leaves, each kind with its collection, reason and examples."""

    left: list[Json]


@dataclass(frozen=True, slots=True)
class Codes:
    """What moved in a source since its plan, by code."""

    late: tuple[str, ...]
    gone: tuple[str, ...]
    registered_since: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in a source since its plan, in rows and by code."""

    late: int
    gone: int
    registered_since: int
    codes: Codes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The drift that was accepted, in rows, and what moved in each collection; a digest where there was any."""

    accepted: int
    late: int
    gone: int
    registered_since: int
    digest: str | None
    rows: Mapping[str, Moved]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The answer of a reconciliation."""

    drift: Accepted


@dataclass(frozen=True, slots=True)
class Superseded:
    """A run that a later plan replaces; `begun`: some of its rows may be registered."""

    run: int
    begun: bool


@dataclass(frozen=True, slots=True)
class Skipped:
    """A collection that a plan of all left out, and the gate that its rows closed."""

    collection: str
    gate: str
    evidence: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Extent:
    """The first and last missing code of an entry, in code order; none where none is missing."""

    ledger_id: int
    first: str | None
    last: str | None
    indexed: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """Rows per second of one worker over the latest batches: quartiles; None where there was no batch."""

    batches: int
    slow: float | None
    fast: float | None


@dataclass(frozen=True, slots=True)
class Clock:
    """The time by the server."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how many rows the table of a collection has."""

    collection: str
    rows: int


CLOCK: Final = Query("plan.clock", Clock)
ESTIMATES: Final = Query("plan.estimates", Estimate)
EXTENTS: Final = Query("plan.extents", Extent)
PLAN: Final = Query("plan.plan", Planned)
PLAN_RECONCILED: Final = Query("plan.plan_reconciled", Planned)
RATE: Final = Query("plan.rate", Rate)
WITHDRAW: Final = Query("plan.withdraw", Planned)
LEFT: Final = Query("plan.left", Left)
RECONCILE: Final = Query("plan.reconcile", Reconciled)
SKIPPED: Final = Query("plan.skipped", Skipped)
SUPERSEDED: Final = Query("plan.superseded", Superseded)
