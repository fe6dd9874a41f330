"""What libpq's words leave out of a TLS error: why a certificate is refused, and which file is meant.

The server's certificate is asked for once more, with Python's own TLS: no login, and nothing secret is sent.
"""

import socket
import ssl
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg

from core.db.connection.no_connection import no_connection
from core.errors import ConsoleError

_UNTRUSTED, _EXPIRED, _CLIENT_REFUSED = "tls_untrusted", "tls_expired", "tls_client_refused"
_OUT_OF_DATE: Final = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_SECONDS: Final = 5.0
_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)
_SYSTEM: Final = "system"


def explained(error: psycopg.OperationalError, message: str) -> ConsoleError | None:
    """The error with the file that it is about, and the reason that the words leave out; None for any other."""
    found = no_connection(message)
    if error.pgconn is None or found.code not in (_UNTRUSTED, _CLIENT_REFUSED):
        return None
    given = {each.keyword.decode(): (each.val or b"").decode() for each in error.pgconn.info}
    if found.code == _CLIENT_REFUSED:
        found.evidence = {"sslcert": _told(given.get("sslcert", ""), "postgresql.crt")}
        return found
    file = given.get("sslrootcert", "")
    host = error.pgconn.hostaddr or error.pgconn.host
    number, why = _refused(host.decode(), error.pgconn.port.decode(), file)
    if number in _OUT_OF_DATE:
        found = no_connection(message, _EXPIRED)
    elif number:
        found.evidence = {"sslrootcert": file if file == _SYSTEM else _told(file, "root.crt")}
    found.evidence = {**found.evidence, "reason": why} if why else found.evidence
    return found


def _told(file: str, default: str) -> str:
    path = Path(file) if file else Path.home() / ".postgresql" / default
    return str(path) if path.exists() else f"{path} (no such file)"


def _refused(host: str, port: str, file: str) -> tuple[int, str]:
    """The number and the words of what is wrong with the server's certificate; 0 where nothing can be learnt."""
    with suppress(OSError, ValueError):
        roots = Path(file) if file else Path.home() / ".postgresql" / "root.crt"
        context = ssl.create_default_context(cafile=None if file == _SYSTEM else str(roots))
        context.check_hostname = False
        with socket.create_connection((host, int(port)), _SECONDS) as link:
            link.sendall(_SSL_REQUEST)
            if link.recv(1) == b"S":
                try:
                    context.wrap_socket(link).close()
                except ssl.SSLCertVerificationError as refused:
                    return refused.verify_code, refused.verify_message
    return 0, ""
