"""Why a server's certificate is refused is told with the file that it is about: libpq's words are the same for all."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.db.connection.session import Connection
from core.errors import ConsoleError

# A certificate of 2020 for localhost, its key, and the root that signed it.
_FILES = Path(__file__).parent / "tls"


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server that offers TLS with a certificate that has expired, and hears no more than that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_FILES / "expired.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=_serve, args=(listening, context))
        serving.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        serving.join()


def _serve(listening: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            link, _ = listening.accept()
            with link, suppress(OSError):
                link.recv(8)
                link.sendall(b"S")
                context.wrap_socket(link, server_side=True).close()


def test_an_expired_certificate_is_told_from_one_that_no_root_signed(port: int) -> None:
    def refused(root: Path) -> ConsoleError:
        dsn = f"host=localhost port={port} dbname=shop user=ana sslmode=verify-full sslrootcert={root}"
        with pytest.raises(ConsoleError) as found:
            Connection.open(dsn, "birth")
        return found.value

    expired = refused(_FILES / "root.crt")
    assert (expired.code, expired.evidence) == ("tls_expired", {"reason": "certificate has expired"})
    other = _FILES / "expired.pem"  # no root of it
    found = refused(other)
    assert (found.code, found.evidence["sslrootcert"]) == ("tls_untrusted", str(other))
    assert "issuer" in str(found.evidence["reason"])
    assert "sslrootcert" in found.hint
