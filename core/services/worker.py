"""One worker of a run: claim a range, apply it in one transaction, and leave no doubt about what became of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from threading import Event as Flag
from typing import Any

from core.domain.events import Event
from core.domain.failure import Failure, failure
from core.domain.pace import Pace
from core.errors import ConsoleError, Json, Stopped, Unavailable
from core.services import hooks
from core.services.link import Link, is_lost, is_passing
from core.services.throttle import Throttle

_POLL_SECONDS = 0.2
_CLAIM_LOST = "claim_lost"
# A server that crashed forgets the numbers of transactions that left nothing on its disk, and gives them out again.
_IN_THE_FUTURE = "22023"


@dataclass(frozen=True, slots=True)
class Claim:
    """A range of items that is ours under an epoch."""

    ledger_id: int
    epoch: int
    seq_from: int
    seq_to: int

    @property
    def rows(self) -> int:
        """How many items it holds."""
        return self.seq_to - self.seq_from + 1


class Undone(Unavailable):
    """The link broke, and the transaction turned out not to have happened: it may be repeated."""

    def __init__(self, cause: ConsoleError) -> None:
        super().__init__(cause.message, code=cause.code, evidence=cause.evidence, hint=cause.hint)


class Worker:
    """Works on one run over one link until nothing is left, somebody holds the run, or a gate closes."""

    def __init__(
        self, run: int, *, link: Link, pace: Pace, throttle: Throttle, tell: Callable[[Event], None], stop: Flag
    ) -> None:
        self._run = run
        self._link = link
        self._pace = pace
        self._throttle = throttle
        self._tell = tell
        self._stop = stop
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
            if self._is_finished:
                return

    def step(self, rows: int, patience: float) -> None:
        """Settle one claim of at most `rows`, where anything is left."""
        claim = self._claim(rows, patience)
        if claim is not None:
            self._settle(claim, patience, _Tickets(lambda: False))

    def _claim(self, rows: int, patience: float) -> Claim | None:
        """A range of at most `rows` items; None when every item has an outcome, or the run stops."""
        while not self._stop.is_set():
            self._throttle.wait(self._link, patience)
            found = self._link.patiently("apply.claim", {"run": self._run, "rows": rows})
            verdict = str(found["verdict"])
            if verdict == "finished":
                self._is_finished = True
                return None
            if verdict == "claimed":
                self._held_since = None
                return _claim(found)
            self._hold(verdict, patience)
        return None

    def _hold(self, verdict: str, patience: float) -> None:
        """Wait while others finish, or while somebody pauses the run."""
        if verdict == "cancel":
            raise self._stopped("cancelled")
        now = time.monotonic()
        if self._held_since is None:
            self._held_since = now
            if verdict == "pause":
                self._tell(Event("paused", {"run": self._run}))
        if now - self._held_since > patience:
            raise self._stopped("paused" if verdict == "pause" else "waiting")
        self._report("paused" if verdict == "pause" else "waiting", None)
        self._stop.wait(_POLL_SECONDS)

    def _obey(self, patience: float) -> None:
        """Hold while somebody holds the run, also between the parts of a claim."""
        while not self._stop.is_set():
            command = str(self._link.patiently("apply.control", {"run": self._run})["command"])
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
            self._pace.finished(claim.rows, seconds)
            if (found := outcome.get("next")) and found["verdict"] == "claimed":
                tickets.take()
                following = _claim(found)
            if outcome["quarantined"]:
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
            self._tell(Event("claim_lost", {"run": self._run, "ledger_id": claim.ledger_id, "epoch": claim.epoch}))
            return []
        kind = failure(error.sqlstate)
        if claim.rows == 1 and kind is Failure.SHRINK:
            raise self._beyond_limits(claim, error)
        if claim.rows == 1 or kind not in (Failure.POISON, Failure.SHRINK):
            raise error
        if kind is Failure.SHRINK:
            self._pace.troubled()
        half = claim.rows // 2
        found = self._link.patiently("apply.split", {"ledger_id": claim.ledger_id, "epoch": claim.epoch, "rows": half})
        self._tell(
            Event(
                "split", {"run": self._run, "ledger_id": claim.ledger_id, "rows": claim.rows, "reason": error.message}
            )
        )
        first = Claim(claim.ledger_id, claim.epoch, claim.seq_from, claim.seq_from + half - 1)
        if found["epoch"] is None:
            return [first]
        rest = Claim(claim.ledger_id, int(str(found["epoch"])), claim.seq_from + half, claim.seq_to)
        return [rest, first]

    def _beyond_limits(self, claim: Claim, error: ConsoleError) -> ConsoleError:
        """The error of a row that goes beyond a limit of the server's all by itself, with the row named.

        It is not set aside: that it takes too long now is no proof that it cannot be registered.
        """
        row = self._link.patiently("apply.item", {"ledger_id": claim.ledger_id, "seq": claim.seq_from})
        named = Unavailable(
            f"{error.message} (while registering {row['entity_code']} of {row['collection']} alone)",
            code=error.code,
            evidence={"run": self._run, "seq": claim.seq_from, **{name: _words(value) for name, value in row.items()}},
            hint="Find out what registering it waits for; what is done is kept. Then apply the run again.",
        )
        named.sqlstate = error.sqlstate
        return named

    def _attempt(self, claim: Claim, tickets: "_Tickets") -> Mapping[str, Any]:
        """One transaction: the batch and its outcome, and the next claim where `tickets` has leave for it.

        A commit in doubt is resolved before anything is repeated.
        """
        hooks.reach("after_intent")
        connection = self._link.get()
        rows = self._next_rows(tickets)
        transaction: str | None = None
        try:
            with connection.transaction():
                outcome = connection.row("apply.batch", _named(claim, rows=claim.rows, next=rows)) or {}
                # Only a commit can be in doubt: until here, a link that breaks takes the transaction with it.
                transaction = str(outcome["transaction_id"])
                hooks.reach("before_commit")
        except ConsoleError as error:
            if not is_passing(error):
                raise
            self._trouble(claim, error)
            if not is_lost(error):
                raise
            self._link.drop()
            return self._resolve(claim, transaction, error)
        hooks.reach("after_commit")
        return outcome

    def _trouble(self, claim: Claim, error: ConsoleError) -> None:
        self._pace.troubled()
        facts = {"run": self._run, "ledger_id": claim.ledger_id, "epoch": claim.epoch}
        self._tell(Event("retry", {**facts, "sqlstate": error.sqlstate, "reason": error.message}))

    def _resolve(self, claim: Claim, transaction: str | None, error: ConsoleError) -> Mapping[str, Any]:
        """The outcome of a transaction whose commit was not heard of. Raises Undone when it did not happen."""
        if transaction is not None and self._fate(transaction) in ("committed", None):
            outcome = self._link.patiently("apply.outcome", _named(claim))
            if outcome.get("finished"):
                self._tell(Event("resolved", {"run": self._run, "epoch": claim.epoch, "fate": "committed"}))
                return outcome
        # It did not happen. The claim is still ours unless somebody took it over meanwhile: then this says so.
        self._link.patiently("apply.heartbeat", _named(claim))
        raise Undone(error)

    def _fate(self, transaction: str) -> str | None:
        """committed or aborted, by the server's own record; None where that is too old. Waits while in progress."""

        class _InProgressError(Exception):
            pass

        def look() -> str | None:
            try:
                found = self._link.patiently("apply.fate", {"transaction_id": transaction}).get("status")
            except ConsoleError as error:
                if error.sqlstate != _IN_THE_FUTURE:
                    raise
                return "aborted"
            if found == "in progress":
                raise _InProgressError
            return None if found is None else str(found)

        try:
            return self._link.retrying(lambda error: isinstance(error, _InProgressError))(look)
        except _InProgressError:
            raise Unavailable(
                f"transaction {transaction} is still in progress: nobody knows yet what becomes of it",
                code="commit_in_doubt",
                evidence={"run": self._run, "transaction": transaction},
                hint="Apply the run again: nothing is repeated before the server has decided.",
            ) from None

    def _name_quarantined(self, claim: Claim) -> None:
        """Tell which rows of a claim were set aside, and why."""
        found = self._link.repeating(lambda connection: connection.rows("apply.quarantined", asdict(claim)))
        for row in found:
            self._tell(Event("quarantined", {"run": self._run, "ledger_id": claim.ledger_id, **row}))

    def _stopped(self, reason: str) -> Stopped:
        """Why this worker ends, and who is behind it."""
        if reason == "waiting":
            return Stopped(
                f"run {self._run} waits for batches that others hold",
                code="run_waiting",
                evidence={"run": self._run},
                hint="Apply it again when they are done, or gone.",
            )
        control = self._link.patiently("apply.control", {"run": self._run})
        return Stopped(
            f"run {self._run} was {reason} by {control['steered_by']}",
            code=f"run_{reason}",
            evidence={"run": self._run, "by": str(control["steered_by"]), "reason": _words(control["reason"])},
            hint=f"Resume it with `birth-console control {self._run} resume`, then apply it again.",
        )

    def _report(self, state: str, reason: str | None) -> None:
        self._link.patiently("apply.report", {"run": self._run, "state": state, "reason": reason})


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


def _named(claim: Claim, **more: object) -> dict[str, object]:
    return {"ledger_id": claim.ledger_id, "epoch": claim.epoch, **more}


def _claim(found: Mapping[str, Any]) -> Claim:
    return Claim(found["ledger_id"], found["epoch"], found["seq_from"], found["seq_to"])


def _batch(run: int, claim: Claim, outcome: Mapping[str, Any], seconds: float) -> Event:
    facts: dict[str, Json] = {"run": run, **asdict(claim), "rows": claim.rows}
    counts = {name: outcome[name] for name in ("registered", "existing", "vanished", "quarantined")}
    return Event("batch", {**facts, **counts, "seconds": round(seconds, 4)})


def _words(value: object) -> str | None:
    return None if value is None else str(value)
