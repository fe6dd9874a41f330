"""Rows of core/sql/queries/plan.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Done, Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Planned:
    """The number of the run that was planned."""

    run: int


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


PLAN: Final = Query("plan.plan", Planned)
RECONCILE: Final = Query("plan.reconcile", Done)
SKIPPED: Final = Query("plan.skipped", Skipped)
SUPERSEDED: Final = Query("plan.superseded", Superseded)
