"""Somebody else answers where the server should be, and asks for the password."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from psycopg import pq

from core.db.connection import dsn
from core.db.connection.session import Connection
from core.errors import ConsoleError, UsageError

_PASSWORD = "not-for-strangers"
_REFUSAL = b"SFEHLER\0VFEHLER\0C28P01\0Mfalsches Passwort: \xc2\xbbana\xc2\xab\0\0"


class Impostor:
    """A server that speaks just enough of the protocol. `heard` is all that was sent to it, `met` how often."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.heard = b""
        self.met = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def serve(self) -> None:
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with link:
                link.settimeout(5)
                self._meet(link)

    def _meet(self, link: socket.socket) -> None:
        while (first := link.recv(8)) and len(first) == 8 and first[4:] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
            link.sendall(b"N")  # neither TLS nor GSSAPI
        if not first:
            return
        self.met += 1
        self.heard += link.recv(struct.unpack("!i", first[:4])[0] - 8)
        link.sendall(self.request)
        try:
            self.heard += link.recv(1024)
            link.sendall(b"E" + struct.pack("!i", len(_REFUSAL) + 4) + _REFUSAL)
            self.heard += link.recv(1024)
        except OSError:
            return


@contextmanager
def an_impostor(request: bytes) -> Iterator[Impostor]:
    server = Impostor(request)
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join(10)


def refused(server: Impostor, more: str = "") -> ConsoleError:
    with pytest.raises(ConsoleError) as found:
        Connection.open(
            f"host=127.0.0.1 port={server.port} user=ana dbname=shop password={_PASSWORD} {more}", "birth", timeout=5
        )
    return found.value


def test_an_impostor_that_asks_for_the_password_in_clear_gets_nothing() -> None:
    with an_impostor(b"R\0\0\0\x08\0\0\0\x03") as server:
        found = refused(server)
    assert (found.code, server.met) == ("authentication_refused", 1)
    assert b"ana" in server.heard
    assert _PASSWORD.encode() not in server.heard
    assert _PASSWORD not in f"{found.message}{found.evidence}{found.hint}"


def test_a_password_that_was_refused_is_not_sent_again_to_learn_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", _PASSWORD)
    with an_impostor(b"R\0\0\0\x08\0\0\0\x03") as server:
        found = refused(server, "require_auth=password")  # whose DSN says so sends it, once
    assert (found.code, server.met) == ("login_refused", 2)
    assert server.heard.count(_PASSWORD.encode()) == 1


def test_where_libpq_cannot_insist_the_server_must_be_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pq, "version", lambda: 150_012)
    with pytest.raises(UsageError) as found:
        dsn.without_cleartext({"host": "db.example.com"})
    assert found.value.code == "libpq_too_old"
    for proven in ({"host": "/run/postgresql"}, {"sslmode": "verify-full"}, {"channel_binding": "require"}):
        assert dsn.without_cleartext(proven) == {}
