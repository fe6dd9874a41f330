"""Rows of core/sql/queries/uninstall.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Command, Query


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
    """One step: what goes, its SQL as the server quoted it, and whose rights that needs. Some may stay without harm."""

    what: str
    statement: str
    owner: str
    may_stay: bool
    able: bool


@dataclass(frozen=True, slots=True)
class Role:
    """One of our roles, and what holds it."""

    name: str
    held_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Login:
    """A login of a person."""

    name: str


PLACE: Final = Query("uninstall.place", Place)
TABLES: Final = Query("uninstall.tables", Table)
STATEMENTS: Final = Query("uninstall.statements", Statement)
DROP_ROLES: Final = Command("uninstall.drop_roles")
ROLES_LEFT: Final = Query("uninstall.roles_left", Role)
PEOPLE: Final = Query("uninstall.people", Login)
