"""The first figures, asked for while the screen is still being loaded: the server works meanwhile."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.domain.overview.readiness import Readiness
    from core.services.session import Server
    from tui.runtime.source import Source


class Figures(NamedTuple):
    """What a refresh reads, and how long the dashboard took (milliseconds)."""

    server: "Server"
    readiness: "Readiness"
    took_ms: float


class FirstRead:
    """Reads once, in a daemon thread of its own: leaving must not wait for a connection attempt."""

    def __init__(self, source: "Source") -> None:
        self._source = source
        self._figures: Figures | None = None
        self._error: Exception | None = None
        self._telling = threading.Lock()
        self._line = ""
        self._listener: Callable[[str], None] | None = None
        self._thread = threading.Thread(target=self._run, name="first refresh", daemon=True)
        self._thread.start()

    def figures(self, tell: Callable[[str], None]) -> Figures:
        """Wait for the figures, telling how it goes. Raises what reading them raised."""
        with self._telling:
            self._listener = tell
            if self._line:
                tell(self._line)
        self._thread.join()
        if self._figures is None:
            raise self._error or RuntimeError("nothing was read")
        return self._figures

    def ended(self, timeout: float) -> bool:
        """Wait for it to end; whether it did so in time."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            server = self._source.open(self._tell)
            started = time.perf_counter()
            readiness = self._source.readiness()
            self._figures = Figures(server, readiness, (time.perf_counter() - started) * 1000)
        except Exception as error:  # noqa: BLE001 - it is raised where the figures are waited for
            self._error = error

    def _tell(self, line: str) -> None:
        with self._telling:
            self._line = line
            if self._listener is not None:
                self._listener(line)
