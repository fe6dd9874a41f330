"""Where the figures come from: a small protocol, and the session of the settings behind it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from core.errors import ConsoleError, Stopped, Unavailable

if TYPE_CHECKING:
    from core.domain.overview.matrix import Counts, MatrixRow
    from core.domain.overview.readiness import Readiness
    from core.services.backfill.background import Detached
    from core.services.session import Server, Session
    from core.settings import Settings

OnProgress = Callable[[str], None]
Result = TypeVar("Result")
ANSWER_SECONDS = 8.0
NO_ANSWER = "no_answer"
Link: TypeAlias = Any  # a connection of the services: this layer only hands it on


class Source(Protocol):
    """Every call blocks, may come from any thread, and raises a ConsoleError."""

    def open(self, progress: OnProgress) -> "Server":
        """Connect where that is needed, telling how it goes, and say who and where we are."""

    def readiness(self) -> "Readiness":
        """Read the dashboard."""

    def matrix(self) -> "list[MatrixRow]":
        """Read the matrix, without counts."""

    @property
    def counters(self) -> int:
        """How many collections may be counted at the same time."""

    def count(self, collection: str, counter: int) -> "Counts":
        """Count the rows of one collection; may take long. Each counter has a connection of its own."""

    def ready(self, counter: int) -> bool:
        """Whether a counter has its connection, or could be given one: the server may have no room for it."""

    def rest(self, counter: int) -> None:
        """A counter has nothing to count for now: its connection is for others to have."""

    def read(self, use: str, call: Callable[[Link], Result]) -> Result:
        """Call a service on the READ ONLY connection of a `use`: one call after the other on each of them."""

    def give_up(self, use: str) -> None:
        """Stop what is being asked on the connection of a `use`: its answer is not waited for any more."""

    def write(self, call: Callable[[Link], Result]) -> Result:
        """Call a service on the connection that may write, as far as the login may.

        Only while the server answers: raises Unavailable (`no_answer`) where nothing was sent. So no call that waited
        for a server which had stopped is carried out when it goes on.
        """

    def detach(self, run: int, options: Mapping[str, int | None]) -> "Detached":
        """Apply a run in the background, as this login; returns once it has begun."""

    def switch(self, login: str) -> None:
        """Go on as another login of the demo."""

    def close(self) -> None:
        """Let everything go."""


class SessionSource:
    """Reads through the services, on a connection for each use: a long count never holds up a refresh."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._session: Session | None = None
        self._opening = Lock()
        self._links: dict[str, Link] = {}
        self._turns: dict[str, Lock] = {}
        self._progress: OnProgress = lambda _: None
        self._stopped = False
        self._is_closed = False

    @staticmethod
    def load() -> None:
        """Import what the first figures need: the services, and the driver that these bring along."""
        from core.services import session  # noqa: PLC0415, F401 - as said
        from core.services.overview import readiness  # noqa: PLC0415, F401

    def open(self, progress: OnProgress) -> "Server":
        """Connect where that is needed."""
        self._progress = progress
        # The services bring the driver along: help does not wait for it.
        from core.services.session import Session  # noqa: PLC0415 - as said

        if self._session is None:
            self._session = Session(self._settings, self._tell)
        session = self._session
        return self.read("refresh", session.server)

    def readiness(self) -> "Readiness":
        """Read the dashboard."""
        from core.services.overview import readiness  # noqa: PLC0415 - as said

        return self.read("refresh", readiness.read)

    def matrix(self) -> "list[MatrixRow]":
        """Read the matrix, without counts."""
        from core.services.overview import matrix  # noqa: PLC0415 - as said

        return self.read("refresh", lambda link: matrix.read(link, every=True))

    @property
    def counters(self) -> int:
        """As many as the profile allows."""
        return self._settings.counters

    def count(self, collection: str, counter: int) -> "Counts":
        """Count the rows of one collection."""
        from core.services.overview import matrix  # noqa: PLC0415 - as said

        counts = self.read(_counting(counter), lambda link: matrix.count(link, collection))
        if counts is None:
            raise ConsoleError("the table no longer exists", code="no_table", hint="Press r to refresh.")
        return counts

    def ready(self, counter: int) -> bool:
        """Open its connection where it has none."""
        try:
            self.read(_counting(counter), lambda _: None)
        except ConsoleError:
            return False
        return True

    def rest(self, counter: int) -> None:
        """Close its connection; the next count opens another."""
        use = _counting(counter)
        with self._turns.setdefault(use, Lock()):
            if link := self._links.pop(use, None):
                link.close()

    def read(self, use: str, call: Callable[[Link], Result]) -> Result:
        """Call a service on the READ ONLY connection of a `use`; once more where one kept from before breaks."""
        with self._turns.setdefault(use, Lock()):
            return self._call(use, call, lambda session: session.browse(), again=True)

    def give_up(self, use: str) -> None:
        """Have the server stop at once; the next caller gets another connection, and waits for nothing."""
        self._turns[use] = Lock()
        if link := self._links.pop(use, None):
            link.cancel()

    def write(self, call: Callable[[Link], Result]) -> Result:
        """Call a service on the connection that may write, as far as the login may."""
        deadline = monotonic() + ANSWER_SECONDS

        def answered(link: Link) -> Result:
            if not link.answers(max(deadline - monotonic(), 0.0)):
                raise _no_answer()
            return call(link)

        turn = self._turns.setdefault("write", Lock())
        if not turn.acquire(timeout=ANSWER_SECONDS):
            raise Unavailable(
                "an earlier request of this console is not answered yet",
                code=NO_ANSWER,
                hint="Nothing was sent. Press the key again once that one has ended.",
            )
        try:
            return self._call("write", answered, lambda session: session.write())
        finally:
            turn.release()

    def detach(self, run: int, options: Mapping[str, int | None]) -> "Detached":
        """Apply a run in the background, as this login."""
        self.write(lambda _: None)  # the server answers: the process begins now or never
        from core.cli.argv import APPLY  # noqa: PLC0415 - as said
        from core.services.backfill import background  # noqa: PLC0415

        return background.start(APPLY, self._settings, run, options)

    def switch(self, login: str) -> None:
        """Go on as another login of the demo; what is being asked is waited for."""
        for use in list(self._links):
            with self._turns[use]:
                if link := self._links.pop(use, None):
                    link.close()
        self._settings = replace(self._settings, login=login)
        before, self._session = self._session, None
        self.open(self._progress)
        if before is not None:
            before.close()

    def stop(self) -> None:
        """Give up what is being opened, at its next step."""
        self._stopped = True

    def close(self) -> None:
        """Let go of the session; an embedded server stops with its last user."""
        # Taken away before they are closed: who is reading on one must not open another.
        self._is_closed = True
        links, self._links = self._links, {}
        for link in links.values():
            link.close()
        if self._session is not None:
            self._session.close()

    def _tell(self, line: str) -> None:
        if self._stopped:
            raise Stopped("the console was closed")
        self._progress(line)

    def _call(
        self, use: str, call: Callable[[Link], Result], open_link: "Callable[[Session], Link]", *, again: bool = False
    ) -> Result:
        link, is_kept = self._link(use, open_link)
        try:
            return call(link)
        except Unavailable:
            # Where it was taken away meanwhile, no answer is waited for.
            if not self._holds(use, link):
                raise
            # The link may be dead: the next call opens another.
            del self._links[use]
            if not (again and is_kept) or link.is_alive():
                raise
        finally:
            # One that was being opened while everything was closed is held by no caller.
            if self._is_closed or not self._holds(use, link):
                link.close()
        return self._call(use, call, open_link)

    def _holds(self, use: str, link: Link) -> bool:
        return self._links.get(use) is link

    def _link(self, use: str, open_link: "Callable[[Session], Link]") -> tuple[Link, bool]:
        """A link for a `use`, and whether it was there already: one that the server closed meanwhile is replaced."""
        with self._opening:
            if use in self._links:
                kept = self._links[use]
                if kept.is_alive():
                    return kept, True
                del self._links[use]
                kept.close()
            if self._session is None or self._is_closed:
                raise Unavailable("the session is not open", hint="Press r to refresh.")
            self._links[use] = open_link(self._session)
            return self._links[use], False


def _no_answer() -> Unavailable:
    return Unavailable(
        f"the server did not answer within {ANSWER_SECONDS:.0f} s",
        code=NO_ANSWER,
        hint="Nothing was sent. Press the key again once the server answers.",
    )


def _counting(counter: int) -> str:
    return f"count {counter}"
