"""One PostgreSQL connection, bound to a schema, that runs named queries and speaks our errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, ClassVar, Self, TypeAlias, TypeVar

import psycopg
from psycopg import sql

from core.db.connection import link, memory_watch, notices
from core.db.connection.connecting import KEEPALIVE, Driver, begun, opened, version_told
from core.db.connection.errors import lacks_column, translated
from core.db.connection.installed import explained_by_version
from core.db.connection.lock_holders import is_unnamed, name_holders, name_waits
from core.db.connection.lock_watch import LockWatch
from core.db.connection.streaming import Rows, streamed
from core.db.queries import named_query
from core.db.rows.lock import HOLDERS, Holder
from core.db.rows.query import Command, Query, Reading, mismatch, row_factory_for
from core.db.rows.session import MOMENT
from core.errors import ConsoleError, Unavailable

Parameters: TypeAlias = Mapping[str, object] | None
R = TypeVar("R")

_CANCEL_SECONDS = 5.0


class Connection:
    """A session with the database as one login. Every method raises a ConsoleError, never a driver's error.

    Autocommit, except inside `snapshot` and `transaction`. With `read_only`, the server itself refuses to write.
    `process` is the number of the server's process: not what the driver was told where a pooler stands between.
    `installed` is the version of the schema, None where nothing is installed. `creator` is who else may create in it.
    """

    _keepalive: ClassVar[Mapping[str, int]] = KEEPALIVE

    def __init__(
        self,
        driver: Driver,
        schema: str,
        *,
        read_only: bool,
        process: int,
        installed: str | None = None,
        again: Callable[[], Driver] | None = None,
    ) -> None:
        self.driver = driver
        self.schema = schema
        self.read_only = read_only
        self.process = process
        self.installed = installed
        self.creator: str | None = None
        self._again = again
        self._watch: LockWatch | None = None
        self._in_snapshot = False

    @classmethod
    def open(cls, dsn: str, schema: str, *, read_only: bool = True, timeout: int | None = None) -> Self:
        """Connect. `timeout` is in seconds; without one the DSN's holds, PGCONNECT_TIMEOUT, or 10.

        Raises Unavailable, or UsageError for a pooler that shares sessions, and for a DSN that cannot be read, without
        ever repeating its password.
        """
        driver, found, again = opened(dsn, schema, read_only=read_only, timeout=timeout, keepalive=cls._keepalive)
        process, installed, creator = (
            (found["process"], version_told(found["installed"]), found["creator"]) if found else (0, None, None)
        )
        connection = cls(driver, schema, read_only=read_only, process=process, installed=installed, again=again)
        connection.creator = creator
        memory_watch.watch(connection)
        return connection

    def rows(self, query: Query[R] | Reading[R], parameters: Parameters = None) -> list[R]:
        """All rows of a named query, or of a composed one, which reads what belongs to others.

        Raises GateClosed (`schema_mismatch`) where they are not of the query's type.
        """
        with self._translated(query), self._apart(query):
            return self._run(query, parameters).fetchall()

    def row(self, query: Query[R] | Reading[R], parameters: Parameters = None) -> R | None:
        """The first row, or None."""
        with self._translated(query), self._apart(query):
            return self._run(query, parameters).fetchone()

    def one(self, query: Query[R] | Reading[R], parameters: Parameters = None) -> R:
        """The row of a query that always has one. Raises GateClosed (`schema_mismatch`) where there is none."""
        found = self.row(query, parameters)
        if found is None:
            raise mismatch(query.name, ["no row"])
        return found

    def do(self, command: Command) -> None:
        """Run a named statement that has no rows."""
        with self._translated():
            self.driver.execute(self._sql(command))

    @contextmanager
    def snapshot(self, moment: str | None = None) -> Iterator[None]:
        """One REPEATABLE READ READ ONLY transaction: every query inside sees the same moment.

        Within another snapshot it is that one. With a `moment` it is that of the session that told it, as long as that
        one's snapshot lasts.
        """
        if self._in_snapshot:
            yield
            return
        with self._translated(), self.driver.transaction(force_rollback=True):
            self.driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if moment is not None:
                self.driver.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(moment)))
                self.driver.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # as for who told it
            self._in_snapshot = True
            try:
                yield
            finally:
                self._in_snapshot = False

    def elsewhere(self, schema: str) -> "Connection":
        """The same session, bound to another schema: named queries ask there."""
        installed = self.installed
        there = Connection(
            self.driver, schema, read_only=self.read_only, process=self.process, installed=installed, again=self._again
        )
        there._watch = self._watch
        return there

    def beside(self) -> "Connection":
        """One more session with the same database, READ ONLY, for the caller to close. Raises Unavailable."""
        with translated():
            if self._again is not None:
                driver = self._again()
                if begun(driver, self.schema, read_only=True) is not None:
                    other = Connection(driver, self.schema, read_only=True, process=driver.info.backend_pid)
                    memory_watch.watch(other)
                    return other
                driver.close()
        raise Unavailable("no second connection can be made")

    def moment(self) -> str:
        """The moment that this session's snapshot sees, for other sessions to share."""
        return self.one(MOMENT).moment

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One READ COMMITTED transaction."""
        with self._translated(), self.driver.transaction():
            yield

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the block lasts, who keeps this session waiting is looked at: a lock that never came is told with it.

        For what takes locks that any writer of a table holds up: setting up, and changing the schema. Within another
        such block it is that one.
        """
        if self._watch is not None:
            yield
            return
        with LockWatch(self._again, self.process, self.schema) as watch:
            self._watch = watch
            try:
                with self._translated():
                    yield
            finally:
                self._watch = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction for what belongs to others: READ ONLY whatever the session, and undone in the end.

        Whose tables are read may have made code that runs then, with the rights of the reader: it writes nothing,
        and what it sets for the session (a search_path where its operators come first) ends here. A part of the
        caller's transaction, where there is one.
        """
        with self._translated(), self.driver.transaction(force_rollback=True):
            if not self._in_snapshot:
                self.driver.execute("SET LOCAL transaction_read_only = on")
            yield

    def set_local(self, **settings: str | int) -> None:
        """Set settings of the server for the rest of the transaction; times are in milliseconds where they are numbers.

        Nothing outlives it: inside `snapshot`, `transaction` or `reading` only.
        """
        calls = [
            sql.SQL("pg_catalog.set_config({}, {}, true)").format(sql.Literal(name), sql.Literal(str(value)))
            for name, value in settings.items()
        ]
        with self._translated():
            self.driver.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(calls)))

    def notices(self, tell: Callable[[str], None]) -> AbstractContextManager[None]:
        """Pass on what functions of ours say beside their answers, up to what a person reads."""
        return notices.heard(self.driver, tell)

    def stream(self, query: Query[Any]) -> Rows:
        """The rows of a named query as tuples, in the order of its dataclass's fields: cheaper where they are many.

        Fetched in portions; inside `snapshot` or `transaction` only, and nothing else is asked before it is read to its
        end or closed. Raises as `rows` does, but for NULL.
        """
        with self._translated(query):
            yield from streamed(self.driver, query, self._sql(query))

    @property
    def is_closed(self) -> bool:
        """Whether it was closed, or broke."""
        return self.driver.closed

    def is_alive(self) -> bool:
        """Whether the server still holds its end, as far as that has been heard of: nothing is sent, or waited for.

        Not while something is asked on it.
        """
        return link.is_alive(self.driver)

    def answers(self, within: float) -> bool:
        """Whether the server answers an empty question within some seconds. If it does not, the connection is closed.

        Not while something is asked on it, nor in a transaction. Raises Unavailable where the link is broken.
        """
        with translated():
            return link.answers(self.driver, within)

    @property
    def is_asking(self) -> bool:
        """From any thread: whether the server owes an answer."""
        return link.is_asking(self.driver)

    def abandon(self) -> None:
        """From another thread: wait for no answer any more. A caller that waits gets Unavailable."""
        link.abandon(self.driver)

    def cancel(self) -> None:
        """From another thread: have the server give up what is being asked; the asker gets a ConsoleError.

        Where nothing is asked, or the server cannot be reached, nothing happens.
        """
        with suppress(psycopg.Error):
            self.driver.cancel_safe(timeout=_CANCEL_SECONDS)

    def close(self) -> None:
        """Close the connection; closing twice is no error."""
        self.driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _apart(self, query: Query[Any] | Reading[Any]) -> AbstractContextManager[None]:
        return self.reading() if isinstance(query, Reading) or query.apart else nullcontext()

    def _run(self, query: Query[R] | Reading[R], parameters: Parameters) -> psycopg.Cursor[R]:
        return self.driver.cursor(row_factory=row_factory_for(query.row, query.name)).execute(
            self._sql(query), parameters
        )

    @contextmanager
    def _translated(self, query: object = None) -> Iterator[None]:
        """As translated(); a lock that never came is told with who holds it, seen over another connection.

        A column that a named query asks for in vain is a schema_mismatch.
        What is missing in a schema of another version is told as that, and a link that was given up for the size of
        an answer as that.
        """
        try:
            with translated(read_only=self.read_only):
                yield
        except ConsoleError as error:
            if isinstance(error, Unavailable) and (too_large := memory_watch.explanation(self)):
                raise too_large from error
            if is_unnamed(error):
                if self._watch is not None and (seen := self._watch.seen()):
                    name_waits(error, seen)
                else:
                    name_holders(error, self._holders())
            found: ConsoleError = error
            if isinstance(query, Query) and lacks_column(error):
                found = mismatch(query.name, [error.message])
            found = explained_by_version(found, self.schema, self.installed)
            if found is not error:
                raise found from error
            raise

    def _holders(self) -> list[Holder]:
        if self._again is None:
            return []
        with suppress(psycopg.Error), self._again() as driver:
            cursor = driver.cursor(row_factory=row_factory_for(HOLDERS.row, HOLDERS.name))
            return cursor.execute(named_query(HOLDERS.name, self.schema), {"process": self.process}).fetchall()
        return []

    def _sql(self, query: Query[Any] | Reading[Any] | Command) -> sql.Composed:
        return query.statement if isinstance(query, Reading) else named_query(query.name, self.schema)
