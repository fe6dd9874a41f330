"""Rows of core/sql/queries/readiness.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the dashboard's figures, as text."""

    metric: str
    value: str


@dataclass(frozen=True, slots=True)
class Census:
    """How the enrolled collections divide, and the names of those that stand out."""

    column: int
    synthetic: int
    unclassified: int
    native_status: int
    no_table: tuple[str, ...]
    table_without_trigger: tuple[str, ...]
    trigger_disabled: tuple[str, ...]
    with_trigger: int
    governed_required: int
    governed_exempt: int
    frozen_compatible: int
    frozen_broken: int
    locked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that a document states."""

    claim: str
    source: str
    stated: str


METRICS: Final = Query("readiness.metrics", Metric)
CENSUS: Final = Query("readiness.census", Census)
CLAIMS: Final = Query("readiness.claims", Claim)
