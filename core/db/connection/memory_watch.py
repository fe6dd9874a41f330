"""Answers that are too large: a server that sends gigabytes must not take this machine's memory.

The driver keeps an answer until its last byte, whatever its size: names of hundreds of megabytes, rows without end. So
a thread looks at this process's memory while answers come in; beyond a limit, the connections that are asked are given
up.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol
from weakref import WeakSet

from core.errors import ConsoleError

_MB: Final = 1024 * 1024
_VARIABLE: Final = "BIRTH_CONSOLE_MEMORY_MB"
_LIMIT_MB: Final = 1024
_LOOK_SECONDS = 0.1
_STATM = Path("/proc/self/statm")


class AskingConnection(Protocol):
    """A connection, as far as it is watched."""

    @property
    def is_asking(self) -> bool:
        """Whether the server owes an answer."""

    def abandon(self) -> None:
        """Wait for no answer any more."""


class _Watch:
    """What is watched in this process, and which of it was given up."""

    def __init__(self) -> None:
        self._connections: WeakSet[AskingConnection] = WeakSet()
        self._thread: threading.Thread | None = None
        self.given_up: WeakSet[AskingConnection] = WeakSet()

    def add(self, connection: AskingConnection) -> None:
        self._connections.add(connection)
        if self._thread is None or not self._thread.is_alive():  # a fork has none of its parent's threads
            self._thread = threading.Thread(target=self._look, name="memory", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        quiet = _used()
        while True:
            time.sleep(_LOOK_SECONDS)
            asking = self._asking()
            if not asking:
                quiet = _used()
            elif _used() - quiet > limit_mb() * _MB:
                for each in asking:
                    self.given_up.add(each)
                    each.abandon()
                quiet = _used()  # what was taken is given back late: the next caller is not the cause of it

    def _asking(self) -> list[AskingConnection]:
        with suppress(RuntimeError):  # another thread connects just now: the next look sees all
            return [each for each in self._connections if each.is_asking]
        return []


def limit_mb() -> int:
    """How much memory answers may take."""
    told = os.environ.get(_VARIABLE, "")
    return int(told) if told.isdecimal() and int(told) else _LIMIT_MB


def _used() -> int:
    """The memory that this process holds now (bytes); where the system does not say, the most that it ever held."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - exists on Unix only

    with suppress(OSError):
        return int(_STATM.read_bytes().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


_WATCH: Final = _Watch()
watch = _WATCH.add


def explanation(connection: AskingConnection) -> ConsoleError | None:
    """Why a connection was lost, where it was given up for the size of an answer; else None."""
    if connection not in _WATCH.given_up:
        return None
    limit = limit_mb()
    return ConsoleError(
        f"the server's answer takes more than {limit:,} MB: it was given up",
        code="answer_too_large",
        evidence={"limit_mb": limit},
        hint=f"Name fewer collections. If the data are that large, set {_VARIABLE}. If not, ask who runs this server.",
    )
