"""A server that means harm: whatever it sends without end, this machine's memory stays bounded."""

import resource
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from core.db.connection import memory_watch
from core.db.connection.session import Connection
from core.errors import ConsoleError

_LIMIT_MB = 60
_MOST = 300_000_000  # bytes, after which the server gives up


def message(kind: bytes, content: bytes) -> bytes:
    """A message of the protocol."""
    return kind + struct.pack("!i", len(content) + 4) + content


_WELCOME = (
    message(b"R", struct.pack("!i", 0))
    + b"".join(
        message(b"S", name + b"\0" + value + b"\0")
        for name, value in ((b"server_version", b"18.0"), (b"client_encoding", b"UTF8"), (b"DateStyle", b"ISO, YMD"))
    )
    + message(b"K", struct.pack("!ii", 4711, 1))
    + message(b"Z", b"I")
)
_TEXT = b"x" * 100_000
_ROW = message(b"D", struct.pack("!hi", 1, len(_TEXT)) + _TEXT)
_COLUMNS = b"1\0\0\0\x042\0\0\0\x04" + message(
    b"T", struct.pack("!h", 1) + b"x\0" + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0)
)
# What comes first, and what comes again and again: each an answer to the first question of a session.
FLOODS = {
    "rows without end": (_COLUMNS, _ROW),
    "notices without end": (b"", message(b"N", b"SNOTICE\0VNOTICE\0C00000\0M" + _TEXT + b"\0\0")),
    "notifications without end": (b"", message(b"A", struct.pack("!i", 1) + b"birth\0" + b"y" * 7000 + b"\0")),
    "an error of a gigabyte": (b"E" + struct.pack("!i", 1_000_000_000) + b"SERROR\0VERROR\0C42000\0M", _TEXT),
    "a row of a gigabyte": (_COLUMNS + b"D" + struct.pack("!ihi", 1_000_000_000, 1, 999_999_990), _TEXT),
}


@contextmanager
def a_flood(first: bytes, again: bytes) -> Iterator[int]:
    """The port of a server that lets everybody in, and answers the first question so."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                link, _ = listener.accept()
                with link, suppress(OSError):
                    _flood(link, first, again)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _flood(link: socket.socket, first: bytes, again: bytes) -> None:
    link.settimeout(1)
    while link.recv(4096)[4:8] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
        link.sendall(b"N")
    link.sendall(_WELCOME)
    link.recv(65536)
    link.sendall(first)
    sent = 0
    while sent < _MOST:
        link.sendall(again * 20)
        sent += len(again) * 20


@pytest.mark.parametrize("flood", FLOODS)
def test_a_server_that_sends_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch, flood: str) -> None:
    monkeypatch.setenv("BIRTH_CONSOLE_MEMORY_MB", str(_LIMIT_MB))
    monkeypatch.setattr(memory_watch, "_LOOK_SECONDS", 0.02)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with a_flood(*FLOODS[flood]) as port, pytest.raises(ConsoleError) as told:
        Connection.open(f"host=127.0.0.1 port={port} user=ana dbname=shop sslmode=disable", "birth", timeout=5)
    # Notices are told or dropped one by one: as many as there are.
    if flood != "notices without end":
        assert (told.value.code, told.value.evidence) == ("answer_too_large", {"limit_mb": _LIMIT_MB})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before < 3 * _LIMIT_MB
