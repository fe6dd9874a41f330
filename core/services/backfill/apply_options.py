"""How a run is applied: what was asked for, else what the profile says, else the defaults."""

import math
from dataclasses import dataclass, field
from typing import Self, TypedDict, TypeVar, Unpack, overload

from core.domain.backfill.throttle import Limits
from core.errors import UsageError
from core.profiles import Throttles

T = TypeVar("T")
LARGEST_BATCH, MOST_WORKERS, MOST_NICE = 10_000, 64, 20.0
_MEGABYTE = 1_000_000  # bytes


class GivenOptions(TypedDict, total=False):
    """The options of an apply as people give them. Seconds, MB per second; a `max_lag` of inf is any lag."""

    batch_size: int | None
    max_batches: int | None
    workers: int | None
    nice: float | None
    max_active: int | None
    replicas: int | None
    patience: float | None
    max_lag: float | None
    max_wal_rate: float | None
    condition: str | None
    max_quarantined: int | None
    max_vanished: int | None


@dataclass(frozen=True, slots=True)
class Options:
    """How to apply. `batch_size` None lets the size adapt; `patience` is in seconds, for every kind of waiting.

    `workers` None takes one, and more while the server has idle cores. After each batch a worker rests for `nice` times
    what the batch took.

    The run stops when more than `most_quarantined` rows were set aside by it, or more than `most_vanished` are gone
    from their sources; None is the database's default, or what the run was begun with.
    """

    batch_size: int | None = None
    max_batches: int | None = None
    workers: int | None = 1
    nice: float = 0.0
    patience: float = 600.0
    most_quarantined: int = 100
    most_vanished: int | None = None
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, profile: Throttles, **asked: Unpack[GivenOptions]) -> Self:
        """Settle what was asked for; None leaves it to the profile.

        Raises UsageError for a number that is out of range, also for one that is none.
        """
        default = cls()
        lag = _first(asked.get("max_lag"), profile.max_lag, default.limits.replica_lag)
        rate = _first(asked.get("max_wal_rate"), profile.max_wal_rate)
        found = cls(
            batch_size=asked.get("batch_size"),
            max_batches=asked.get("max_batches"),
            workers=asked.get("workers"),
            nice=_first(asked.get("nice"), profile.nice, default.nice),
            patience=_first(asked.get("patience"), profile.patience, default.patience),
            most_quarantined=_first(asked.get("max_quarantined"), None, default.most_quarantined),
            most_vanished=asked.get("max_vanished"),
            limits=Limits(
                replica_lag=None if lag == math.inf else lag,
                wal_rate=None if rate is None else rate * _MEGABYTE,
                condition=_first(asked.get("condition"), profile.condition),
                replicas=_first(asked.get("replicas"), profile.replicas),
                active=_first(asked.get("max_active"), profile.max_active),
            ),
        )
        _insist("batch_size", found.batch_size, 1, LARGEST_BATCH)
        _insist("max_batches", found.max_batches, 1)
        _insist("workers", found.workers, 1, MOST_WORKERS)
        _insist("nice", found.nice, 0, MOST_NICE)
        _insist("max_active", found.limits.active, 0)
        _insist("replicas", found.limits.replicas, 0)
        _insist("patience", found.patience, 0)
        _insist("max_lag", lag, 0)
        _insist("max_wal_rate", rate, 0)
        _insist("max_quarantined", found.most_quarantined, 0)
        _insist("max_vanished", found.most_vanished, 0)
        return found


@overload
def _first(given: T | None, profile: T | None, default: T) -> T: ...
@overload
def _first(given: T | None, profile: T | None, default: None = None) -> T | None: ...
def _first(given: T | None, profile: T | None, default: T | None = None) -> T | None:
    return next((value for value in (given, profile) if value is not None), default)


def _insist(name: str, value: float | None, least: float, most: float = math.inf) -> None:
    # NaN is within no range: it would hold a run for ever.
    if value is not None and not least <= value <= most:
        limit = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
        raise UsageError(
            f"{name} must be {limit}",
            code="bad_option",
            evidence={"option": name, "given": str(value)},
            hint="Correct it, or omit the option.",
        )
