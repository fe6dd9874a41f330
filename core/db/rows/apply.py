"""Rows of core/sql/queries/apply.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Done, Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gates before an apply are judged on, as birth_backfill_facts tells it."""

    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What birth_backfill_claim answers: a range under an epoch where `verdict` is claimed, else nothing."""

    verdict: str
    ledger_id: int | None
    epoch: int | None
    seq_from: int | None
    seq_to: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """The outcome of a batch, and what was claimed in the same transaction.

    `finished_us` is when it finished, in microseconds since 1970; `server_seconds` the work on its rows, and
    `lock_seconds` what the server waited for other workers.
    """

    registered: int
    existing: int
    vanished: int
    quarantined: int
    next: ClaimAnswer | None
    finished_us: int
    server_seconds: float
    lock_seconds: float
    transaction_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a batch, as the ledger keeps it. All counts are 0 before it is finished, and the rest None."""

    registered: int
    existing: int
    vanished: int
    quarantined: int
    transaction_id: str | None
    finished_us: int | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a transaction; None where the server no longer knows."""

    status: str | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What the server no longer has of what it acknowledged; None where it has everything."""

    lost: Json


@dataclass(frozen=True, slots=True)
class Lost:
    """Acknowledged batches that are gone, and their items; `list` names them by entry and epoch."""

    batches: int
    items: int
    registered: int
    existing: int
    vanished: int
    quarantined: int
    list: list[tuple[int, int]]
    timeline_before: int | None
    timeline: int

    def as_json(self) -> dict[str, Json]:
        """The loss as an event tells it."""
        return {
            "batches": self.batches,
            "rows": self.items,
            "registered": self.registered,
            "existing": self.existing,
            "vanished": self.vanished,
            "quarantined": self.quarantined,
            "timeline_before": self.timeline_before,
            "timeline": self.timeline,
        }


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that was set aside, and why."""

    seq: int
    entity_code: str
    source_key: list[str]
    sqlstate: str
    message: str


@dataclass(frozen=True, slots=True)
class Item:
    """A row to register."""

    collection: str
    entity_code: str
    source_key: list[str]


@dataclass(frozen=True, slots=True)
class Split:
    """The epoch of a claim's second half; None where it has none."""

    epoch: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """What the server has to do. None is what cannot be seen."""

    replicas: int
    replica_lag: float | None
    replayed_bytes: float | None
    lock_waits: int
    wal_bytes: float | None
    active: int | None
    busy: int | None
    vacuuming: bool
    dead_rows: int
    live_rows: int
    server_began: datetime


@dataclass(frozen=True, slots=True)
class Batches:
    """How many batches of a run are finished, and how many rows they set aside.

    And whether the registry or a source is spread over servers.
    """

    finished: int
    quarantined: int
    spread: bool


@dataclass(frozen=True, slots=True)
class Control:
    """How a run is steered."""

    command: str
    batch_size: int | None
    reason: str | None
    steered_by: str
    steered_at: datetime


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What the register function would do with a range of planned rows, and how it was asked."""

    mode: str
    would_register: int
    existing: int
    vanished: int
    would_refuse: list[Mapping[str, str]]


FACTS: Final = Query("apply.facts", Facts)
BEGIN: Final = Query("apply.begin", Done)
CLAIM: Final = Query("apply.claim", ClaimAnswer)
BATCH: Final = Query("apply.batch", Batch)
FATE: Final = Query("apply.fate", Fate)
OUTCOME: Final = Query("apply.outcome", Outcome)
COMPARE: Final = Query("apply.compare", Compared)
QUARANTINED: Final = Query("apply.quarantined", Quarantined)
ITEM: Final = Query("apply.item", Item)
HEARTBEAT: Final = Query("apply.heartbeat", Done)
SPLIT: Final = Query("apply.split", Split)
REPORT: Final = Query("apply.report", Done)
LOAD: Final = Query("apply.load", Load)
BATCHES: Final = Query("apply.batches", Batches)
FINISH: Final = Query("apply.finish", Done)
CONTROL: Final = Query("apply.control", Control)
REHEARSE: Final = Query("apply.rehearse", Rehearsed)
STEER: Final = Query("apply.steer", Done)
