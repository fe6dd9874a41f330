"""What happened since the last look: events of the ledger, and which of them explain a figure that changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from core.domain.names import run_name

_DECISIONS = frozenset(
    {
        "identity_classified",
        "identity_unclassified",
        "identity_undone",
        "identity_retired",
        "identity_imported",
        "policy_decided",
    }
)
_PERMITS = frozenset({"permit_opened", "permit_closed"})
CAUSES: Mapping[str, frozenset[str]] = {
    "birth_required_total": frozenset({"policy_decided"}),
    "identity_resolvable_now": _DECISIONS,
    "identity_unclassified_blockers": _DECISIONS,
    "open_permits": _PERMITS,
    "qt001_gate": _DECISIONS | _PERMITS,
}


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """Who did what, when. `subject` is the collection, the run or the permit; `became` what it was made, if said."""

    seq: int
    at: datetime
    actor: str
    kind: str
    subject: str = ""
    became: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Events of one kind that one person did in a row. `at` is when the last of them happened."""

    at: datetime
    actor: str
    kind: str
    became: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What was seen last: the head of the ledger, and the figures of the dashboard."""

    seq: int
    figures: Mapping[str, str]


def ledger_event(seq: int, at: datetime, actor: str, kind: str, payload: str | None) -> LedgerEvent:
    """Read what people want to know of an event. A payload that cannot be read says nothing."""
    try:
        told = json.loads(payload or "{}")
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    if told.get("collection") is not None:
        subject = str(told["collection"])
    elif kind in _PERMITS and told.get("permit") is not None:
        subject = f"permit {told['permit']}"  # also of one that admits a single run
    elif told.get("run") is not None:
        subject = run_name(told["run"])
    else:
        subject = f"permit {told['permit']}" if told.get("permit") is not None else ""
    became = told.get("requirement") or told.get("command") or ""
    return LedgerEvent(seq, at, actor, kind, subject, str(became))


def deeds(events: Iterable[LedgerEvent]) -> list[Deed]:
    """Join what the same login did in a row. `events` are the newest first, and so are the deeds."""
    found = []
    for (actor, kind, became), group in groupby(events, key=lambda each: (each.actor, each.kind, each.became)):
        same = list(group)
        subjects = tuple(dict.fromkeys(each.subject for each in same if each.subject))
        found.append(Deed(same[0].at, actor, kind, became, subjects))
    return found


def cause(figure: str, events: Sequence[LedgerEvent]) -> LedgerEvent | None:
    """The latest event that may have changed a figure; None where no event did: a permit ran out, a table came."""
    kinds = CAUSES.get(figure, frozenset())
    return next((each for each in events if each.kind in kinds), None)
