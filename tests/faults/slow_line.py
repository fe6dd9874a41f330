"""A line on which everything takes its time: what either side says arrives later, in order, and nothing is lost."""

import queue
import socket
import threading
import time
from contextlib import suppress
from typing import Self


class SlowLine:
    """Listens on a free port of `address`, and leads to the same address's `port`. Use as a context manager.

    A question and its answer take `round_trip` seconds more, however much is said at once.
    """

    def __init__(self, address: str, port: int, round_trip: float) -> None:
        self._target = (address, port)
        self._delay = round_trip / 2
        self._listener = socket.create_server((address, 0))
        self._sockets = [self._listener]
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """Where a client reaches the server by way of this line."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets[::-1]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._accepting.join(60)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                for one, other in ((client, server), (server, client)):
                    under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
                    for work in (self._leave, self._arrive):
                        threading.Thread(target=work, args=(one, other, under_way), daemon=True).start()

    def _leave(self, one: socket.socket, _: socket.socket, under_way: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
        said = b"."
        while said:
            said = b""
            with suppress(OSError):
                said = one.recv(65536)
            under_way.put((time.monotonic() + self._delay, said))

    def _arrive(
        self, _: socket.socket, other: socket.socket, under_way: "queue.SimpleQueue[tuple[float, bytes]]"
    ) -> None:
        while True:
            due, said = under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):
                if not said:
                    other.shutdown(socket.SHUT_WR)
                    return
                other.sendall(said)
