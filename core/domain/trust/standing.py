"""How one database stands, in a line: gate, blockers, missing rows, active runs, last certificate, the anchor's age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.backfill.progress import ApplyProgress
from core.domain.overview.readiness import Readiness
from core.errors import ConsoleError, Json

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Standing:
    """What one look found. `missing` is that of the plans, less the rows that have an outcome; None before a plan."""

    readiness: Readiness
    missing: int | None
    runs: Mapping[str, int]  # by state
    active: tuple[ApplyProgress, ...]
    certified: tuple[int, datetime] | None  # the run, and when
    head: int
    head_hash: str
    head_at: datetime
    anchor_seconds: float | None  # since the latest anchor that was written on this machine


@dataclass(frozen=True, slots=True)
class Place:
    """A database by the name of its profile: how it stands, or why that is unknown."""

    profile: str
    standing: Standing | None
    error: ConsoleError | None = None

    def as_json(self) -> dict[str, Json]:
        """As the command line prints it."""
        found = self.standing
        if found is None:
            told = self.error
            fault: Json = {} if told is None else {"code": told.code, "message": told.message, "hint": told.hint}
            return {"profile": self.profile, "error": fault}
        metrics = found.readiness.metrics
        return {
            "profile": self.profile,
            "gate": found.readiness.gate,
            "blockers": metrics["identity_unclassified_blockers"],
            "missing": found.missing,
            "active": [
                {"run": each.run, "planned": each.accounting.planned, "done": each.done, "workers": each.workers}
                for each in found.active
            ],
            "certified": None
            if found.certified is None
            else {"run": found.certified[0], "at": found.certified[1].isoformat()},
            "anchor_age_seconds": found.anchor_seconds,
            "error": None,
        }

    @property
    def cells(self) -> tuple[str, ...]:
        """The line for people, under HEADINGS."""
        found = self.standing
        if found is None:
            return (self.profile, f"✗ {'' if self.error is None else self.error.code}", "", "", "", "", "")
        active = ", ".join(_progress(each) for each in found.active) or "-"
        return (
            self.profile,
            "✓ OPEN" if found.readiness.is_open else "✗ BLOCKED",
            f"{found.readiness.metrics['identity_unclassified_blockers']}",
            "not planned" if found.missing is None else f"{found.missing:,}",
            active,
            "-" if found.certified is None else f"run-{found.certified[0]} {found.certified[1]:%Y-%m-%d}",
            "none here" if found.anchor_seconds is None else age(found.anchor_seconds),
        )


HEADINGS = ("profile", "gate", "blockers", "missing", "active", "certified", "anchor")


def _progress(each: ApplyProgress) -> str:
    planned = each.accounting.planned
    share = f"{100 * each.done // planned} %" if planned else "-"
    state = each.paused_or_cancelled or ("no workers" if not each.workers else "")
    return f"run-{each.run} {share}{f' ({state})' if state else ''}"


def age(seconds: float) -> str:
    """An age for people."""
    if seconds < _DAY:
        return "today" if seconds < _DAY / 24 else f"{seconds / 3600:.0f} h"
    return f"{seconds / _DAY:.0f} d"
