"""Rows of core/sql/queries/burndown.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Decision:
    """An event by which a collection became something: a strategy, None for unclassified, or a requirement."""

    at_us: int
    kind: str
    collection: str
    became: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rows of a collection a plan found missing."""

    at_us: int
    ledger_id: int
    collection: str
    missing: int


@dataclass(frozen=True, slots=True)
class Batches:
    """How many items of an entry got an outcome that leaves no row missing, in batches that ended close together."""

    at_us: int
    ledger_id: int
    rows: int


DECISIONS: Final = Query("burndown.decisions", Decision)
PLANS: Final = Query("burndown.plans", Plan)
SETTLED: Final = Query("burndown.settled", Batches)
