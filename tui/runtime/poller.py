"""Reading the dashboard and the matrix again and again, in a thread of its own.

It is a daemon thread instead of Textual's worker, because leaving must not wait for a connection attempt.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.message import Message

from core.errors import ConsoleError, NoAnswer, Unavailable
from tui.runtime.first_read import Figures, FirstRead
from tui.runtime.source import Source

if TYPE_CHECKING:
    from core.domain.overview.matrix import MatrixRow
    from core.domain.overview.readiness import Readiness
    from core.services.session import Server

EVERY_SECONDS = 30.0
# Between two refreshes the server is asked whether it still is there: then its silence is told in time.
PULSE_SECONDS = 6.0
# The first figures are painted before the matrix is read: both at once take longer than one after the other.
PAINT_SECONDS = 1.0
SILENT_SECONDS = 10.0
FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0


class Clock:
    """The time of day and a stopwatch; tests bring their own. `step`: how often the age is shown (seconds)."""

    step: float = 5.0  # 0: never

    def now(self) -> datetime:
        """The local time."""
        return datetime.now().astimezone()

    def seconds(self) -> float:
        """A stopwatch."""
        return time.perf_counter()

    def monotonic(self) -> float:
        """What ages and silences are measured by."""
        return time.monotonic()


@dataclass
class Progressed(Message):
    """Connecting takes a while; `line` says what is being done."""

    line: str


@dataclass
class Refreshed(Message):
    """The dashboard was read."""

    server: "Server"
    readiness: "Readiness"
    at: datetime
    took_ms: float


@dataclass
class MatrixRead(Message):
    """The matrix is other than at the last refresh."""

    rows: "list[MatrixRow]"


@dataclass
class RefreshFailed(Message):
    """A refresh failed; the next one is at `retry_at`."""

    error: ConsoleError
    at: datetime
    retry_at: datetime


Post = Callable[[Message], object]


class Poller:
    """Refreshes at once, then every half a minute or when asked; after a failure sooner, then ever less often.

    A question in between, each PULSE_SECONDS, finds out whether the server still answers. `first`: what is being read
    already is the first refresh.
    """

    def __init__(self, source: Source, post: Post, clock: Clock, first: FirstRead | None = None) -> None:
        self._source, self._post, self.clock, self._first = source, post, clock, first
        self._wake = threading.Event()
        self._over = threading.Event()
        self._painted = threading.Event()
        self._failures = 0
        self._asked_at: float | None = None
        self._matrix: list[MatrixRow] | None = None
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    @property
    def has_begun(self) -> bool:
        """Whether the first refresh is under way already: its figures need not wait for a frame without any."""
        return self._first is not None

    def start(self) -> None:
        """Begin to refresh."""
        self._thread.start()

    def now(self) -> None:
        """Refresh without waiting for the next turn."""
        self._wake.set()

    def painted(self) -> None:
        """The first figures are on the screen."""
        self._painted.set()

    def stop(self) -> None:
        """Refresh no more. A refresh under way is not waited for."""
        self._over.set()
        self._wake.set()
        self._painted.set()

    def silence(self) -> float:
        """For how many seconds an answer has been awaited; 0 where none is."""
        asked_at = self._asked_at
        return 0.0 if asked_at is None else self.clock.monotonic() - asked_at

    def ended(self, timeout: float) -> bool:
        """Wait for a refresh under way; whether it ended in time."""
        if self._first is not None and not self._first.ended(timeout):
            return False
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._over.is_set():
            self._wake.clear()
            left = self._refresh()
            while not self._wake.wait(min(left, PULSE_SECONDS)):
                left -= PULSE_SECONDS
                if left <= 0 or not self._still_answers():
                    break

    def _still_answers(self) -> bool:
        """Whether there is no reason to refresh before the time: a failure, or an answer that was long in coming."""
        if self._failures:
            return True  # the next refresh is the question
        try:
            with self._asking():
                self._source.open(self._tell)
                return self.silence() < SILENT_SECONDS
        except Exception:  # noqa: BLE001 - the refresh that follows tells of it
            return False

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self._asked_at = self.clock.monotonic()
        try:
            yield
        finally:
            self._asked_at = None

    def _refresh(self) -> float:
        """Refresh once; return how long to wait for the next one."""
        try:
            self._read()
        except Exception as error:  # noqa: BLE001 - whatever happens here is shown, never thrown at the terminal
            self._failures += 1
            pause: float = min(FIRST_RETRY * 2 ** min(self._failures - 1, 10), LONGEST_RETRY)
            at = self.clock.now()
            self._post(RefreshFailed(as_console_error(error), at, at + timedelta(seconds=pause)))
            return pause
        self._failures = 0
        return EVERY_SECONDS

    def _tell(self, line: str) -> None:
        self._post(Progressed(line))

    def _read(self) -> None:
        server, readiness, took_ms = self._figures()
        self._post(Refreshed(server, readiness, self.clock.now(), took_ms))
        self._painted.wait(PAINT_SECONDS)
        self._painted.set()  # however that ended: no later refresh waits
        with self._asking():
            rows = self._source.matrix()
        if rows != self._matrix:
            self._matrix = rows
            self._post(MatrixRead(rows))

    def _figures(self) -> Figures:
        if (first := self._first) is not None:
            with self._asking():
                try:
                    return first.figures(self._tell)
                finally:
                    self._first = None
        with self._asking():
            server = self._source.open(self._tell)
        started = self.clock.seconds()
        with self._asking():
            readiness = self._source.readiness()
        return Figures(server, readiness, (self.clock.seconds() - started) * 1000)


def is_lost(result: object) -> bool:
    """Whether a count failed because the server is gone; then the others would fail as well."""
    return isinstance(result, Unavailable) and result.code in (Unavailable.default_code, NoAnswer.default_code)


def as_console_error(error: Exception) -> ConsoleError:
    """What to tell of an unexpected exception."""
    if isinstance(error, ConsoleError):
        return error
    return ConsoleError(f"{type(error).__name__}: {error}", hint="This is a bug. Please report it.")
