"""What the console knows: the last look, how it went, and what changed since the session began."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from core.domain.readiness import METRICS, PRESENT, Readiness

if TYPE_CHECKING:
    from core.services.session import Server
    from tui.watch import Looked, LookFailed

CHANGES_KEPT = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is other than at the look before."""

    name: str
    before: str
    after: str
    at: datetime

    @property
    def arrow(self) -> str:
        """Up or down for numbers, a turn for words."""
        if self.before.isdecimal() and self.after.isdecimal():
            return "↑" if int(self.after) > int(self.before) else "↓"
        return "~"


@dataclass(frozen=True, slots=True)
class Step:
    """One condition of the QT-001 gate, and what an operator does about it. It holds when nothing is `short`."""

    text: str
    short: str = ""
    where: str = ""

    @property
    def holds(self) -> bool:
        """Whether the condition is met."""
        return not self.short


@dataclass(slots=True)
class State:
    """Owned by the application; widgets only read it."""

    server: "Server | None" = None
    readiness: Readiness | None = None
    looked_at: datetime | None = None
    took_ms: float = 0.0
    looking: bool = True
    progress: str = "connecting…"
    fault: "LookFailed | None" = None
    since: datetime | None = None
    changes: list[Change] = field(default_factory=list)

    def looked(self, look: "Looked") -> None:
        """Take a look that succeeded."""
        if self.readiness is not None:
            self.changes = [*differences(self.readiness, look.readiness, look.at), *self.changes][:CHANGES_KEPT]
        self.since = self.since or look.at
        self.server, self.readiness = look.server, look.readiness
        self.looked_at, self.took_ms = look.at, look.took_ms
        self.looking, self.progress, self.fault = False, "", None

    def failed(self, fault: "LookFailed") -> None:
        """Take a look that failed: what was seen before stays."""
        self.looking, self.progress, self.fault = False, "", fault


def figures(readiness: Readiness) -> dict[str, str]:
    """What is compared between two looks."""
    census = readiness.census
    metrics = {name: str(readiness.metrics[name]) for name in METRICS}
    metrics["qt001_gate"] = "OPEN" if readiness.is_open else "BLOCKED"
    return metrics | {"native status": str(census.native_status), "trigger gap": str(census.trigger_gap)}


def differences(before: Readiness, after: Readiness, at: datetime) -> Iterator[Change]:
    """Every figure that changed between two looks."""
    old, new = figures(before), figures(after)
    return (Change(name, old[name], new[name], at) for name in new if old[name] != new[name])


def steps(readiness: Readiness) -> list[Step]:
    """The conditions of the QT-001 gate, in the order of its text."""
    metrics = readiness.metrics
    blockers, permits = int(metrics["identity_unclassified_blockers"]), int(metrics["open_permits"])
    found = [
        Step("every identity is classified")
        if not blockers
        else Step(
            f"{blockers} {'identity' if blockers == 1 else 'identities'} unclassified",
            f"{blockers} {'identity' if blockers == 1 else 'identities'}",
            "birth-console classify",
        )
    ]
    if metrics["admission_permit_table"] == PRESENT:
        found.append(
            Step(f"{permits} open permit{'s' if permits > 1 else ''}")
            if permits
            else Step("no open permit (gatekeepers)", "no permit", "birth-console permit open")
        )
    return found + [_object(metrics, name, words) for name, words in _OBJECTS.items()]


_OBJECTS = {
    "admission_permit_table": "permit table",
    "backfill_ledger_table": "ledger table",
    "shared_register_fn": "register function",
}


def _object(metrics: Mapping[str, int | str], name: str, words: str) -> Step:
    if metrics[name] == PRESENT:
        return Step(f"{words} present")
    return Step(f"{words} absent", f"no {words}", "birth-console init")
