"""One worker of a run: claim a range, apply it in one transaction, and leave no doubt about what became of it."""

import time
from collections.abc import Callable
from dataclasses import asdict
from threading import Event

from core.db.rows import apply
from core.db.rows.apply import Batch, ClaimAnswer, Outcome
from core.domain.backfill.claim import Claim
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.failure import Failure, failure
from core.domain.backfill.pace import Pace
from core.errors import ConsoleError, Json, Stopped, Unavailable
from core.services.backfill import commit_status, fault_points
from core.services.backfill.acknowledged import Acknowledged
from core.services.backfill.commit_status import Undone
from core.services.backfill.reconnect import Link, is_lost, is_passing
from core.services.backfill.throttle import Throttle

_POLL_SECONDS = 0.2
_CLAIM_LOST = "claim_lost"


class Worker:
    """Works on one run over one link until nothing is left, another login holds the run, or a gate closes."""

    def __init__(
        self,
        run: int,
        *,
        link: Link,
        pace: Pace,
        throttle: Throttle,
        heard: Acknowledged,
        tell: Callable[[ApplyEvent], None],
        stop: Event,
        nice: float = 0.0,
    ) -> None:
        self._run = run
        self._link = link
        self._pace = pace
        self._throttle = throttle
        self._heard = heard
        self._tell = tell
        self._stop = stop
        self._nice = nice
        self._held_since: float | None = None
        self._is_finished = False
        self._seconds = 0.0  # of the latest batch

    def work(self, patience: float, ticket: Callable[[], bool]) -> None:
        """Settle claims while `ticket` grants one. Raises Stopped when held for longer than `patience` seconds."""
        tickets = _Tickets(ticket)
        while not self._stop.is_set() and tickets.take():
            claim = self._claim(self._pace.rows, patience)
            while claim is not None:
                claim = self._settle(claim, patience, tickets)
                self._rest()
            if self._is_finished:
                return

    @property
    def is_finished(self) -> bool:
        """Whether nothing was left to claim."""
        return self._is_finished

    def _rest(self) -> None:
        """Leave the server to others for a share of what the latest batch took."""
        if self._nice > 0:
            self._stop.wait(self._nice * self._seconds)

    def step_back(self) -> None:
        """Give the connection back, until there is work again."""
        self._link.drop()

    def step(self, rows: int, patience: float) -> None:
        """Settle one claim of at most `rows`, where anything is left."""
        claim = self._claim(rows, patience)
        if claim is not None:
            self._settle(claim, patience, _Tickets(lambda: False))

    def _claim(self, rows: int, patience: float) -> Claim | None:
        """A range of at most `rows` items; None when every item has an outcome, or the run stops."""
        while not self._stop.is_set():
            self._throttle.wait(self._link, patience)
            answer = self._link.patiently(apply.CLAIM, {"run": self._run, "rows": rows})
            if answer.verdict == "finished":
                self._is_finished = True
                return None
            if (claim := _granted(answer)) is not None:
                self._held_since = None
                return claim
            self._hold(answer.verdict, patience)
        return None

    def _hold(self, verdict: str, patience: float) -> None:
        """Wait while others finish, or while the run is paused."""
        if verdict == "cancel":
            raise self._stopped("cancelled")
        now = time.monotonic()
        if self._held_since is None:
            self._held_since = now
            if verdict == "pause":
                self._tell(ApplyEvent("paused", {"run": self._run}))
        if now - self._held_since > patience:
            raise self._stopped("paused" if verdict == "pause" else "waiting")
        self._report("paused" if verdict == "pause" else "waiting", None)
        self._stop.wait(_POLL_SECONDS)

    def _obey(self, patience: float) -> None:
        """Hold while the run is held, also between the parts of a claim."""
        while not self._stop.is_set():
            command = self._link.patiently(apply.CONTROL, {"run": self._run}).command
            if command == "run":
                self._held_since = None
                return
            self._hold(command, patience)

    def _settle(self, claim: Claim, patience: float, tickets: "_Tickets") -> Claim | None:
        """Bring a claim to its outcome; one that fails by its data is halved until the culprit stands alone.

        Returns the next claim where it could be had in the same transaction: that saves a commit.
        """
        claims, following = [claim], None
        while claims and not self._stop.is_set():
            claim = claims.pop()
            began = time.monotonic()
            try:
                more = tickets if not claims else _Tickets(lambda: False)
                outcome = self._link.retrying(_repeatable)(self._attempt, claim, more)
            except ConsoleError as error:
                claims += self._halved(claim, error)
                continue
            self._seconds = seconds = time.monotonic() - began
            self._heard.add(claim, outcome)
            if isinstance(outcome, Batch):
                # A slow line, and other workers, are no reason for smaller batches.
                self._pace.finished(claim.rows, outcome.server_seconds)
                if (granted := _granted(outcome.next)) is not None:
                    tickets.take()
                    following = granted
            if outcome.quarantined:
                self._name_quarantined(claim)
            self._tell(_batch(self._run, claim, outcome, seconds))
            if claims:
                self._obey(patience)
        return following

    def _next_rows(self, tickets: "_Tickets") -> int | None:
        """How many rows to claim together with a batch's outcome; None where something must be asked first."""
        if self._stop.is_set() or not self._throttle.is_fresh_for(self._seconds) or not tickets.reserve():
            return None
        return self._pace.rows

    def _halved(self, claim: Claim, error: ConsoleError) -> list[Claim]:
        """What to do instead of `claim`, the next one last. Raises `error` where halving is no cure."""
        if error.code == _CLAIM_LOST:
            self._tell(ApplyEvent("claim_lost", {"run": self._run, **claim.key}))
            return []
        kind = failure(error.sqlstate)
        if claim.rows == 1 and kind is Failure.SHRINK:
            raise self._beyond_limits(claim, error)
        if claim.rows == 1 or kind not in (Failure.POISON, Failure.SHRINK):
            raise error
        if kind is Failure.SHRINK:
            self._pace.troubled()
        half = claim.rows // 2
        epoch = self._link.patiently(apply.SPLIT, {**claim.key, "rows": half}).epoch
        facts: dict[str, Json] = {"run": self._run, "ledger_id": claim.ledger_id, "rows": claim.rows}
        self._tell(ApplyEvent("split", {**facts, "reason": error.message}))
        first, rest = claim.halves(half, epoch)
        return [first] if rest is None else [rest, first]

    def _beyond_limits(self, claim: Claim, error: ConsoleError) -> ConsoleError:
        """The error of a row that goes beyond a limit of the server's all by itself, with the row named.

        It is not set aside: that it takes too long now is no proof that it cannot be registered.
        """
        item = self._link.patiently(apply.ITEM, {"ledger_id": claim.ledger_id, "seq": claim.seq_from})
        named = Unavailable(
            f"{error.message} (while registering {item.entity_code} of {item.collection} alone)",
            code=error.code,
            evidence={"run": self._run, "seq": claim.seq_from, **asdict(item)},
            hint="Find the session that blocks it, then apply the run again. Committed batches are kept.",
        )
        named.sqlstate = error.sqlstate
        return named

    def _attempt(self, claim: Claim, tickets: "_Tickets") -> Batch | Outcome:
        """One transaction: the batch and its outcome, and the next claim where `tickets` has leave for it.

        A commit in doubt is resolved before anything is repeated.
        """
        fault_points.reach("after_intent")
        connection = self._link.get()
        rows = self._next_rows(tickets)
        transaction: str | None = None
        try:
            with connection.transaction():
                outcome = connection.one(apply.BATCH, {**claim.key, "rows": claim.rows, "next": rows})
                # Only a commit can be in doubt: until here, a link that breaks takes the transaction with it.
                transaction = outcome.transaction_id
                fault_points.reach("before_commit")
        except ConsoleError as error:
            if not is_passing(error):
                raise
            self._trouble(claim, error)
            if not is_lost(error):
                raise
            self._link.drop()
            resolved = commit_status.outcome(self._link, claim, transaction, error)
            self._tell(ApplyEvent("resolved", {"run": self._run, "epoch": claim.epoch, "fate": "committed"}))
            return resolved
        fault_points.reach("after_commit")
        return outcome

    def _trouble(self, claim: Claim, error: ConsoleError) -> None:
        self._pace.troubled()
        facts = {"run": self._run, **claim.key}
        self._tell(ApplyEvent("retry", {**facts, "sqlstate": error.sqlstate, "reason": error.message}))

    def _name_quarantined(self, claim: Claim) -> None:
        """Tell which rows of a claim were set aside, and why."""
        found = self._link.repeating(lambda connection: connection.rows(apply.QUARANTINED, asdict(claim)))
        for row in found:
            self._tell(ApplyEvent("quarantined", {"run": self._run, "ledger_id": claim.ledger_id, **asdict(row)}))

    def _stopped(self, reason: str) -> Stopped:
        """Why this worker ends, and who is behind it."""
        if reason == "waiting":
            return Stopped(
                f"run {self._run} waits for batches of other sessions",
                code="run_waiting",
                evidence={"run": self._run},
                hint="Apply the run again when they have ended.",
            )
        control = self._link.patiently(apply.CONTROL, {"run": self._run})
        return Stopped(
            f"run {self._run} was {reason} by {control.steered_by}",
            code=f"run_{reason}",
            evidence={"run": self._run, "by": control.steered_by, "reason": control.reason},
            hint=f"Resume: `birth-console control {self._run} resume`. Then apply the run again.",
        )

    def _report(self, state: str, reason: str | None) -> None:
        self._link.patiently(apply.REPORT, {"run": self._run, "state": state, "reason": reason})


class _Tickets:
    """Leave to claim, of which one may be kept for a claim that is asked for but not had yet."""

    def __init__(self, ticket: Callable[[], bool]) -> None:
        self._ticket = ticket
        self._is_kept = False

    def reserve(self) -> bool:
        """Keep one for later; False where there is none."""
        self._is_kept = self._is_kept or self._ticket()
        return self._is_kept

    def take(self) -> bool:
        """Use one up; False where there is none."""
        found, self._is_kept = self.reserve(), False
        return found


def _repeatable(error: BaseException) -> bool:
    return isinstance(error, Undone) or (isinstance(error, ConsoleError) and failure(error.sqlstate) is Failure.REPEAT)


def _granted(answer: ClaimAnswer | None) -> Claim | None:
    """The claim that an answer grants, where it grants one."""
    match answer:
        case ClaimAnswer("claimed", int(ledger_id), int(epoch), int(seq_from), int(seq_to)):
            return Claim(ledger_id, epoch, seq_from, seq_to)
    return None


def _batch(run: int, claim: Claim, outcome: Batch | Outcome, seconds: float) -> ApplyEvent:
    facts: dict[str, Json] = {
        "run": run,
        **asdict(claim),
        "rows": claim.rows,
        "registered": outcome.registered,
        "existing": outcome.existing,
        "vanished": outcome.vanished,
        "quarantined": outcome.quarantined,
        "seconds": round(seconds, 4),
    }
    if isinstance(outcome, Batch):
        facts["server_seconds"] = round(outcome.server_seconds, 4)
        facts["lock_seconds"] = round(outcome.lock_seconds, 4)
    return ApplyEvent("batch", facts)
