"""What the gates before an apply are judged on: live values beside what the plan pinned."""

from dataclasses import dataclass

from core.errors import Json


@dataclass(frozen=True, slots=True)
class Pin:
    """What the plan saw, and what is there now."""

    planned: Json
    live: Json

    @property
    def holds(self) -> bool:
        """Whether nothing has changed."""
        return self.planned == self.live

    def as_json(self) -> dict[str, Json]:
        """The pin as evidence."""
        return {"planned": self.planned, "live": self.live}


@dataclass(frozen=True, slots=True)
class Finding:
    """A check of the audit that did not pass."""

    check: str
    evidence: Json

    def as_json(self) -> dict[str, Json]:
        """The finding as evidence."""
        return {"check": self.check, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Unseen:
    """A table that the register function writes, or a function, and why the server does not count the writes."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What concerns one collection. `open` are rows without an outcome, `permit` is the one that would admit them.

    `refusals` say why each open permit does not. None where the collection is no longer enrolled.
    """

    collection: str
    open: int
    requirement: str | None
    trigger: str | None
    missing_columns: tuple[str, ...] | None
    table: Pin
    identity: Pin
    triggers: Pin
    permit: int | None
    refusals: Json = None
    instead: str | None = None  # what registers new rows where no trigger fires, as an administrator stated it


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What birth_backfill_facts(run) tells."""

    status: str
    superseded_by: int | None
    qt001_gate: str | None
    open_permits: str | None
    reconciled_by: str | None
    audit: tuple[Finding, ...]
    register_function: bool
    unseen: tuple[Unseen, ...]
    gateway: Pin
    registry_triggers: Pin
    alert_rows: Pin
    server: Pin
    entries: tuple[EntryFacts, ...]
