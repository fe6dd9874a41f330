"""The connection of an apply: guarded, bounded in time, and quick to notice that its client is gone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeVar

import psycopg
from psycopg import sql

from core.db.connection import overdue
from core.db.connection.errors import translated
from core.db.connection.guard import insist_harmless
from core.db.connection.overdue import Overdue
from core.db.connection.session import Connection, Parameters
from core.db.rows.query import Command, Query, Reading
from core.errors import ConsoleError

R = TypeVar("R")

_TIMEOUTS: Mapping[str, str] = {
    "statement_timeout": "60s",
    "lock_timeout": "5s",
    # Between a batch and its commit there is one round trip; a worker that stalls there holds up every other worker.
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_isolation": "read committed",
    "standard_conforming_strings": "on",  # what the guard takes for a text, the server must, too
}
_CONDITION_TIMEOUT = "2s"
# The answer to a commit that never comes is in doubt after 20 s: then the server's record is asked over another link.
_KEEPALIVE: Mapping[str, int] = {
    "keepalives_idle": 8,
    "keepalives_interval": 4,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class ApplyConnection(Connection):
    """Runs SELECT statements and our own functions only; the server ends what takes too long.

    Where the server does not even do that, the link is given up: after 20 s in a commit, which is in doubt then, and as
    soon where the server takes no connection any more; else after 80 s.
    """

    _keepalive = _KEEPALIVE
    _overdue: Overdue | None = None

    @classmethod
    def open(cls, dsn: str, schema: str, *, read_only: bool = False, timeout: int | None = None) -> Self:
        """Connect and set the timeouts. Raises as Connection.open does."""
        opened = super().open(dsn, schema, read_only=read_only, timeout=timeout)
        for name, value in _TIMEOUTS.items():
            opened.configure(name, value)
        with suppress(ConsoleError):  # not every platform can watch a socket
            opened.configure("client_connection_check_interval", "5s")
        opened.bound_answers()
        return opened

    def bound_answers(self) -> None:
        """From now on no answer is waited for without an end."""
        self._overdue = Overdue(self.driver, self._again)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One READ COMMITTED transaction, whose commit is not waited for without an end."""
        self._awaits(overdue.STATEMENT_SECONDS)
        with super().transaction():
            yield
            self._awaits(overdue.COMMIT_SECONDS)

    def ask(self, condition: str) -> Any:  # noqa: ANN401 - the operator's query may answer anything
        """The answer of an operator's own SELECT: read-only, alone, within two seconds; nothing of it stays.

        Raises ConsoleError.
        """
        insist_harmless(condition)
        with translated(), self.driver.transaction(force_rollback=True):
            # The names in it mean what they mean to the operator.
            self.driver.execute("SET TRANSACTION READ ONLY; SET LOCAL search_path TO DEFAULT")
            self.driver.execute("SELECT pg_catalog.set_config('statement_timeout', %s, true)", [_CONDITION_TIMEOUT])
            # The operator's own query, with the operator's own rights: that is what --while is for.
            # Binary, since that protocol takes one statement at a time.
            found = self.driver.execute(sql.SQL(condition), binary=True).fetchone()
        return None if found is None else next(iter(found.values()))

    def configure(self, name: str, value: str) -> None:
        """Set a parameter of the server for this session."""
        with translated():
            self.driver.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])

    def _awaits(self, seconds: float) -> None:
        if self._overdue is not None:
            self._overdue.awaits(seconds)

    def _run(self, query: Query[R] | Reading[R], parameters: Parameters) -> psycopg.Cursor[R]:
        self._awaits(overdue.STATEMENT_SECONDS)
        return super()._run(query, parameters)

    def _sql(self, query: Query[Any] | Reading[Any] | Command) -> sql.Composed:
        composed = super()._sql(query)
        insist_harmless(composed.as_string())
        return composed
