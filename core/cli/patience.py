"""Waiting for a server: said on stderr, and ended where the server is gone rather than busy."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from core.errors import ConsoleError, Stopped

if TYPE_CHECKING:
    from core.db.connection.session import Connection
    from core.services.session import Session

_SAID_AT = (5, 10, 20, 30)  # seconds; then every 30
_STEP_SECONDS = 0.25
_PROBE_AGAIN_SECONDS = 30.0
Say = Callable[[str], None]
Event = TypeVar("Event")


class Wait:
    """Watches, from a thread, how long the server has not answered.

    A question that takes long is asked by another connection whether the server still takes one: if it does, it is
    busy, and is waited for; if it does not, the question is given up. So a command ends by the connection timeout when
    the server is at a standstill, and never because its query is long.
    """

    def __init__(self, say: Say, seconds: int) -> None:
        self._say, self._seconds = say, seconds
        self._over = threading.Event()
        self._session: Session | None = None
        self._connection: Connection | None = None
        self._since = time.monotonic()
        self._said = 0
        self._probe_at = 0.0
        self.has_given_up = False

    def uses(self, session: "Session", connection: "Connection") -> None:
        """From now on it is this connection that is watched."""
        self._session, self._connection = session, connection
        self._begin()

    def watch(self) -> None:
        """Watch until `stop`."""
        while not self._over.wait(_STEP_SECONDS):
            connection = self._connection
            if connection is not None and not connection.is_asking:
                self._begin()
                continue
            waited = time.monotonic() - self._since
            self._tell(waited)
            if connection is not None and waited >= self._probe_at:
                self._probe(connection)

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()

    def _begin(self) -> None:
        self._since, self._said, self._probe_at = time.monotonic(), 0, self._seconds / 2

    def _tell(self, waited: float) -> None:
        due = _SAID_AT[self._said] if self._said < len(_SAID_AT) else 30 * (self._said - len(_SAID_AT) + 2)
        if waited >= due:
            self._said += 1
            self._say(f"waiting for the server ({due} s)")

    def _probe(self, connection: "Connection") -> None:
        assert self._session is not None  # noqa: S101 - it came with the connection
        if self._session.answers(max(self._seconds // 2, 2)) or self._over.is_set() or not connection.is_asking:
            self._probe_at = time.monotonic() - self._since + _PROBE_AGAIN_SECONDS
            return
        self.has_given_up = True
        self._session.give_up()
        connection.abandon()
        self.stop()


def begun(events: Iterator[Event], say: Say, seconds: int) -> Generator[Event, None, None]:
    """The same events; how long the first of them is waited for is said. What follows tells of its waits itself."""
    with patience(say, seconds):
        first = next(events, None)
    if first is not None:
        yield first
        yield from events


@contextmanager
def patience(say: Say, seconds: int) -> Iterator[Wait]:
    """Watch the waits inside; `seconds` is how long a server may take to accept a connection.

    Raises Stopped (`no_answer`) where one was given up.
    """
    wait = Wait(say, seconds)
    threading.Thread(target=wait.watch, name="patience", daemon=True).start()
    try:
        yield wait
    except ConsoleError as error:
        if wait.has_given_up:
            raise Stopped(
                f"the server stopped answering: it accepted no connection within {seconds} s",
                code="no_answer",
                hint="The last request may still be carried out when the server continues. Check, then retry.",
            ) from error
        raise
    finally:
        wait.stop()
