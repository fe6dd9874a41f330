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
    """How a run stands. `parts` are those that this login's person took in it.

    `withdraws` is the run that it takes back, if it is such a one. `may_be_withdrawn`: whether any run may be.
    """

    status: str
    command: str
    held_by: str | None
    parts: list[str]
    withdraws: int | None
    may_be_withdrawn: bool


LOGIN: Final = Query("next_actions.login", Login)
STANDING: Final = Query("next_actions.standing", Standing)
