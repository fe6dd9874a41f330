"""Rows of core/sql/queries/session.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is connected, where to, and in which of the console's groups."""

    login: str
    database: str
    version: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a snapshot sees, by a name that other sessions can join."""

    moment: str


IDENTITY: Final = Query("session.identity", Identity)
MOMENT: Final = Query("session.moment", Moment)
