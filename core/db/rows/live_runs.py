"""Rows of core/sql/queries/live_runs.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows of one collection."""

    planned: int
    registered: int
    existing: int
    vanished: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run gets on: its accounting, in all and by collection, how it is steered, and who is at work on it."""

    run: int
    status: str
    command: str
    batch_size: int | None
    steered_by: str
    reason: str | None
    planned: int
    registered: int
    existing: int
    vanished: int
    quarantined: int
    outcomes: Mapping[str, Outcome]
    largest: int | None
    states: Mapping[str, int]
    reasons: tuple[str, ...]
    is_starting: bool
    is_ending: bool


PROGRESS: Final = Query("live_runs.progress", Progress)
