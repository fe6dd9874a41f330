"""A worker's connection: guarded, with timeouts, and made again when it is lost."""

import time
from collections.abc import Callable, Mapping
from threading import Event
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    wait_exponential,
    wait_random,
)
from tenacity.nap import sleep_using_event

from core.db.connection.apply_connection import ApplyConnection
from core.db.rows.query import Query
from core.domain.backfill.events import ApplyEvent
from core.domain.backfill.failure import Failure, failure, is_curable
from core.errors import ConsoleError, NoAnswer, Stopped, Unavailable

Connect = Callable[[], ApplyConnection]
T = TypeVar("T")
R = TypeVar("R")
# Waiting cures neither a login that is refused nor a database that is gone.
_HOPELESS = frozenset({"login_refused", "no_database", "bad_dsn"})


def is_lost(error: BaseException) -> bool:
    """Whether the link broke, or cannot be made now but may be later."""
    if not isinstance(error, ConsoleError) or failure(error.sqlstate) is not Failure.LINK or error.code in _HOPELESS:
        return False
    return isinstance(error, Unavailable) or error.sqlstate != ""


def is_passing(error: BaseException) -> bool:
    """Whether repeating what failed may cure it."""
    return is_lost(error) or (isinstance(error, ConsoleError) and failure(error.sqlstate) is Failure.REPEAT)


def as_stopped(number: int, error: ConsoleError) -> ConsoleError:
    """A run that stopped for a while is told as that: applying it again resumes it. Any other error stays as it is."""
    is_of_the_server = isinstance(error, Unavailable) or bool(error.sqlstate)
    is_untold = error.exit_status == ConsoleError.exit_status or isinstance(error, NoAnswer)
    if not (is_of_the_server and is_untold and is_curable(error.sqlstate)) or error.code in _HOPELESS:
        return error
    again = f"Then apply run {number} again: it resumes, and committed batches are kept."
    stopped = Stopped(error.message, code=error.code, evidence=error.evidence, hint=f"{error.hint} {again}".strip())
    stopped.sqlstate = error.sqlstate
    return stopped


class Link:
    """A connection that survives its server's restarts. `patience` is how long to try after a failure, in seconds."""

    def __init__(
        self, run: int, connect: Connect, patience: float, *, stop: Event, tell: Callable[[ApplyEvent], None]
    ) -> None:
        self._run = run
        self._connect = connect
        self._patience = patience
        self._stop = stop
        self._tell = tell
        self._connection: ApplyConnection | None = None
        self._given_up: ConsoleError | None = None

    def get(self) -> ApplyConnection:
        """The connection, made (again) if need be. Raises Unavailable when patience runs out."""
        if self._connection is None or self._connection.is_closed:
            began = time.monotonic()
            told: list[str] = []
            try:
                self._connection = self.retrying(is_lost, lambda error: self._refused(error, told))(self._connect)
            except ConsoleError as error:
                self._given_up = error
                raise
            if told:
                seconds = round(time.monotonic() - began, 1)
                self._tell(ApplyEvent("reconnected", {"run": self._run, "seconds": seconds}))
        return self._connection

    def drop(self) -> None:
        """Close what is left of a broken connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def retrying(
        self, retry: Callable[[BaseException], bool], before: Callable[[BaseException], None] = lambda _: None
    ) -> Retrying:
        """Repeat with growing, jittered waits until patience runs out or the run stops; then the error is raised.

        Patience counts from the first failure: what a statement took before it failed, or a dead socket until it was
        noticed, is none of the waiting. `before` each wait it hears what failed.
        """
        failed: list[float] = []

        def is_over(_: RetryCallState) -> bool:
            failed.append(time.monotonic())
            return self._stop.is_set() or failed[-1] - failed[0] >= self._patience

        def heard(state: RetryCallState) -> None:
            if state.outcome is not None and (error := state.outcome.exception()) is not None:
                before(error)

        return Retrying(
            # A caller that waited for a connection in vain has waited long enough.
            retry=retry_if_exception(lambda error: error is not self._given_up and retry(error)),
            wait=wait_exponential(multiplier=0.05, max=5.0) + wait_random(0, 0.1),
            stop=is_over,
            sleep=sleep_using_event(self._stop),
            before_sleep=heard,
            reraise=True,
        )

    def patiently(self, query: Query[R], parameters: Mapping[str, object]) -> R:
        """The row of a named query that may be repeated, over as many connections as it takes.

        Raises GateClosed (`schema_mismatch`) where it is not of the query's type.
        """
        return self.repeating(lambda connection: connection.one(query, parameters))

    def repeating(self, act: Callable[[ApplyConnection], T]) -> T:
        """Do what may be done twice, over as many connections as it takes."""

        def once() -> T:
            try:
                return act(self.get())
            except ConsoleError as error:
                if is_lost(error):
                    self.drop()
                raise

        return self.retrying(is_passing)(once)

    def _refused(self, error: BaseException, told: list[str]) -> None:
        """Say that there is no connection, once for each reason."""
        if str(error) not in told:
            told.append(str(error))
            self._tell(ApplyEvent("unavailable", {"run": self._run, "reason": str(error)}))
