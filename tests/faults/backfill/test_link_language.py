"""A server that refuses in another language is understood by what it sends, not by its words."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from core.db.connection.session import Connection
from core.errors import Unavailable

REFUSALS = [
    ("28P01", "Passwort-Authentifizierung für Benutzer »linh« fehlgeschlagen", "login_refused"),
    ("28000", "kein pg_hba.conf-Eintrag für Host »[local]«, Benutzer »linh«", "login_refused"),
    ("3D000", "la base de données « demo » n'existe pas", "no_database"),
    ("53300", "すでに接続数が多すぎます", "too_many_connections"),
    ("57P03", "das Datenbanksystem startet", "server_starting"),
]


@contextmanager
def refusing(state: str, words: str) -> Iterator[str]:
    """The DSN of a listener that answers every startup with this refusal."""
    fields = {"S": "VARAUS", "V": "FATAL", "C": state, "M": words, "R": "auth_failed"}
    body = b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0"
    answer = b"E" + struct.pack("!i", len(body) + 4) + body

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                length = struct.unpack("!i", client.recv(4, socket.MSG_WAITALL))[0]
                client.recv(length - 4, socket.MSG_WAITALL)
                client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        yield f"host=127.0.0.1 port={port} user=linh password=s3cret dbname=demo sslmode=disable gssencmode=disable"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(60)


@pytest.mark.parametrize(("state", "words", "code"), REFUSALS)
def test_a_refusal_in_any_language_says_what_to_look_at(state: str, words: str, code: str) -> None:
    with refusing(state, words) as dsn, pytest.raises(Unavailable) as refused:
        Connection.open(dsn, "birth")
    assert (refused.value.code, words in refused.value.message) == (code, True)
    assert "s3cret" not in str(refused.value.evidence) + refused.value.message + refused.value.hint
