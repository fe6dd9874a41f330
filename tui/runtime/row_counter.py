"""Counting the rows of collections, in threads of its own: several at the same time, each over a connection of its own.

They are daemon threads, as that of the poller is.
"""

import collections
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui.runtime.poller import Post, as_console_error, is_lost
from tui.runtime.source import Source

if TYPE_CHECKING:
    from core.domain.overview.matrix import Counts
    from core.errors import ConsoleError

TOGETHER_SECONDS = 0.25


@dataclass
class Counted(Message):
    """Some collections were counted, or could not be. `left` are still to come."""

    counts: "dict[str, Counts | ConsoleError]"
    left: int


class RowCounter:
    """Counts collections in the order asked for, several at the same time, and tells of several at a time."""

    def __init__(self, source: Source, post: Post) -> None:
        self._source, self._post = source, post
        self._turn = threading.Condition()
        self._wanted: collections.deque[str] = collections.deque()
        self._round = 0
        self._open: set[str] = set()  # of this round, and not counted yet
        self._under_way: set[str] = set()
        self._unready: set[int] = set()
        self._teller: threading.Timer | None = None
        self._counted: dict[str, Counts | ConsoleError] = {}
        self._told = time.monotonic()
        self._threads: list[threading.Thread] = []
        self._is_over = False

    def count(self, names: Iterable[str]) -> None:
        """Count these next; what was wanted before and is not counted yet is dropped.

        What is under way is not begun once more: a table that takes long never keeps two threads from the others.
        """
        with self._turn:
            self._want(names)
            while self._wanted and len(self._threads) < self._source.counters:
                number = len(self._threads)
                self._threads.append(threading.Thread(target=self._run, args=(number,), name="count", daemon=True))
                self._threads[-1].start()
            self._turn.notify_all()

    def stop(self) -> None:
        """Count no more. A count under way is not waited for."""
        with self._turn:
            self._is_over = True
            self._want([])
            self._turn.notify_all()

    def _want(self, names: Iterable[str]) -> None:
        wanted = list(names)
        self._open = set(wanted)
        self._wanted = collections.deque(name for name in wanted if name not in self._under_way)
        self._round += 1
        self._unready.clear()

    def _run(self, number: int) -> None:
        while not self._is_over:
            turn = self._await_work(number)
            if not self._source.ready(number) and self._leave_it(turn, number):
                self._await_round(turn)
            elif name := self._take():
                self._count(number, name)

    def _await_work(self, number: int) -> int:
        """Wait until something is to be counted; in which round that is."""
        with self._turn:
            if is_idle := not self._wanted:
                self._tell()
        if is_idle:
            self._source.rest(number)
        self._wait(lambda: self._wanted)
        return self._round

    def _await_round(self, before: int) -> None:
        self._wait(lambda: self._round != before)

    def _leave_it(self, turn: int, number: int) -> bool:
        """Whether there are others to count in this round; the last of them finds out what is wrong."""
        with self._turn:
            if turn == self._round:
                self._unready.add(number)
            return len(self._unready) < len(self._threads)

    def _wait(self, condition: Callable[[], object]) -> None:
        with self._turn:
            self._turn.wait_for(lambda: condition() or self._is_over)

    def _take(self) -> str | None:
        with self._turn:
            if not self._wanted:
                return None
            name = self._wanted.popleft()
            self._under_way.add(name)
            return name

    def _count(self, number: int, name: str) -> None:
        result: Counts | ConsoleError
        try:
            result = self._source.count(name, number)
        except Exception as error:  # noqa: BLE001 - whatever happens here is shown at its collection
            result = as_console_error(error)
        self._ended(name, result)

    def _ended(self, name: str, result: "Counts | ConsoleError") -> None:
        with self._turn:
            self._counted[name] = result
            self._under_way.discard(name)
            self._open.discard(name)
            if is_lost(result):
                self._want([])
            if is_lost(result) or time.monotonic() - self._told > TOGETHER_SECONDS:
                self._tell()
            elif self._teller is None:
                # The next count may take long: what is known is not held back until then.
                self._teller = threading.Timer(TOGETHER_SECONDS, self._tell_late)
                self._teller.daemon = True
                self._teller.start()

    def _tell_late(self) -> None:
        with self._turn:
            self._teller = None
            self._tell()

    def _tell(self) -> None:
        if self._counted and not self._is_over:
            self._post(Counted(self._counted, len(self._open)))
            self._counted = {}
        self._told = time.monotonic()
