"""Holding a run while the server has enough to do. What cannot be seen holds it, too."""

import json
import time
from collections.abc import Callable
from threading import Event

from core.db.connection.apply_connection import ApplyConnection
from core.db.rows import apply as rows
from core.domain.backfill.crowd import Crowd
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.throttle import Bucket, Limits, Load, Replay, Replicas, Vacuum, closed_throttles
from core.errors import ConsoleError, Json, Stopped
from core.services.backfill.reconnect import Link

_LOOK_SECONDS = 1.0
_FIRST_LOOKS_SECONDS = 0.05
_LONGEST_WAIT = 5.0


class Throttle:
    """Looks at the server about once a second, and makes its caller wait while a limit is passed.

    A `crowd` learns from each look how many workers the server has cores for; `replicas` are those that all workers of
    an apply have seen.
    """

    def __init__(
        self,
        run: int,
        limits: Limits,
        tell: Callable[[ApplyEvent], None],
        stop: Event,
        *,
        crowd: Crowd | None = None,
        replicas: Replicas | None = None,
    ) -> None:
        self._run = run
        self._limits = limits
        self._tell = tell
        self._stop = stop
        self._looked_at = -_LOOK_SECONDS
        self._crowd = crowd
        self._wal: tuple[float, float] | None = None
        self._bucket = Bucket()
        self._replay = Replay()
        self._replicas = Replicas() if replicas is None else replicas

    def is_fresh_for(self, seconds: float) -> bool:
        """Whether the last look will still count `seconds` from now."""
        return time.monotonic() + seconds - self._looked_at < _LOOK_SECONDS

    def wait(self, link: Link, patience: float) -> None:
        """Return when nothing holds the run, or a command came. Raises Stopped after `patience` seconds."""
        began = time.monotonic()
        if began - self._looked_at < _LOOK_SECONDS:
            return
        told: list[str] = []
        pause = 0.25
        while self._crowd is not None and self._crowd.is_new and not self._stop.is_set():
            self._load(link)
            self._stop.wait(_FIRST_LOOKS_SECONDS)
        while closed := closed_throttles(self._load(link)):
            reasons = [f"{each.id} is closed ({each.title}): {_json(each.evidence)}" for each in closed]
            if reasons != told:
                told = reasons
                gates: list[Json] = [each.id for each in closed]
                self._tell(ApplyEvent("throttled", {"run": self._run, "gates": gates, "reasons": reasons}))
            if time.monotonic() - began > patience:
                raise _gave_up(self._run, reasons)
            link.patiently(rows.REPORT, {"run": self._run, "state": "throttled", "reason": "; ".join(reasons)})
            if self._stop.wait(pause) or self._is_controlled(link):
                return
            pause = min(pause * 2, _LONGEST_WAIT)
        if told:
            self._tell(ApplyEvent("released", {"run": self._run, "seconds": round(time.monotonic() - began, 1)}))
        link.patiently(rows.REPORT, {"run": self._run, "state": "applying", "reason": None})
        self._looked_at = time.monotonic()

    def _is_controlled(self, link: Link) -> bool:
        """Whether the run was paused or cancelled: that needs no server with time to spare."""
        return link.patiently(rows.CONTROL, {"run": self._run}).command != "run"

    def _load(self, link: Link) -> Load:
        found = link.patiently(rows.LOAD, {"run": self._run})
        now = time.monotonic()
        if self._crowd is not None:
            self._crowd.looked(found.busy)
        answer, trouble = _asked(link.get(), self._limits.condition)
        return Load(
            replicas=found.replicas,
            replica_lag=self._replay.lag(now, found.wal_bytes, found.replayed_bytes, found.replica_lag),
            lock_waits=found.lock_waits,
            wal_rate=self._wal_rate(now, found.wal_bytes),
            condition=answer,
            limits=self._limits,
            trouble=trouble,
            wal_debt=self._bucket.debt(now, found.wal_bytes, self._limits.wal_rate),
            most_replicas=self._replicas.most_seen(found.server_began, found.replicas),
            active=found.active,
            vacuum=Vacuum(found.vacuuming, found.dead_rows, found.live_rows),
        )

    def _wal_rate(self, now: float, written: float | None) -> float | None:
        """Bytes per second since the last look; 0 at the first one, when there is nothing to compare with."""
        if written is None:
            return None
        before, self._wal = self._wal, (now, written)
        return 0.0 if before is None else (written - before[1]) / max(now - before[0], 0.001)


def _asked(connection: ApplyConnection, condition: str | None) -> tuple[bool | None, str | None]:
    """The answer of the operator's own query, or None and why there is no answer."""
    if condition is None:
        return None, None
    try:
        answer = connection.ask(condition)
    except ConsoleError as error:
        return None, error.message
    return (answer, None) if isinstance(answer, bool) else (None, f"it returns {_json(answer):.100}, not true or false")


def _json(evidence: Json) -> str:
    return json.dumps(evidence, ensure_ascii=False, default=str)


def _gave_up(run: int, reasons: list[str]) -> Stopped:
    return Stopped(
        f"run {run} was throttled for too long",
        code="throttled",
        evidence={"run": run, "reasons": reasons},
        hint="Apply the run again when the server is less busy.",
    )
