"""Reading a DSN: what cannot be meant is refused before anything is connected to."""

import difflib
import os
import re
from collections.abc import Mapping

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from core.errors import UsageError

_INSISTS = 160_000  # the libpq that can refuse to send a password in clear


def readable(dsn: str) -> Mapping[str, object]:
    """What a DSN says. Refuses what cannot be meant, without the driver's message: it may quote the password.

    A password with an unescaped `@`, `/` or `:` makes a DSN that libpq can read, with half of it as host or port.
    """
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise _bad_dsn(
            f"Write postgresql://user@host/database, host=… dbname=…, or service=….{_meant(error)}"
        ) from None
    ports = str(given.get("port", "")).split(",")
    if "@" in str(given.get("host", "")) or not all(port == "" or port.isdecimal() for port in ports):
        raise _bad_dsn("In a password, write @ : / as %40 %3A %2F, or use .pgpass.")
    return given


def without_cleartext(given: Mapping[str, object]) -> Mapping[str, str]:
    """The option with which no server gets the password in clear: what answers could be another server.

    Nothing where the DSN or PGREQUIREAUTH say how a server may ask. Refuses where libpq cannot insist on it, and
    neither a socket, a certificate nor channel binding tells that the server is the right one.
    """
    if "require_auth" in given or "PGREQUIREAUTH" in os.environ:
        return {}
    if pq.version() >= _INSISTS:
        return {"require_auth": "!password"}
    host = str(given.get("hostaddr") or given.get("host") or os.environ.get("PGHOST", ""))
    proven = (
        all(each.startswith(("/", "@")) for each in host.split(",") if each)
        or (given.get("sslmode") or os.environ.get("PGSSLMODE")) == "verify-full"
        or (given.get("channel_binding") or os.environ.get("PGCHANNELBINDING")) == "require"
    )
    if not proven:
        raise UsageError(
            f"libpq {pq.version() // 10000} would send a password in clear to any server that asks",
            code="libpq_too_old",
            hint="Use sslmode=verify-full or channel_binding=require, or install libpq 16 or newer (psycopg[binary]).",
        )
    return {}


def _meant(error: psycopg.ProgrammingError) -> str:
    """Which keyword may be misspelt: the nearest one, not what was written, which may be a piece of a password."""
    written = re.search(r'(?:connection option|query parameter:) "(\w+)"', str(error))
    known = [option.keyword.decode() for option in pq.Conninfo.get_defaults()]
    near = difflib.get_close_matches(written[1], known, n=1) if written else []
    return f" Did you mean {near[0]}?" if near else ""


def _bad_dsn(hint: str) -> UsageError:
    return UsageError("invalid DSN", code="bad_dsn", hint=hint)
