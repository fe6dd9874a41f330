"""Rows of core/sql/queries/uninstall.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Place:
    """Where an uninstall would happen."""

    database: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours."""

    name: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One step: what goes, and its SQL as the server quoted it."""

    what: str
    statement: str


PLACE: Final = Query("uninstall.place", Place)
TABLES: Final = Query("uninstall.tables", Table)
STATEMENTS: Final = Query("uninstall.statements", Statement)
