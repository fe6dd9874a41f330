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
    """How many rows of an entry are missing no more, by batches that ended close together. Below 0: taken back."""

    at_us: int
    ledger_id: int
    collection: str
    rows: int


DECISIONS: Final = Query("burndown.decisions", Decision)
PLANS: Final = Query("burndown.plans", Plan)
SETTLED: Final = Query("burndown.settled", Batches)
