"""Counting many collections side by side: over a few connections, all of which see one moment."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Condition, Thread
from typing import TypeAlias

from core.db.connection.session import Connection
from core.db.rows.plan import ESTIMATES
from core.domain.overview.matrix import Counts, MatrixRow, Totals, totals
from core.domain.steps import Steps, Tell
from core.errors import ConsoleError
from core.services.overview import matrix, renames

# A collection's counts, None where it has no table, or why it could not be counted: locked, row security, a timeout.
Found: TypeAlias = Counts | ConsoleError | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix at one moment. `uncounted` says what kept which collection from being counted; others are."""

    rows: tuple[MatrixRow, ...]
    uncounted: Mapping[str, ConsoleError]

    @property
    def totals(self) -> Totals:
        """The line under it."""
        return totals(self.rows)


def counted_matrix(
    browse: Callable[[], Connection], connections: int, *, every: bool = False, tell: Tell | None = None
) -> Matrix:
    """The matrix with its counts, all in one snapshot, over at most so many connections. Raises Unavailable.

    `tell` hears of each table that is counted.
    """
    with browse() as connection:
        return counted_over(connection, browse, connections, every=every, tell=tell)


def _no_other() -> Connection:
    raise AssertionError("one connection counts alone")


def counted_over(
    connection: Connection,
    another: Callable[[], Connection] = _no_other,
    connections: int = 1,
    *,
    every: bool = False,
    tell: Tell | None = None,
) -> Matrix:
    """The same over a connection that is there, and further ones up to so many; without, over it alone."""
    with connection.snapshot():
        rows = matrix.read(connection, every=every)
        names = [row.facts.collection for row in rows]
        told = None if tell is None else _counted(connection, names, tell)
        found = side_by_side(connection, another, names, connections, exact=True, tell=told)
        registry = matrix.registry_rows(connection)
        uncounted = {name: error for name in names if isinstance(error := found[name], ConsoleError)}
        counted = {name: counts for name, counts in found.items() if not isinstance(counts, ConsoleError)}
        rows = [replace(row, counts=counted.get(row.facts.collection)) for row in rows]
        return Matrix(tuple(_with_strays(connection, row, registry) for row in rows), uncounted)


def _with_strays(connection: Connection, row: MatrixRow, registry: Mapping[str, int]) -> MatrixRow:
    phantoms = matrix.phantoms(row, registry)
    if phantoms is None or row.counts is None:
        return replace(row, phantoms=phantoms)
    found = renames.find(connection, row.facts.collection, phantoms, row.counts)
    return replace(row, phantoms=phantoms, renamed=found.rows, possibly_renamed=found.possible)


def estimated_rows(connection: Connection) -> int:
    """About how many rows the collections have, as the planner takes it: no table is read."""
    return sum(each.rows for each in connection.rows(ESTIMATES))


def side_by_side(
    first: Connection,
    another: Callable[[], Connection],
    collections: Iterable[str],
    connections: int,
    *,
    exact: bool = False,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Found]:
    """Count collections over `first`, which is in a snapshot, and over further ones that join it.

    Never over more than `connections`; over fewer where the server has no room for another, or where another one
    leads to another server. What is wrong with one collection is found in its place. Raises Unavailable where a
    connection is lost; what is under way then is given up.
    """
    tally = _Tally(collections, connections, exact=exact, tell=tell)
    moment = first.moment()

    def help_out() -> None:
        with suppress(ConsoleError), another() as connection, connection.snapshot(moment):
            tally.count(connection)

    for _ in range(min(connections, tally.open) - 1):
        # A thread that still waits for a connection when the rest is done is not waited for.
        Thread(target=help_out, name="count", daemon=True).start()
    try:
        tally.count(first)
        return tally.result()
    finally:
        tally.give_up(but=first)


def _counted(connection: Connection, names: Iterable[str], tell: Tell) -> Callable[[str], None]:
    rows = {each.collection: each.rows for each in connection.rows(ESTIMATES)}
    steps = Steps("counted", {name: rows.get(name, 0) for name in names}, time.monotonic())

    def hear(name: str) -> None:
        if (step := steps.done(name, time.monotonic())) is not None:
            tell(step)

    return hear


class _Tally:
    """What is left to count, what was counted, and the first error; shared by threads with a connection each."""

    def __init__(
        self,
        collections: Iterable[str],
        connections: int,
        *,
        exact: bool,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._tell = tell
        self._left = deque(collections)
        self._total = len(self._left)
        self._share = max(1, min(matrix.TOGETHER, -(-self._total // max(1, connections))))
        self._exact = exact
        self._found: dict[str, Found] = {}
        self._error: Exception | None = None
        self._counting: list[Connection] = []
        self._changed = Condition()

    @property
    def open(self) -> int:
        """How many collections are not being counted yet."""
        return len(self._left)

    def count(self, connection: Connection) -> None:
        """Count what is left: a share of it together, then what is left of that share one after the other."""
        self._counting.append(connection)
        while share := self._taken():
            together = self._count_together(connection, share)
            for name in share:
                if name not in together:
                    self._count(connection, name)

    def _taken(self) -> list[str]:
        share: list[str] = []
        with suppress(IndexError):  # none are left, or another thread was quicker
            while len(share) < self._share:
                share.append(self._left.popleft())
        return share

    def result(self) -> dict[str, Found]:
        """Wait for the others. Raises the first error that is not one of a collection alone."""
        with self._changed:
            self._changed.wait_for(lambda: self._error or len(self._found) == self._total)
            if self._error is not None:
                raise self._error
            return self._found

    def give_up(self, but: Connection) -> None:
        """Begin no count any more, and end those under way; `but` one connection has none."""
        self._left.clear()
        for connection in self._counting:
            if connection is not but:
                connection.cancel()

    def _count_together(self, connection: Connection, names: list[str]) -> Mapping[str, Counts]:
        try:
            found = matrix.count_together(connection, names)
        except Exception:  # noqa: BLE001 - the next one that is counted tells that the connection is lost
            return {}
        with self._changed:
            for name, counts in found.items():
                self._note(name, counts)
        return found

    def _count(self, connection: Connection, name: str) -> None:
        found: Found
        try:
            found = _found(connection, name, exact=self._exact)
        except Exception as error:  # noqa: BLE001 - it is raised where the counts are waited for
            with self._changed:
                # What comes after the first is only that it was given up.
                self._error = self._error or error
                self._changed.notify_all()
            self.give_up(but=connection)
        else:
            with self._changed:
                self._note(name, found)

    def _note(self, name: str, found: Found) -> None:
        self._found[name] = found
        if self._tell is not None:
            self._tell(name)
        self._changed.notify_all()


def _found(connection: Connection, name: str, *, exact: bool) -> Found:
    try:
        return matrix.count(connection, name, exact=exact)
    except ConsoleError as error:
        if connection.is_closed:
            raise
        return error
