"""Rows of core/sql/queries/ledger.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Run:
    """A run without its entries."""

    run: int
    status: str
    command: str
    digest: str
    planned_by: str
    planned_at: datetime
    reconciled_by: str | None
    superseded_by: int | None
    withdraws: int | None
    working: list[str]
    waits_for: list[str]
    is_starting: bool
    is_ending: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run that no session applies is stopped."""

    run: int
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The part of a run that concerns one collection."""

    run: int
    ledger_id: int
    collection: str
    identity: str
    source_rows: int
    distinct_codes: int
    registered: int
    missing: int
    digest: str


@dataclass(frozen=True, slots=True)
class Source:
    """The source of an entry, under the identity it was planned with; no table where that is gone."""

    ledger_id: int
    collection: str
    strategy: str
    columns: tuple[str, ...]
    relid: int
    table_schema: str | None
    table_name: str | None
    windowed: bool
    living: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows of an entry."""

    ledger_id: int
    collection: str
    planned: int
    registered: int
    existing: int
    vanished: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Worker:
    """A connection at work on a run."""

    pid: int
    login: str
    state: str
    reason: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Texts:
    """The SQL of an entry; None where its table is gone."""

    plan: str | None
    read: str | None
    register: str | None


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL that planning a collection runs, and what a batch of it runs."""

    collection: str
    statements: Texts


RUNS: Final = Query("ledger.runs", Run)
STOPPED: Final = Query("ledger.stopped", Stop)
ENTRIES: Final = Query("ledger.entries", Entry)
SOURCES: Final = Query("ledger.sources", Source)
ACCOUNTING: Final = Query("ledger.accounting", Account)
WORKERS: Final = Query("ledger.workers", Worker)
STATEMENTS: Final = Query("ledger.statements", Statements)
