"""Rows of core/sql/queries/plan.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Done, Query


@dataclass(frozen=True, slots=True)
class Planned:
    """The number of the run that was planned."""

    run: int


@dataclass(frozen=True, slots=True)
class Superseded:
    """A run that a later plan replaces; `begun`: some of its rows may be registered."""

    run: int
    begun: bool


PLAN: Final = Query("plan.plan", Planned)
RECONCILE: Final = Query("plan.reconcile", Done)
SUPERSEDED: Final = Query("plan.superseded", Superseded)
