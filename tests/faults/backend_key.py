"""A fake pooler in session mode: it passes everything on, but hands out another process id than the server's."""

import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.faults.proxy import connected


@contextmanager
def renumbering(dsn: str) -> Iterator[str]:
    """The DSN by way of the pooler."""
    with tempfile.TemporaryDirectory(prefix="birth-pooler-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(folder) / ".s.PGSQL.5432"))
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener, dsn), daemon=True)
        thread.start()
        try:
            yield make_conninfo(dsn, host=folder, port=5432)
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(60)


def _serve(listener: socket.socket, dsn: str) -> None:
    target = conninfo_to_dict(dsn)
    served = []
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            served.append(threading.Thread(target=_pass_on, args=(client, target), daemon=True))
            served[-1].start()
    for each in served:
        each.join(60)


def _pass_on(client: socket.socket, target: dict[str, Any]) -> None:
    with suppress(OSError), client, connected(target) as server:
        onwards = threading.Thread(target=_pump, args=(client, server), daemon=True)
        onwards.start()
        _answers(server, client)
        onwards.join(60)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65536):
            sink.sendall(said)
        sink.shutdown(socket.SHUT_WR)


def _answers(server: socket.socket, client: socket.socket) -> None:
    """Message by message: a byte that says what it is, its length, and what it holds."""
    stream = server.makefile("rb")
    while head := stream.read(5):
        kind, length = struct.unpack(">ci", head)
        body = stream.read(length - 4)
        if kind == b"K":
            (process,) = struct.unpack(">i", body[:4])
            body = struct.pack(">i", process + 1) + body[4:]
        client.sendall(head + body)
