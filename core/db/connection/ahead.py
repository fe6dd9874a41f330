"""Rows that the server makes while this session reads others: over a second connection, in the same snapshot."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import chain
from threading import Thread
from typing import Any, TypeAlias

from core.db.connection.session import Connection
from core.db.rows.query import Query
from core.errors import ConsoleError

Rows: TypeAlias = Iterable[tuple[Any, ...]]


@contextmanager
def asked_ahead(connection: Connection, query: Query[Any]) -> Iterator[Callable[[], Rows]]:
    """Ask a query that takes the server long before its first row; the function that is given reads the rows, once.

    Inside `snapshot` only. Where the server has no room for another connection, `connection` itself asks, and then.
    The function raises as `Connection.stream` does.
    """
    moment = connection.moment()
    others: list[Connection] = []
    begun: list[Rows] = []
    opened = ExitStack()

    def begin() -> None:
        # What is wrong with the second connection does not matter: where it is the query's fault, the first one says.
        with suppress(ConsoleError):
            others.append(opened.enter_context(connection.beside()))
            opened.enter_context(others[0].snapshot(moment))
            rows = opened.enter_context(closing(others[0].stream(query)))
            first = next(rows, None)
            begun.append(() if first is None else chain([first], rows))

    def read() -> Rows:
        thread.join()
        return begun[0] if begun else connection.stream(query)

    thread = Thread(target=begin, name="ahead", daemon=True)
    thread.start()
    try:
        yield read
    finally:
        # Whose rows are not wanted any more is not waited for.
        if thread.is_alive() and others:
            others[0].abandon()
        thread.join()
        with suppress(ConsoleError):
            opened.close()
