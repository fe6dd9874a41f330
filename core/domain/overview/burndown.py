"""How the blockers and the missing rows became fewer over time, from the ledger's events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from core.domain.classify.decision import UNCLASSIFIED

_EXEMPT, _IMPORTED, _POLICY = "EXEMPT", "identity_imported", "policy_decided"


@dataclass(frozen=True, slots=True)
class Decided:
    """A collection became something: a strategy, None for unclassified, or a requirement."""

    at_us: int
    kind: str
    collection: str
    became: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan found so many rows of a collection missing."""

    at_us: int
    ledger_id: int
    collection: str
    missing: int


@dataclass(frozen=True, slots=True)
class Settled:
    """So many rows of an entry are missing no more; below 0, a withdrawal's entry, they are missing again."""

    at_us: int
    ledger_id: int
    collection: str
    rows: int


Event: TypeAlias = Decided | Planned | Settled


@dataclass(frozen=True, slots=True)
class Point:
    """What was known at a moment: microseconds since 1970, UTC. `missing` is None before the first plan."""

    at_us: int
    blockers: int
    missing: int | None


@dataclass(frozen=True, slots=True)
class Burndown:
    """Points in the order of time; the last one holds the live blockers."""

    points: tuple[Point, ...]

    def thinned(self, most: int) -> "Burndown":
        """At most so many points, at least 3: the first, the last, and the first that knows what is missing."""
        if len(self.points) <= most:
            return self
        last = len(self.points) - 1
        kept = [round(index * last / (most - 1)) for index in range(most)]
        known = next((index for index, point in enumerate(self.points) if point.missing is not None), 0)
        if known not in kept:
            kept[min(range(1, most - 1), key=lambda place: abs(kept[place] - known))] = known
        return Burndown(tuple(self.points[index] for index in kept))


def burndown(events: Sequence[Event], blockers_now: int) -> Burndown:
    """Walk the events. The blockers are counted back from those of now, so that the last point is what is live.

    What was settled before the latest plan of its collection is part of what that plan found.
    """
    ordered = sorted(_after_their_plans(events), key=lambda event: event.at_us)
    changes = _changes(ordered)
    blockers = blockers_now - sum(changes)
    missing: dict[str, int] = {}
    latest: dict[str, int] = {}
    points: list[Point] = []
    for event, change in zip(ordered, changes, strict=True):
        blockers += change
        if isinstance(event, Planned):
            missing[event.collection] = event.missing
            latest[event.collection] = event.ledger_id
        elif isinstance(event, Settled) and event.ledger_id >= latest.get(event.collection, event.ledger_id + 1):
            missing[event.collection] -= event.rows
        point = Point(event.at_us, blockers, sum(missing.values()) if missing else None)
        if points and points[-1].at_us == point.at_us:
            points[-1] = point  # a plan of many collections is one moment
        else:
            points.append(point)
    return Burndown(tuple(points))


def _after_their_plans(events: Sequence[Event]) -> Iterator[Event]:
    """The events; none is settled before its plan, though a server's clock was set back in between."""
    planned = {event.ledger_id: event.at_us for event in events if isinstance(event, Planned)}
    for event in events:
        if isinstance(event, Settled) and event.at_us < planned.get(event.ledger_id, 0):
            yield replace(event, at_us=planned[event.ledger_id])
        else:
            yield event


def _changes(ordered: Iterable[Event]) -> list[int]:
    """By how many blockers each event changes their number. What was imported was never one."""
    classified: set[str] = set()
    exempt: set[str] = set()
    changes = []
    for event in ordered:
        if not isinstance(event, Decided):
            changes.append(0)
            continue
        before = event.collection in classified or event.collection in exempt
        kept = exempt if event.kind == _POLICY else classified
        if event.became in (None, UNCLASSIFIED) or (event.kind == _POLICY and event.became != _EXEMPT):
            kept.discard(event.collection)
        else:
            kept.add(event.collection)
        after = event.collection in classified or event.collection in exempt
        changes.append(0 if event.kind == _IMPORTED else before - after)
    return changes
