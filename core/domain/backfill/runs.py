"""Runs, their entries, and the accounting that always closes."""

from dataclasses import asdict, dataclass
from datetime import datetime

from core.domain.names import run_name
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """The part of a run that concerns one collection. Counts are rows; `digest` is that of the missing codes."""

    ledger_id: int
    collection: str
    identity: str
    source_rows: int
    distinct_codes: int
    registered: int
    missing: int
    digest: str

    def as_json(self) -> dict[str, Json]:
        """The entry as the command line prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Run:
    """One plan and all that happens to it. `status`: planned, reconciled, applying, applied or superseded.

    `command` is how it is steered: run, pause or cancel.
    """

    run: int
    status: str
    command: str
    digest: str
    planned_by: str
    planned_at: datetime
    reconciled_by: str | None
    superseded_by: int | None
    entries: tuple[Entry, ...]
    withdraws: int | None = None  # the run whose registry rows it takes back
    working: tuple[str, ...] = ()  # what its workers do
    waits_for: tuple[str, ...] = ()
    is_starting: bool = False  # begun a moment ago, and rows are left
    is_ending: bool = False  # no row is left, a moment ago; its end is about to be recorded
    stopped_by: str = ""

    @property
    def name(self) -> str:
        """What people call the run, and type where they confirm something about it."""
        return run_name(self.run)

    @property
    def state(self) -> str:
        """The status for people, from who works on it: paused and cancelled are said where they matter.

        A run that is being applied is starting, applying, waiting, or stopped: then the same command resumes it.
        """
        held = {"pause": "paused", "cancel": "cancelled"}.get(self.command)
        if held and self.status in ("planned", "reconciled", "applying"):
            return held
        if self.status != "applying" or "applying" in self.working:
            return self.status
        if self.working:
            return "waiting"
        if self.is_ending:
            return "applying"
        return "starting" if self.is_starting else "stopped"

    @property
    def why(self) -> str:
        """What a waiting run waits for, and why a stopped one is; "" in every other state."""
        if self.state == "waiting":
            return "; ".join(self.waits_for) or "batches of other sessions"
        return f"{self.stopped_by or 'no session applies it'}; resumable" if self.state == "stopped" else ""

    @property
    def missing(self) -> int:
        """Rows that the run is to register."""
        return sum(entry.missing for entry in self.entries)


@dataclass(frozen=True, slots=True)
class ActiveWorker:
    """A connection at work on a run: applying, throttled, paused or waiting, and why."""

    pid: int
    login: str
    state: str
    reason: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL that planning a collection runs, and what a batch of it runs: reading the source, then registering."""

    collection: str
    plan: str
    read: str
    register: str

    @property
    def titled(self) -> tuple[tuple[str, str], ...]:
        """Each statement under what it does, in the order in which they run."""
        return ("plan", self.plan), ("reading a batch", self.read), ("registering a batch", self.register)


@dataclass(frozen=True, slots=True)
class Accounting:
    """What became of the planned rows; `late` rows were born after the plan and are not part of it.

    None where they were not counted: that takes a look at every source.
    """

    planned: int
    registered: int = 0
    existing: int = 0
    vanished: int = 0
    quarantined: int = 0
    late: int | None = None

    @property
    def open(self) -> int:
        """Planned rows without an outcome. 0 once the run is applied."""
        return self.planned - self.registered - self.existing - self.vanished - self.quarantined

    def as_json(self) -> dict[str, Json]:
        """The accounting as the command line prints it."""
        return asdict(self)
