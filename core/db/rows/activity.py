"""Rows of core/sql/queries/activity.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends."""

    seq: int


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the ledger. `payload` is the text that was hashed."""

    seq: int
    at: datetime
    actor: str
    kind: str
    payload: str | None


HEAD: Final = Query("activity.head", Head)
SINCE: Final = Query("activity.since", Event)
