"""A replica that says of itself what a test wants: a real walsender's client, without a server behind it."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGconn

from tests.databases import Database
from tests.small import eventually

_HEADER = 25  # bytes before the WAL itself in a message that brings some
ALL = 2**63 - 1  # has replayed whatever will ever be written


class Replica:
    """Streams WAL to nowhere, and reports how far it got."""

    def __init__(self, connection: PGconn) -> None:
        self._connection = connection
        self._received = 0

    def follow(self) -> bool:
        """Read what has come so far, and say that it was replayed; whether there was anything yet."""
        self._connection.consume_input()
        length, message = self._connection.get_copy_data(1)
        while length > 0:
            if bytes(message[:1]) == b"w":
                (start,) = struct.unpack(">q", message[1:9])
                self._received = start + length - _HEADER
            length, message = self._connection.get_copy_data(1)
        if self._received:
            self.reports(self._received)
        return self._received > 0

    def reports(self, position: int) -> None:
        """Say that all WAL up to a position in bytes was written, flushed and replayed."""
        message = struct.pack(">cqqqqc", b"r", position, position, position, 0, b"\0")
        self._connection.put_copy_data(message)
        while self._connection.flush():
            pass

    def leave(self) -> None:
        """Stream no longer."""
        self._connection.finish()


@contextmanager
def a_replica(database: Database) -> Iterator[Replica]:
    """A replica that streams and has not said yet how far it got."""
    dsn = make_conninfo(database.server.dsn, replication="true")
    connection = pq.PGconn.connect(dsn.encode())
    try:
        assert connection.status == pq.ConnStatus.OK, connection.error_message
        identity = connection.exec_(b"IDENTIFY_SYSTEM")
        position = identity.get_value(0, 2)
        assert position is not None
        begun = connection.exec_(b"START_REPLICATION " + position)
        assert begun.status == pq.ExecStatus.COPY_BOTH, begun.error_message
        eventually(lambda: streams(database))
        yield Replica(connection)
    finally:
        connection.finish()
        eventually(lambda: not streams(database))


def streams(database: Database) -> bool:
    """Whether any replica streams from the server."""
    return bool(database.value("SELECT count(*) FROM pg_stat_replication"))


def written(database: Database) -> int:
    """The WAL's end, in bytes."""
    return int(database.value("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"))
