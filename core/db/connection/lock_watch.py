"""Who holds what a session waits for, seen while it waits: afterwards the server remembers nothing of it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import Self

import psycopg
from psycopg.rows import DictRow

from core.db.queries import named_query
from core.db.rows.lock import WAITS, Wait
from core.db.rows.query import row_factory_for

_LOOK_EACH = 0.25  # seconds; a shorter wait is not worth a connection
_FRESH = 2.0  # seconds; what was seen earlier was another wait, which ended well


class LockWatch:
    """While the block lasts, a second connection asks for whom the session waits; `seen` gives the latest answer.

    A session that is never kept waiting pays no connection. Without a way to connect again nothing is seen.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[DictRow]] | None, process: int, schema: str) -> None:
        self._latest: tuple[float, Sequence[Wait]] = (0.0, ())
        self._connect = connect
        self._process = process
        self._schema = schema
        self._over = Event()
        self._thread = Thread(target=self._look, name="lock watch", daemon=True)

    def __enter__(self) -> Self:
        if self._connect is not None and self._process:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def seen(self) -> Sequence[Wait]:
        """For whom the session waited a moment ago; nothing where it did not."""
        at, waits = self._latest
        return waits if monotonic() - at < _FRESH else ()

    def _look(self) -> None:
        if self._connect is None or self._over.wait(_LOOK_EACH):
            return
        # Who cannot connect once more is told of the lock without its holder.
        with suppress(psycopg.Error), self._connect() as driver:
            cursor = driver.cursor(row_factory=row_factory_for(WAITS.row, WAITS.name))
            statement, asked = named_query(WAITS.name, self._schema), {"process": self._process}
            while True:
                if found := cursor.execute(statement, asked).fetchall():
                    self._latest = (monotonic(), found)
                if self._over.wait(_LOOK_EACH):
                    return
