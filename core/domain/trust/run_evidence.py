"""What one snapshot says of a run: the facts that the acceptance gates are judged on."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.backfill.run_facts import Pin
from core.domain.backfill.runs import Accounting


@dataclass(frozen=True, slots=True)
class RunState:
    """How a run stands: its pins, who did what, its batches, and what they wrote by table.

    `written` are registry rows of the run's origin, `self_marked` those of them that it certified by itself.
    """

    status: str
    digest: str | None
    planned_by: str
    reconciled_by: str | None
    reconcile_note: str | None
    gateway: Pin
    alerts: Pin
    registry_triggers: Pin
    triggers_changed: tuple[str, ...]
    items_changed: tuple[str, ...]
    registry_planned: int
    registry_live: int
    written: int
    self_marked: int
    writes: Mapping[str, int]
    batches: int
    unfinished: int
    largest: int


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
class RunEvidence:
    """A run's state, who took part and who may review, the accounting, the rerun, and what was born since the plan."""

    state: RunState
    participants: tuple[str, ...]
    reviewers: tuple[str, ...]
    accounting: Accounting
    rerun_delta: int
    births: tuple[Birth, ...]
