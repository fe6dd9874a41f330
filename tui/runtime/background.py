"""Work that an action starts: a thread calls the services, and the result comes back to the console's own thread."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

from textual.app import App
from textual.message import Message

from core.errors import ConsoleError, Unavailable
from tui.runtime.poller import Post, as_console_error
from tui.runtime.source import NO_ANSWER

Result = TypeVar("Result")
Told = TypeVar("Told", bound=Message)
Console = TypeVar("Console", bound=App[None])
Failed = Callable[[ConsoleError], None]


@dataclass
class Finished(Message):
    """Some work has ended; the application calls `deliver`."""

    deliver: Callable[[], None]


def while_running(handle: Callable[[Console, Told], None]) -> Callable[[Console, Told], None]:
    """Drop what a thread tells once the console is left: nothing is on the screen any more that could show it."""

    @wraps(handle)
    def guarded(console: Console, message: Told) -> None:
        if console.is_running:
            handle(console, message)

    return guarded


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that a key asked of the server. `writes`: until it is answered, its outcome is not known."""

    what: str
    seconds: float
    writes: bool

    @property
    def text(self) -> str:
        """What is waited for, and how long."""
        return f"{self.what} ({self.seconds:.0f} s{', outcome unknown' if self.writes else ''})"


@dataclass(slots=True)
class _UnderWay:
    what: str
    writes: bool
    failed: Failed
    begun: float
    is_dropped: bool = False


class Work:
    """Runs one piece of work per name at a time. The threads are daemons: leaving the console waits for none.

    `what` names the work of a key, as in "pausing run-1". While the server does not answer (`is_silent`), no such
    work is begun, and the answer to one that was begun before is dropped: no key takes effect late. Work without it
    only reads what is shown anyway; its answer is welcome whenever it comes.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._under_way: dict[str, _UnderWay] = {}
        self.is_silent: Callable[[], str] = lambda: ""
        self.late: Callable[[str], None] = lambda _: None

    def is_under_way(self, name: str) -> bool:
        """Whether work of that name has not ended."""
        return name in self._under_way

    def waiting(self, longer_than: float = 0.0) -> tuple[Waiting, ...]:
        """What keys asked and is not answered yet, the oldest first."""
        now = time.monotonic()
        found = [Waiting(each.what, now - each.begun, each.writes) for each in self._under_way.values() if each.what]
        return tuple(each for each in found if each.seconds >= longer_than)

    def start(  # noqa: PLR0917 - what a piece of work is
        self,
        name: str,
        call: Callable[[], Result],
        then: Callable[[Result], None],
        failed: Failed,
        what: str = "",
        writes: bool = False,  # noqa: FBT001, FBT002 - a fact of the work
    ) -> bool:
        """Do `call` in a thread, then one of the others in the console's. False: that work is under way already."""
        if name in self._under_way:
            return False
        if what and (silent := self.is_silent()):
            hint = "Nothing was sent. Press the key again once the server answers."
            failed(Unavailable(f"{what}: {silent}", code=NO_ANSWER, hint=hint))
            return True
        ours = self._under_way[name] = _UnderWay(what, writes, failed, time.monotonic())

        def run() -> None:
            try:
                result = call()
            except Exception as error:  # noqa: BLE001 - whatever happens here is shown, never thrown at the terminal
                fault = as_console_error(error)
                self._end(name, ours, lambda: failed(fault), lambda: self.late(f"{what}: {fault.message}"))
            else:
                self._end(name, ours, lambda: then(result), lambda: self._answered_late(ours, lambda: then(result)))

        threading.Thread(target=run, name=name, daemon=True).start()
        return True

    def drop(self) -> None:
        """The server does not answer: what keys wait for fails now, and a late answer has no effect."""
        for each in list(self._under_way.values()):
            if each.what and not each.is_dropped:
                each.is_dropped = True
                known = "Its outcome is not known yet." if each.writes else "It is dropped: a late answer is not shown."
                each.failed(Unavailable(f"{each.what}: no answer from the server", code=NO_ANSWER, hint=known))

    def deliver(self, call: Callable[[], None]) -> None:
        """From within work: call something in the console's thread, before the work has ended."""
        self._post(Finished(call))

    def _answered_late(self, ours: _UnderWay, then: Callable[[], None]) -> None:
        """What was written is told; what was only asked has no effect any more."""
        took = f"answered after {time.monotonic() - ours.begun:.0f} s"
        if ours.writes:
            then()
        self.late(f"{ours.what}: {took}{': it took effect' if ours.writes else ', too late. Press the key again'}")

    def _end(self, name: str, ours: _UnderWay, deliver: Callable[[], None], deliver_late: Callable[[], None]) -> None:
        def end() -> None:
            self._under_way.pop(name, None)
            (deliver_late if ours.is_dropped else deliver)()

        self._post(Finished(end))
