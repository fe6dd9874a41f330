"""The workers of one process on one run: a canary first, then side by side until every planned row has an outcome."""

import itertools
import os
import queue
from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread

from core.db.rows.apply import FINISH
from core.domain.backfill.crowd import ASSUMED_CORES, MOST, WORTHWHILE_ROWS, Crowd
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.failure import Failure, failure
from core.domain.backfill.pace import CANARY, beginning_pace
from core.domain.backfill.runs import Accounting
from core.domain.backfill.throttle import Replicas
from core.errors import ConsoleError, Interrupted, Stopped
from core.services import link_checks
from core.services.backfill import runs
from core.services.backfill.acknowledged import Acknowledged
from core.services.backfill.apply_options import Options
from core.services.backfill.reconnect import Connect, Link, is_passing
from core.services.backfill.throttle import Throttle
from core.services.backfill.worker import Worker

_ROOM_SECONDS = 0.2


class Crew:
    """The workers of this process on one run, and what they share."""

    def __init__(
        self, connect: Connect, number: int, options: Options, stop: Event, *, is_spread: bool = False
    ) -> None:
        self._connect = connect
        self._number = number
        self._options = options
        self._is_spread = is_spread
        self._stop = stop
        self._told: queue.Queue[ApplyEvent | None] = queue.Queue()
        self._errors: list[ConsoleError] = []
        self._tickets = itertools.count(1)
        self._quarantined = 0
        self._heard = Acknowledged(number)
        self._replicas = Replicas()
        self._crowd: Crowd | None = None
        self._is_over = Event()

    def canary(self) -> Iterator[ApplyEvent]:
        """A first, small batch; whatever is set aside in it stops the run before more is."""
        rows = min(CANARY, self._options.batch_size or CANARY)
        self._run(lambda worker: worker.step(rows, self._options.patience))
        next(self._tickets)
        for event in self._drain(1):
            yield event
            if event.event == "batch" and event.count("quarantined"):
                raise Stopped(
                    f"run {self._number}: the canary quarantined {event.count('quarantined')} rows",
                    code="canary_failed",
                    evidence={"run": self._number, **event.facts},
                    hint=f"See `birth-console ledger diff {self._number} --only '!'`. Apply the run again to continue.",
                )

    def work(self, rows: int) -> Iterator[ApplyEvent]:
        """All workers, until nothing is left. Raises the first error of any of them, once all have ended.

        Where no number was given, one works, and others beside it while the server has idle cores. With few `rows` to
        go it stays alone.
        """
        workers = self._options.workers
        if workers is None:
            crowded = rows >= WORTHWHILE_ROWS
            self._crowd = Crowd(self._cores()) if crowded else None
            self._run(self._lead, crowd=self._crowd)
            for place in range(1, MOST if crowded else 1):
                self._run(partial(self._assist, place=place))
            workers = MOST if crowded else 1
        else:
            for _ in range(workers):
                self._run(lambda worker: worker.work(self._options.patience, self._ticket))
        yield from self._drain(workers)

    def _cores(self) -> int:
        """The server's cores, where it runs on this machine; else what every server has."""
        link = self._link(self._told.put)
        try:
            info = link.get().driver.info
            is_near = link_checks.is_local(info.hostaddr or info.host)
        finally:
            link.drop()
        if not is_near:
            return ASSUMED_CORES
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or ASSUMED_CORES

    def _lead(self, worker: Worker) -> None:
        try:
            worker.work(self._options.patience, self._ticket)
        finally:
            self._is_over.set()

    def _assist(self, worker: Worker, place: int) -> None:
        """Work beside the first one for as long as the server has a core for it, and as there is work."""

        def ticket() -> bool:
            return self._has_room(place) and self._ticket()

        while not (self._stop.is_set() or self._is_over.is_set() or worker.is_finished):
            if self._has_room(place):
                self._tell_workers(place + 1)
                worker.work(self._options.patience, ticket)
                worker.step_back()
                if not (self._is_over.is_set() or worker.is_finished):
                    self._tell_workers(place)
            self._is_over.wait(_ROOM_SECONDS)

    def _has_room(self, place: int) -> bool:
        return self._crowd is not None and self._crowd.wanted > place and not self._is_over.is_set()

    def _tell_workers(self, workers: int) -> None:
        self._told.put(ApplyEvent("workers", {"run": self._number, "workers": workers}))

    def finish(self) -> Iterator[ApplyEvent]:
        """Say in the ledger that every row has its outcome. Raises Stopped where some have none yet."""
        told: list[ApplyEvent] = []
        link = self._link(told.append)
        try:
            account = link.repeating(lambda connection: runs.account(connection, self._number))
            if account.open:
                raise _not_done(self._number, account)
            link.patiently(FINISH, {"run": self._number})
        finally:
            link.drop()
        yield from told
        yield ApplyEvent("done", {"run": self._number, "accounting": account.as_json()})

    def _link(self, tell: Callable[[ApplyEvent], None]) -> Link:
        connect = self._heard.watching(self._connect, tell)
        return Link(self._number, connect, self._options.patience, stop=self._stop, tell=tell)

    def _run(self, task: Callable[[Worker], object], crowd: Crowd | None = None) -> None:
        Thread(target=self._thread, args=(task, crowd), daemon=True).start()

    def _thread(self, task: Callable[[Worker], object], crowd: Crowd | None) -> None:
        options = self._options
        link = self._link(self._told.put)
        pace = beginning_pace(options.batch_size, is_spread=self._is_spread)
        throttle = Throttle(
            self._number, options.limits, self._told.put, self._stop, crowd=crowd, replicas=self._replicas
        )
        try:
            worker = Worker(
                self._number,
                link=link,
                pace=pace,
                throttle=throttle,
                heard=self._heard,
                tell=self._told.put,
                stop=self._stop,
                nice=options.nice,
            )
            task(worker)
        except ConsoleError as error:
            if not (self._stop.is_set() and is_passing(error)):  # a wait that was cut short is no failure
                self._errors.append(_out_of_patience(error) if failure(error.sqlstate) is Failure.REPEAT else error)
            self._stop.set()
        except Exception as bug:  # noqa: BLE001 - a worker's bug must stop the run, not only its thread
            self._errors.append(ConsoleError(f"{type(bug).__name__}: {bug}", code="worker_failed"))
            self._stop.set()
        finally:
            link.drop()
            self._told.put(None)

    def _drain(self, workers: int) -> Iterator[ApplyEvent]:
        """Pass events on until every worker has ended, then raise what one of them ended with, or Interrupted."""
        try:
            while workers:
                event = self._told.get()
                if event is None:
                    workers -= 1
                    continue
                yield event
                self._watch(event)
        except KeyboardInterrupt:
            self._stop.set()  # a notebook lives on: nothing goes on behind its back
            workers = 0  # who asks a second time does not wait: the server undoes the batches in flight
            raise
        finally:
            # Also when the reader goes away: the batches in flight end, no new one begins.
            if workers:
                self._stop.set()
            while workers:
                workers -= self._told.get() is None
        if self._errors:
            raise self._errors[0]
        if self._stop.is_set():
            raise Interrupted(
                f"run {self._number} was interrupted",
                evidence={"run": self._number},
                hint="Committed batches are kept. Apply the run again to resume it.",
            )

    def _watch(self, event: ApplyEvent) -> None:
        """The breaker: too many rows set aside is no accident any more."""
        # What was lost with its batch is set aside again, and counts once.
        self._quarantined += (-1 if event.event == "history_lost" else 1) * event.count("quarantined")
        if self._quarantined > self._options.most_quarantined and not self._stop.is_set():
            self._errors.append(
                Stopped(
                    f"run {self._number} quarantined {self._quarantined} rows: more than --max-quarantined",
                    code="breaker",
                    evidence={
                        "run": self._number,
                        "quarantined": self._quarantined,
                        "limit": self._options.most_quarantined,
                    },
                    hint=f"See `birth-console ledger diff {self._number} --only '!'`.",
                )
            )
            self._stop.set()

    def _ticket(self) -> bool:
        # count() is atomic in CPython; a ticket too many would only be one batch more.
        most = self._options.max_batches
        return most is None or next(self._tickets) <= most


def _out_of_patience(error: ConsoleError) -> Stopped:
    """Others held what the run needs for longer than it may wait: it can be resumed."""
    return Stopped(
        error.message,
        code=error.code,
        evidence=error.evidence,
        hint="Apply the run again when the other sessions are done.",
    )


def _not_done(number: int, account: Accounting) -> Stopped:
    return Stopped(
        f"run {number} stopped with {account.open:,} rows left",
        code="max_batches",
        evidence={"run": number, "accounting": account.as_json()},
        hint="Apply the run again to resume it.",
    )
