"""Rows of core/sql/queries/standing.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Runs:
    """How many runs are in a state."""

    state: str
    runs: int


@dataclass(frozen=True, slots=True)
class Certified:
    """The latest certificate."""

    run: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """The head of the chain with its time in microseconds, and the time by the server."""

    seq: int
    hash: str
    at_us: int
    now: datetime


CERTIFIED: Final = Query("standing.certified", Certified)
CHAIN: Final = Query("standing.chain", Chain)
RUNS: Final = Query("standing.runs", Runs)
