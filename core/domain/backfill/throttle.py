"""When a run must wait for the server: conditions that fail closed, each with its reason."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.domain.gates import Gate, Judgement, Verdict, judge, when

_LONGEST_DEBT_SECONDS = 10
_BLOAT_ROWS, _BLOAT_SHARE = 10_000, 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may add to. None switches a throttle off. Lag in seconds, WAL in bytes per second.

    `replicas` is how many must stream; `active` how many backends of others may be at work. `condition` is an SQL
    query of the operator's: the run goes on while it answers true.
    """

    replica_lag: float | None = 10.0
    lock_waits: int | None = 0
    wal_rate: float | None = None
    condition: str | None = None
    replicas: int | None = None
    active: int | None = None


@dataclass(frozen=True, slots=True)
class Vacuum:
    """What the registry owes to vacuum: rows by the server's statistics, and whether autovacuum works on it."""

    is_running: bool = False
    dead: int = 0
    live: int = 0

    @property
    def is_behind(self) -> bool:
        """Whether autovacuum is at work on more than it usually finds: more rows would leave it further behind."""
        return self.is_running and self.dead > max(_BLOAT_ROWS, self.live * _BLOAT_SHARE)


@dataclass(frozen=True, slots=True)
class Load:
    """One look at the server. None is what could not be seen: that holds the run, too.

    `wal_debt` are the bytes of WAL above what the limit allowed so far, `most_replicas` how many were seen at once.
    """

    replicas: int
    replica_lag: float | None
    lock_waits: int
    wal_rate: float | None
    condition: bool | None
    limits: Limits
    trouble: str | None = None  # why the condition has no answer
    wal_debt: float | None = 0.0
    most_replicas: int = 0
    active: int | None = 0
    vacuum: Vacuum = field(default_factory=Vacuum)


@dataclass(slots=True)
class Replicas:
    """How many replicas an apply saw at once, of the server that it is on: another one, or one that was restarted, has
    its own. Its workers share it.
    """

    _server: object = field(init=False, default=None)
    _most: int = field(init=False, default=0)

    def most_seen(self, server: object, streaming: int) -> int:
        """The most replicas seen so far, this look included; a server is told from another by when it began."""
        if server != self._server:
            self._server, self._most = server, 0
        self._most = max(self._most, streaming)
        return self._most


@dataclass(slots=True)
class Bucket:
    """WAL as a token bucket: it fills at the limit, holds a second of it, and what is written takes out.

    So a limit holds on average, and neither a burst nor the time between two looks changes that. What was written at
    once, by whomever, is waited for no longer than ten seconds.
    """

    _seen: tuple[float, float] | None = field(init=False, default=None)
    _tokens: float = field(init=False, default=0.0)

    def debt(self, now: float, written: float | None, limit: float | None) -> float | None:
        """Bytes that must be waited for, at `written` bytes by now; None where that is not to be seen."""
        if limit is None:
            return 0.0
        if written is None:
            return None
        before, self._seen = self._seen, (now, written)
        if before is None:
            self._tokens = limit
        else:
            filled = min(self._tokens + limit * (now - before[0]), limit)
            self._tokens = max(filled - (written - before[1]), -_LONGEST_DEBT_SECONDS * limit)
        return max(0.0, -self._tokens)


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


def _replicas(load: Load) -> Verdict:
    """Of replicas that are gone it is unknown how far behind they are."""
    wanted = max(load.limits.replicas or 0, 0 if load.limits.replica_lag is None else load.most_replicas)
    return when(load.replicas >= wanted, {"streaming": load.replicas, "wanted": wanted})


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
        "replicas",
        "every replica is there",
        _replicas,
        "Bring the replica back, or end this apply and start it again: it counts the replicas that are there then.",
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
        "the WAL rate is below the limit",
        lambda load: when(
            _below(load.wal_debt, None if load.limits.wal_rate is None else 0.0),
            {"bytes_per_second": load.wal_rate, "limit": load.limits.wal_rate, "bytes_above": load.wal_debt},
        ),
        "Wait for other writers, or raise --max-wal-rate.",
    ),
    Gate(
        "active",
        "the other sessions at work are below the limit",
        lambda load: when(
            _below(load.active, load.limits.active), {"sessions": load.active, "limit": load.limits.active}
        ),
        "Wait for the other sessions, or raise --max-active.",
    ),
    Gate(
        "registry_vacuum",
        "autovacuum keeps up with the registry",
        lambda load: when(not load.vacuum.is_behind, {"dead_rows": load.vacuum.dead, "live_rows": load.vacuum.live}),
        "Let autovacuum finish: see pg_stat_progress_vacuum. More rows now would leave it further behind.",
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
