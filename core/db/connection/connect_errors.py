"""Why a server refused a connection, where its words say so in a language that is not ours.

A connection that never came about has no SQLSTATE in libpq; what the server sent is only seen in a trace of the
protocol. So it is asked once more, with a trace into memory, and without a password: one that was refused is not sent
again, and a server that answers learns nothing from it.
"""

import os
import re
import select
from contextlib import suppress

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

_SECONDS = 5.0  # for each answer: it came at once a moment ago
_SENT = re.compile(rb'\tErrorResponse\t S "[^"]*"(?: V "[A-Z]+")? C "([0-9A-Z]{5})"')
# The server's own words follow its severity, in any language; libpq's do not.
_SERVER_SPOKE = re.compile(r"failed: [^\s:]+: +\S")
_WANTS_PASSWORD = "password"  # noqa: S105 - no password
_NO_FILE = f"{os.devnull}/none"  # libpq warns of one that is there and no plain file
_REASONS = {
    "28000": "login_refused", "28P01": "login_refused", "42501": "login_refused", "3D000": "no_database",
    "53300": "too_many_connections", "57P03": "server_starting", "22023": "bad_dsn", "42704": "bad_dsn",
}  # fmt: skip


def reason(dsn: str, message: str, names: tuple[str, str] = ("", ""), **options: str | int) -> str:
    """The code of our error for a refusal in `message`; "" where nothing can be learnt.

    `names` are those of the login and the database that were asked for. Where the server wants a password before it
    says why, they tell: it refused the one that it names.
    """
    if not _SERVER_SPOKE.search(message):
        return ""
    found = _sqlstate(make_conninfo(dsn, **options, password="", passfile=_NO_FILE))
    if found != _WANTS_PASSWORD:
        return _REASONS.get(found, "")
    login, database = names
    said = message.rpartition(": ")[2]
    return "login_refused" if login and login in said else "no_database" if database and database in said else ""


def _sqlstate(dsn: str) -> str:
    memory = os.memfd_create("birth-console")
    try:
        # Where the driver cannot trace, the words have to do.
        wants_password = False
        with suppress(psycopg.Error):
            wants_password = _connect(dsn, memory)
        os.lseek(memory, 0, os.SEEK_SET)
        with os.fdopen(os.dup(memory), "rb") as trace:
            said = trace.read()
    finally:
        os.close(memory)
    if found := _SENT.search(said):
        return found[1].decode()
    return _WANTS_PASSWORD if wants_password else ""


def _connect(dsn: str, trace: int) -> bool:
    """Connect as far as it goes, and whether the server asked for a password."""
    connection = pq.PGconn.connect_start(dsn.encode())
    try:
        connection.trace(trace)
        while connection.status != pq.ConnStatus.BAD:
            wanted = connection.connect_poll()
            if wanted not in (pq.PollingStatus.READING, pq.PollingStatus.WRITING):
                break
            watched = [connection.socket]
            reading = watched if wanted == pq.PollingStatus.READING else []
            writing = watched if wanted == pq.PollingStatus.WRITING else []
            if not any(select.select(reading, writing, [], _SECONDS)):
                break
        return connection.needs_password
    finally:
        with suppress(psycopg.Error):
            connection.untrace()
        connection.finish()
