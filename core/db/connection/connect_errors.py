"""Why a server refused a connection, where its words say so in a language that is not ours.

A connection that never came about has no SQLSTATE in libpq; what the server sent is only seen in a trace of the
protocol. So it is asked once more, with a trace into memory.
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
_REASONS = {
    "28000": "login_refused", "28P01": "login_refused", "42501": "login_refused", "3D000": "no_database",
    "53300": "too_many_connections", "57P03": "server_starting", "22023": "bad_dsn", "42704": "bad_dsn",
}  # fmt: skip


def reason(dsn: str, message: str, **options: str | int) -> str:
    """The code of our error for a refusal in `message`; "" where nothing can be learnt."""
    if not _SERVER_SPOKE.search(message):
        return ""
    return _REASONS.get(_sqlstate(make_conninfo(dsn, **options)), "")


def _sqlstate(dsn: str) -> str:
    memory = os.memfd_create("birth-console")
    try:
        # Where the driver cannot trace, the words have to do.
        with suppress(psycopg.Error):
            _connect(dsn, memory)
        os.lseek(memory, 0, os.SEEK_SET)
        with os.fdopen(os.dup(memory), "rb") as trace:
            found = _SENT.search(trace.read())
    finally:
        os.close(memory)
    return found[1].decode() if found else ""


def _connect(dsn: str, trace: int) -> None:
    connection = pq.PGconn.connect_start(dsn.encode())
    try:
        connection.trace(trace)
        while connection.status != pq.ConnStatus.BAD:
            wanted = connection.connect_poll()
            if wanted not in (pq.PollingStatus.READING, pq.PollingStatus.WRITING):
                return
            watched = [connection.socket]
            reading = watched if wanted == pq.PollingStatus.READING else []
            writing = watched if wanted == pq.PollingStatus.WRITING else []
            if not any(select.select(reading, writing, [], _SECONDS)):
                return
    finally:
        with suppress(psycopg.Error):
            connection.untrace()
        connection.finish()
