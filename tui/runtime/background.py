"""Work that an action starts: a thread calls the services, and the result comes back to the console's own thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

from textual.app import App
from textual.message import Message

from core.errors import ConsoleError
from tui.runtime.poller import Post, as_console_error

Result = TypeVar("Result")
Told = TypeVar("Told", bound=Message)
Console = TypeVar("Console", bound=App[None])


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


class Work:
    """Runs one piece of work per name at a time. The threads are daemons: leaving the console waits for none."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._under_way: set[str] = set()

    def is_under_way(self, name: str) -> bool:
        """Whether work of that name has not ended."""
        return name in self._under_way

    def start(
        self,
        name: str,
        call: Callable[[], Result],
        then: Callable[[Result], None],
        failed: Callable[[ConsoleError], None],
    ) -> bool:
        """Do `call` in a thread, then one of the others in the console's. False: that work is under way already."""
        if name in self._under_way:
            return False
        self._under_way.add(name)

        def run() -> None:
            try:
                result = call()
            except Exception as error:  # noqa: BLE001 - whatever happens here is shown, never thrown at the terminal
                fault = as_console_error(error)
                self._end(name, lambda: failed(fault))
            else:
                self._end(name, lambda: then(result))

        threading.Thread(target=run, name=name, daemon=True).start()
        return True

    def deliver(self, call: Callable[[], None]) -> None:
        """From within work: call something in the console's thread, before the work has ended."""
        self._post(Finished(call))

    def _end(self, name: str, deliver: Callable[[], None]) -> None:
        def end() -> None:
            self._under_way.discard(name)
            deliver()

        self._post(Finished(end))
