"""Rows of core/sql/queries/people.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Login:
    """A login that is mapped to a person, or is in one of the groups, and what its role may do."""

    login: str
    person: str | None
    retired_at: datetime | None
    exists: bool
    groups: tuple[str, ...]
    superuser: bool
    createrole: bool
    bypassrls: bool
    can_login: bool


@dataclass(frozen=True, slots=True)
class Role:
    """Whether a role is there, and may log in."""

    exists: bool
    can_login: bool


ALL: Final = Query("people.all", Login)
ROLE: Final = Query("people.role", Role)
