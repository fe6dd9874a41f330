"""Rows of core/sql/queries/permit.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Done, Query


@dataclass(frozen=True, slots=True)
class Opened:
    """The number of the permit that was opened."""

    permit: int


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit as it stands; `collections` is None where it admits every collection."""

    permit: int
    state: str
    budget: int
    used: int
    collections: tuple[str, ...] | None
    reason: str
    opened_by: str
    opened_at: datetime
    expires_at: datetime
    gateway: str | None
    gateway_full: str | None
    run: int | None
    ticket: str | None
    between: str | None


OPEN: Final = Query("permit.open", Opened)
CLOSE: Final = Query("permit.close", Done)
ALL: Final = Query("permit.all", Permit)
