"""Rows of core/sql/queries/verify.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Facts:
    """A run with its pins beside what is there now, its batches, and what they wrote."""

    run: int
    status: str
    digest: str | None
    planned_by: str
    planned_at: datetime
    reconciled_by: str | None
    reconciled_at: datetime | None
    reconcile_note: str | None
    gateway_planned: Json
    gateway_live: Json
    alerts_planned: int
    alerts_live: int
    registry_planned: int
    registry_live: int
    registry_triggers_planned: str
    registry_triggers_live: str
    triggers_changed: tuple[str, ...]
    items_changed: tuple[str, ...]
    written: int
    self_marked: int
    writes: Mapping[str, int]
    batches: int
    unfinished: int
    largest: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who took part, or may review."""

    person: str


@dataclass(frozen=True, slots=True)
class Birth:
    """Rows that were registered since the plan, by origin and collection; `ours` are planned items of the run."""

    origin: str
    collection: str
    rows: int
    ours: int
    example: str
    by_run: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a run's evidence."""

    digest: str


@dataclass(frozen=True, slots=True)
class Certified:
    """The event that says that a run is certified."""

    chain_seq: int
    chain_hash: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who stands for a run; `chain_head` is None where the event that says so is gone."""

    run: int
    certified_by: str
    person: str
    certified_at: datetime
    note: str
    certificate: str
    chain_seq: int
    chain_head: str | None


FACTS: Final = Query("verify.facts", Facts)
PEOPLE: Final = Query("verify.people", Person)
REVIEWERS: Final = Query("verify.reviewers", Person)
SINCE_PLAN: Final = Query("verify.since_plan", Birth)
EVIDENCE_DIGEST: Final = Query("verify.evidence_digest", Digest)
CERTIFY: Final = Query("verify.certify", Certified)
CERTIFICATE: Final = Query("verify.certificate", Certificate)
