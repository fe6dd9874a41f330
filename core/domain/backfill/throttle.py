"""When a run must wait for the server: conditions that fail closed, each with its reason."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.domain.gates import Gate, Judgement, judge, when


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may add to. None switches a throttle off. Lag in seconds, WAL in bytes per second.

    `condition` is an SQL query of the operator's: the run goes on while it answers true.
    """

    replica_lag: float | None = 10.0
    lock_waits: int | None = 0
    wal_rate: float | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """One look at the server. None is what could not be seen: that holds the run, too."""

    replicas: int
    replica_lag: float | None
    lock_waits: int
    wal_rate: float | None
    condition: bool | None
    limits: Limits
    trouble: str | None = None  # why the condition has no answer


@dataclass(slots=True)
class Replay:
    """How old the WAL is that the slowest replica has not replayed yet, by what was written when we looked.

    The server's own figure cannot be trusted alone: it stands still with a replica that stopped replaying.
    """

    _marks: deque[tuple[float, float]] = field(default_factory=deque)

    def lag(self, now: float, written: float | None, replayed: float | None, reported: float | None) -> float | None:
        """Seconds, from WAL positions in bytes and the server's figure; None where the replica says nothing."""
        if reported is None:
            return None
        if written is None or replayed is None:
            return reported
        self._marks.append((now, written))
        while self._marks and self._marks[0][1] <= replayed:
            self._marks.popleft()
        return max(reported, now - self._marks[0][0] if self._marks else 0.0)


def _below(value: float | None, limit: float | None) -> bool | None:
    if limit is None:
        return True
    return None if value is None else value <= limit


THROTTLES: tuple[Gate[Load], ...] = (
    Gate(
        "replica_lag",
        "replica lag is below the limit",
        lambda load: when(
            _below(load.replica_lag, load.limits.replica_lag),
            {"replicas": load.replicas, "seconds": load.replica_lag, "limit": load.limits.replica_lag},
        ),
        "Wait for the replicas, or raise --max-lag; `inf` disables the check.",
    ),
    Gate(
        "lock_waits",
        "no session waits for a lock on a planned table",
        lambda load: when(
            _below(load.lock_waits, load.limits.lock_waits),
            {"sessions": load.lock_waits, "limit": load.limits.lock_waits},
        ),
        "See pg_stat_activity for the blocking session.",
    ),
    Gate(
        "wal_rate",
        "WAL is written slower than the limit",
        lambda load: when(
            _below(load.wal_rate, load.limits.wal_rate),
            {"bytes_per_second": load.wal_rate, "limit": load.limits.wal_rate},
        ),
        "Wait for other writers, or raise --max-wal-rate.",
    ),
    Gate(
        "condition",
        "the --while query returns true",
        lambda load: when(
            True if load.limits.condition is None else load.condition,
            {"answer": load.condition} if load.trouble is None else {"answer": None, "why": load.trouble},
        ),
        "Run the --while query by hand to see its result.",
    ),
)


def closed_throttles(load: Load) -> Sequence[Judgement]:
    """The throttles that hold the run; unknown holds like failed."""
    return [each for each in judge(THROTTLES, load) if not each.passed]
