"""Answers that are overdue: the server stands still, or what lies between swallows them, and the link does not break.

As long as the kernel at the other end takes what is sent, no keepalive notices: only a clock does.
"""

import time
from collections.abc import Callable
from threading import Thread

import psycopg

from core.db.connection import link
from core.db.connection.connecting import Driver
from core.errors import ConsoleError

_STEP_SECONDS = 0.5
STATEMENT_SECONDS = 80.0  # the server itself ends a statement of an apply after 60
COMMIT_SECONDS = 20.0  # then the server's record is asked over another link
_LOOK_SECONDS = 20.0  # then, and again after as long, whether the server still takes a connection


class Overdue:
    """Gives a link up, from a thread, whose server owes an answer for too long. Who waits for it gets Unavailable.

    `again` opens another connection. A server that takes one is busy; one that does not answer it stands still.
    """

    def __init__(self, driver: Driver, again: Callable[[], Driver] | None) -> None:
        self._driver = driver
        self._again = again
        self._since = self._looked = time.monotonic()
        self._most = STATEMENT_SECONDS
        Thread(target=self._watch, name="overdue", daemon=True).start()

    def awaits(self, seconds: float) -> None:
        """From now on an answer is awaited, for so long at most."""
        self._since, self._most = time.monotonic(), seconds

    def _watch(self) -> None:
        while not self._driver.closed:
            time.sleep(_STEP_SECONDS)
            if not link.is_asking(self._driver):
                self._since = time.monotonic()
            elif time.monotonic() - self._since > self._most or self._stands_still():
                link.abandon(self._driver)
                return

    def _stands_still(self) -> bool:
        """Whether it is time to look, and the server did not answer a new connection."""
        since = self._since
        if self._again is None or time.monotonic() - max(since, self._looked) < _LOOK_SECONDS:
            return False
        try:
            self._again().close()
        except psycopg.errors.ConnectionTimeout:
            return self._since == since
        except (psycopg.Error, ConsoleError):
            pass  # it is gone, which the link tells by itself, or says why it takes no more
        self._looked = time.monotonic()
        return False
