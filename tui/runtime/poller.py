"""Reading the dashboard and the matrix again and again, in a thread of its own.

It is a daemon thread instead of Textual's worker, because leaving must not wait for a connection attempt.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.message import Message

from core.errors import ConsoleError, Unavailable
from tui.runtime.source import Source

if TYPE_CHECKING:
    from core.domain.overview.matrix import MatrixRow
    from core.domain.overview.readiness import Readiness
    from core.services.session import Server

EVERY_SECONDS = 30.0
FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0


class Clock:
    """The time of day and a stopwatch; tests bring their own. `ages`: seconds after which a refresh's age is shown."""

    ages: tuple[int, ...] = (5, 10, 20)

    def now(self) -> datetime:
        """The local time."""
        return datetime.now().astimezone()

    def seconds(self) -> float:
        """A stopwatch."""
        return time.perf_counter()


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
    """Refreshes at once, then every half a minute or when asked; after a failure sooner, then ever less often."""

    def __init__(self, source: Source, post: Post, clock: Clock) -> None:
        self._source, self._post, self.clock = source, post, clock
        self._wake = threading.Event()
        self._over = threading.Event()
        self._failures = 0
        self._matrix: list[MatrixRow] | None = None
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    def start(self) -> None:
        """Begin to refresh."""
        self._thread.start()

    def now(self) -> None:
        """Refresh without waiting for the next turn."""
        self._wake.set()

    def stop(self) -> None:
        """Refresh no more. A refresh under way is not waited for."""
        self._over.set()
        self._wake.set()

    def ended(self, timeout: float) -> bool:
        """Wait for a refresh under way; whether it ended in time."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._over.is_set():
            self._wake.clear()
            pause = self._refresh()
            self._wake.wait(pause)

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
        server = self._source.open(self._tell)
        started = self.clock.seconds()
        readiness = self._source.readiness()
        took_ms = (self.clock.seconds() - started) * 1000
        self._post(Refreshed(server, readiness, self.clock.now(), took_ms))
        rows = self._source.matrix()
        if rows != self._matrix:
            self._matrix = rows
            self._post(MatrixRead(rows))


def is_lost(result: object) -> bool:
    """Whether a count failed because the server is gone; then the others would fail as well."""
    return isinstance(result, Unavailable) and result.code == Unavailable.default_code


def as_console_error(error: Exception) -> ConsoleError:
    """What to tell of an unexpected exception."""
    if isinstance(error, ConsoleError):
        return error
    return ConsoleError(f"{type(error).__name__}: {error}", hint="This is a bug. Please report it.")
