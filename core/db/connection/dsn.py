"""Reading a DSN: what cannot be meant is refused before anything is connected to."""

import difflib
import re
from collections.abc import Mapping

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from core.errors import UsageError


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


def _meant(error: psycopg.ProgrammingError) -> str:
    """Which keyword may be misspelt: the nearest one, not what was written, which may be a piece of a password."""
    written = re.search(r'(?:connection option|query parameter:) "(\w+)"', str(error))
    known = [option.keyword.decode() for option in pq.Conninfo.get_defaults()]
    near = difflib.get_close_matches(written[1], known, n=1) if written else []
    return f" Did you mean {near[0]}?" if near else ""


def _bad_dsn(hint: str) -> UsageError:
    return UsageError("invalid DSN", code="bad_dsn", hint=hint)
