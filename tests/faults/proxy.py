"""A link that breaks when a test wants it to: a proxy between an applier and its server that knows what is said."""

import select
import socket
import tempfile
import threading
import time
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_PORT = 5432


class Loss(Enum):
    """When the link breaks, at a statement."""

    BEFORE = "the server never hears of it"
    AFTER = "the server did it, its answer is lost"
    MEANWHILE = "the server is still at it"
    SILENT = "the server did it, its answer never comes, and the link does not break"
    UNNOTICED = "the server never hears of it, and does not see that the link is gone"


class Proxy:
    """Passes on what an applier and its server say to each other, until the link breaks.

    That is at the COMMIT of the n-th batch, or at the n-th call of the `function`. Use as a context manager.
    `broke` is set once the link broke. An `nth` of 0 never comes. Each batch takes `delay` seconds to arrive.
    """

    def __init__(self, dsn: str, loss: Loss, nth: int, function: str = "", delay: float = 0) -> None:
        self._target = dsn
        self._function = function.encode()
        self._loss = loss
        self._delay = delay
        self._left = nth
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="birth-proxy-")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / f".s.PGSQL.{_PORT}"))
        self._listener.listen()
        self._sockets: list[socket.socket] = []
        self._at_a_batch: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.broke = threading.Event()

    @property
    def dsn(self) -> str:
        """The same database and login, by way of this proxy."""
        return make_conninfo(self._target, host=self._folder.name, port=_PORT)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        _cut(self._listener)
        self._threads[0].join(60)  # from here on, no connection is added
        for each in self._sockets:
            _cut(each)
        for thread in self._threads:
            thread.join(60)
        for each in [self._listener, *self._sockets]:
            each.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                server = connected(conninfo_to_dict(self._target))
                self._sockets.append(server)
                self._threads.append(threading.Thread(target=self._serve, args=(client, server), daemon=True))
                self._threads[-1].start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while self._pass_on(client, server):
                pass
        _cut(client)
        _cut(server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass on what either says next; False where that was the end."""
        ready, _, _ = select.select([client, server], [], [])
        if server in ready:
            said = server.recv(65536)
            client.sendall(said)
            return bool(said)
        said = client.recv(65536)
        if self._delay and b"birth_backfill_apply_batch" in said:
            time.sleep(self._delay)
        if not self._is_the_one(client, said):
            server.sendall(said)
            return bool(said)
        if self._loss in (Loss.AFTER, Loss.MEANWHILE, Loss.SILENT):
            server.sendall(said)
        if self._loss is Loss.SILENT:
            self.broke.set()
            client.recv(65536)  # until it gives the link up
        if self._loss in (Loss.MEANWHILE, Loss.UNNOTICED):
            _cut(client)
            self.broke.set()
        if self._loss is not Loss.BEFORE:
            server.recv(65536)  # its answer, or its end: nobody hears it
        self.broke.set()
        return False

    def _is_the_one(self, client: socket.socket, said: bytes) -> bool:
        if not (self._function in said if self._function else self._commits(client, said)):
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0

    def _commits(self, client: socket.socket, said: bytes) -> bool:
        if b"birth_backfill_apply_batch" in said:
            self._at_a_batch.add(client)
        elif b"COMMIT" in said and client in self._at_a_batch:
            self._at_a_batch.remove(client)
            return True
        return False


def connected(target: dict[str, Any]) -> socket.socket:
    """A bare connection to the server of a DSN, on its socket or on TCP."""
    host, port = str(target["host"]), int(target.get("port") or _PORT)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    opened = socket.socket(socket.AF_UNIX)
    opened.connect(str(Path(host) / f".s.PGSQL.{port}"))
    return opened


def _cut(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
