"""Rows of core/sql/queries/next_actions.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Login:
    """The groups of the login that asks, and its person."""

    groups: list[str]
    person: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands. `parts` are those that this login's person took in it."""

    status: str
    command: str
    held_by: str | None
    parts: list[str]


LOGIN: Final = Query("next_actions.login", Login)
STANDING: Final = Query("next_actions.standing", Standing)
