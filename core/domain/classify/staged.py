"""Staged choices: what an operator has decided and not yet written, and what of it may come back after a console ended.

As JSON they are a file of this machine. Nothing in it is trusted more than what a person types: a choice that comes
back is staged again, never written, and proven like any other when it is saved.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.domain.classify.blocker import Blocker
from core.domain.classify.decision import EXEMPT, Decision
from core.domain.classify.identity import COLUMN, SYNTHETIC, Identity
from core.errors import GateClosed, Json, UsageError

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class StagedDecision:
    """One decision: an identity, or an exemption where there is none. `version` is what it was made on."""

    collection: str
    identity: Identity | None
    version: int
    reason: str | None = None
    suggested: Json = None

    @property
    def text(self) -> str:
        """The identity as it is written, or that there will be none."""
        return "exempt" if self.identity is None else self.identity.text

    def decision(self) -> Decision:
        """The same as a line of a file of classifications."""
        if self.identity is None:
            return Decision(self.collection, EXEMPT, None, self.reason)
        return Decision(self.collection, self.identity.strategy, self.identity.text, self.reason)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one console had staged, as it was at a time."""

    at: datetime
    choices: tuple[StagedDecision, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """What comes back: `at` is the latest time of it, `overtaken` are collections that were decided meanwhile."""

    at: datetime
    choices: tuple[StagedDecision, ...]
    overtaken: tuple[str, ...]


def restorable(kept: Collection[Kept], blockers: Iterable[Blocker], staged: Collection[str]) -> Returned | None:
    """What may be staged again: choices of collections that wait as they did, and that are not `staged` here.

    Of several choices for one collection the latest counts. None where nothing was kept.
    """
    ordered = sorted(kept, key=lambda each: each.at)
    latest = {choice.collection: choice for each in ordered for choice in each.choices}
    if not latest:
        return None
    versions = {each.collection: each.version for each in blockers}
    wanted = {name: choice for name, choice in latest.items() if name not in staged}
    back = tuple(choice for name, choice in wanted.items() if versions.get(name) == choice.version)
    overtaken = tuple(name for name, choice in wanted.items() if versions.get(name) != choice.version)
    return Returned(ordered[-1].at, back, overtaken)


def write(kept: Kept) -> str:
    """As JSON: what `read` reads back."""
    choices = [
        {
            "collection": each.collection,
            "strategy": each.decision().strategy,
            "identity": each.decision().identity,
            "version": each.version,
            "reason": each.reason,
            "suggested": each.suggested,
        }
        for each in kept.choices
    ]
    return json.dumps({"at": kept.at.isoformat(), "choices": choices}, indent=1)


def read(text: str) -> Kept:
    """Read what `write` wrote. Raises UsageError for anything else."""
    try:
        found = json.loads(text)
        at = datetime.fromisoformat(_field(found, "at", str))
        choices = tuple(map(_choice, _field(found, "choices", list)))
    except (ValueError, RecursionError) as error:
        raise _wrong(str(error)) from error
    except GateClosed as error:  # what cannot be an identity
        raise _wrong(error.message) from error
    if at.tzinfo is None:
        raise _wrong("the time has no time zone")
    return Kept(at, choices)


def _choice(told: object) -> StagedDecision:
    collection, strategy = _field(told, "collection", str), _field(told, "strategy", str)
    identity, reason = (_field(told, name, str) if _has(told, name) else None for name in ("identity", "reason"))
    version = _field(told, "version", int)
    suggested = told["suggested"] if isinstance(told, dict) and _has(told, "suggested") else None
    if strategy not in (COLUMN, SYNTHETIC, EXEMPT) or (strategy == EXEMPT) != (identity is None):
        raise _wrong(f"invalid decision about {collection}: {strategy}")
    return StagedDecision(collection, Decision(collection, strategy, identity).wanted(), version, reason, suggested)


def _has(told: object, name: str) -> bool:
    return isinstance(told, dict) and told.get(name) is not None


def _field(told: object, name: str, kind: type[Kind]) -> Kind:
    value = told.get(name) if isinstance(told, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _wrong(f"{name} is missing or invalid")
    if "\0" in str(value):
        raise _wrong("NUL characters are not allowed")
    str(value).encode()  # raises where half a character stands alone
    return value


def _wrong(problem: str) -> UsageError:
    return UsageError(f"staged decisions cannot be read: {problem}", code="bad_staged")
