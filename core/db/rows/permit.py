"""Rows of core/sql/queries/permit.sql."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    kind: str
    between: str | None


@dataclass(frozen=True, slots=True)
class Requested:
    """The number of a request."""

    request: int


@dataclass(frozen=True, slots=True)
class Request:
    """A permit that was asked for, and what became of that; `collections` counts those of the run with rows."""

    request: int
    state: str
    run: int
    budget: int
    lifetime: timedelta
    between: str | None
    ticket: str | None
    reason: str
    requested_by: str
    requested_at: datetime
    collections: int


GRANT: Final = Query("permit.grant", Opened)
OPEN: Final = Query("permit.open", Opened)
CLOSE: Final = Query("permit.close", Done)
ALL: Final = Query("permit.all", Permit)
REQUEST: Final = Query("permit.request", Requested)
REQUESTS: Final = Query("permit.requests", Request)
