"""Counting the rows of collections, in threads of its own: several at the same time, each over a connection of its own.

They are daemon threads, as that of the looks is.
"""

import collections
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tui.source import Source
from tui.watch import Post, as_console_error, is_lost

if TYPE_CHECKING:
    from core.domain.compatibility import Counts
    from core.errors import ConsoleError

TOGETHER_SECONDS = 0.25


@dataclass
class Counted(Message):
    """Some collections were counted, or could not be. `left` are still to come."""

    counts: "dict[str, Counts | ConsoleError]"
    left: int


class Counter:
    """Counts collections in the order asked for, several at the same time, and tells of several at a time."""

    def __init__(self, source: Source, post: Post) -> None:
        self._source, self._post = source, post
        self._turn = threading.Condition()
        self._wanted: collections.deque[str] = collections.deque()
        self._round = 0
        self._left = 0
        self._unready: set[int] = set()
        self._counted: dict[str, Counts | ConsoleError] = {}
        self._told = time.monotonic()
        self._threads: list[threading.Thread] = []
        self._is_over = False

    def count(self, names: Iterable[str]) -> None:
        """Count these next; what was wanted before and is not counted yet is dropped."""
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
        self._wanted = collections.deque(names)
        self._round += 1
        self._unready.clear()
        self._left = len(self._wanted)

    def _run(self, number: int) -> None:
        while not self._is_over:
            turn = self._await_work(number)
            if not self._source.ready(number) and self._leave_it(turn, number):
                self._await_round(turn)
            elif name := self._take():
                self._count(number, turn, name)

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
        """Whether there are others to count in this round; whoever is the last finds out what is wrong."""
        with self._turn:
            if turn == self._round:
                self._unready.add(number)
            return len(self._unready) < len(self._threads)

    def _wait(self, condition: Callable[[], object]) -> None:
        with self._turn:
            self._turn.wait_for(lambda: condition() or self._is_over)

    def _take(self) -> str | None:
        with self._turn:
            return self._wanted.popleft() if self._wanted else None

    def _count(self, number: int, turn: int, name: str) -> None:
        result: Counts | ConsoleError
        try:
            result = self._source.count(name, number)
        except Exception as error:  # noqa: BLE001 - whatever happens here is shown at its collection
            result = as_console_error(error)
        self._ended(turn, name, result)

    def _ended(self, turn: int, name: str, result: "Counts | ConsoleError") -> None:
        with self._turn:
            self._counted[name] = result
            if turn == self._round:
                self._left -= 1
            if is_lost(result):
                self._want([])
            if is_lost(result) or time.monotonic() - self._told > TOGETHER_SECONDS:
                self._tell()

    def _tell(self) -> None:
        if self._counted and not self._is_over:
            self._post(Counted(self._counted, self._left))
            self._counted = {}
        self._told = time.monotonic()
