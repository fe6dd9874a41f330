"""What the console knows: the last refresh, how it went, and what changed since the session began."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.domain.overview.readiness import METRICS, Readiness

if TYPE_CHECKING:
    from core.domain.overview.activity import LedgerEvent
    from core.domain.overview.burndown import Burndown
    from core.services.overview.presence import Present
    from core.services.session import Server
    from tui.runtime.background import Waiting
    from tui.runtime.dashboard_context import Beside, DashboardContext, RunNow
    from tui.runtime.poller import Refreshed, RefreshFailed
    from tui.runtime.tally import Tally

CHANGES_KEPT = 50
MINUTE, HOUR = 60, 3600  # seconds


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is other than at the refresh before. `who` is None until the ledger is read, "" if unknown."""

    name: str
    before: str
    after: str
    at: datetime
    who: str | None = None

    @property
    def arrow(self) -> str:
        """Up or down for numbers, a turn for words."""
        if self.before.isdecimal() and self.after.isdecimal():
            return "↑" if int(self.after) > int(self.before) else "↓"
        return "~"


@dataclass(slots=True)
class ConsoleState:
    """Owned by the application; widgets only read it."""

    server: "Server | None" = None
    readiness: Readiness | None = None
    refreshed_at: datetime | None = None
    age: str = ""
    took_ms: float = 0.0
    refreshing: bool = True
    progress: str = "connecting…"
    fault: "RefreshFailed | None" = None
    silent_since: datetime | None = None
    waiting: "tuple[Waiting, ...]" = ()
    since: datetime | None = None
    changes: list[Change] = field(default_factory=list)
    events: "list[LedgerEvent]" = field(default_factory=list)
    before: "tuple[LedgerEvent, ...]" = ()
    others: "tuple[Present, ...] | None" = None
    burndown: "Burndown | None" = None
    tally: "Tally | None" = None
    beside: "Beside | None" = None
    runs: "tuple[RunNow, ...] | None" = None
    rows: int | None = None  # about how many the collections have, as the planner takes it
    remembers: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether what is shown may no longer be so: the server is lost, or does not answer."""
        return self.fault is not None or self.silent_since is not None

    @property
    def no_answer(self) -> str:
        """That the server does not answer, and since when; or nothing."""
        return "" if self.silent_since is None else f"no answer from the server since {self.silent_since:%H:%M:%S}"

    @property
    def missing(self) -> int | None:
        """Rows that are missing: as counted, else as the latest plan found; None where neither was done."""
        if self.tally is not None and not self.tally.left:
            return self.tally.rows
        points = () if self.burndown is None else self.burndown.points
        return points[-1].missing if points else None

    def refusal(self, group: str) -> str:
        """Why this login may not do what takes `group`, or an empty text."""
        if self.server is None or group not in self.server.groups:
            return f"needs {group}"
        return "this session is read-only" if self.server.read_only else ""

    def phrase(self, name: str) -> str:
        """What is typed to confirm: what is done, and the word of a database that is not the demo."""
        server = self.server
        wanted = "" if server is None else server.confirm or ("" if server.word == "DEMO" else server.word)
        return f"{name} {wanted}".strip()

    def refreshed(self, refresh: "Refreshed") -> None:
        """Take a refresh that succeeded."""
        if self.readiness is not None:
            fresh = changed_figures(figures(self.readiness), figures(refresh.readiness), refresh.at)
            self.changes = [*fresh, *self.changes][:CHANGES_KEPT]
        self.since = self.since or refresh.at
        self.server, self.readiness = refresh.server, refresh.readiness
        self.refreshed_at, self.took_ms, self.age = refresh.at, refresh.took_ms, "now"
        self.refreshing, self.progress, self.fault = False, "", None
        self.silent_since, self.waiting = None, ()

    def failed(self, fault: "RefreshFailed") -> None:
        """Take a refresh that failed: what was seen before stays."""
        self.refreshing, self.progress, self.fault = False, "", fault
        self.silent_since, self.waiting = None, ()

    def heard(self, context: "DashboardContext") -> None:
        """Take what goes with the latest refresh: who changed which figure, and since the session before this one."""
        if context.last is not None and self.readiness is not None and self.refreshed_at is not None:
            self.remembers = True
            missed = changed_figures(context.last.figures, figures(self.readiness), self.refreshed_at)
            self.changes = [*self.changes, *missed][:CHANGES_KEPT]
        self.changes = [self._attributed(each, context.events) for each in self.changes]
        self.events = [*context.events, *self.events][:CHANGES_KEPT]
        self.others = context.others
        self.burndown = context.burndown or self.burndown
        self.before = context.before or self.before
        self.runs = context.runs
        self.rows = context.rows if context.rows is not None else self.rows

    def _attributed(self, change: Change, events: "Sequence[LedgerEvent]") -> Change:
        if change.who is not None:
            return change
        from core.domain.overview.activity import cause  # noqa: PLC0415 - the first figures have no cause

        found = cause(change.name, events)
        if found is None:
            return replace(change, who="")
        return replace(change, who=found.actor, at=found.at.astimezone(change.at.tzinfo))


def age_words(seconds: float, step: float) -> str:
    """How long ago something was, as coarse as it is looked at."""
    if seconds < 2 * MINUTE:
        found = round(seconds / (step or 1)) * (step or 1)  # a timer may be a moment early
        return f"{found:.0f} s ago" if found else "now"
    return f"{seconds // MINUTE:.0f} min ago" if seconds < 2 * HOUR else f"{seconds // HOUR:.0f} h ago"


def figures(readiness: Readiness) -> dict[str, str]:
    """What is compared between two refreshes."""
    census = readiness.census
    metrics = {name: str(readiness.metrics[name]) for name in METRICS}
    metrics["qt001_gate"] = "OPEN" if readiness.is_open else "BLOCKED"
    return metrics | {"native status": str(census.native_status), "trigger gap": str(census.trigger_gap)}


def changed_figures(before: Mapping[str, str], after: Mapping[str, str], at: datetime) -> Iterator[Change]:
    """Every figure that changed between two refreshes."""
    return (
        Change(name, before[name], after[name], at) for name in after if before.get(name, after[name]) != after[name]
    )
