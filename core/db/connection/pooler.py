"""Whether a pooler stands between, and whether it gives one session's server process to others as well.

What a session sets (read-only, timeouts, names that mean pg_catalog's) must stay with it and never reach another
else's. A pooler in session mode keeps that promise; in transaction or statement mode it does not. PgBouncer tells a
client another process number than that of the server, and says nothing of its mode; but only where processes are
shared, two sessions that are open at a time are served by the same one.
"""

import select
import time
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from core.errors import UsageError

_ROUNDS = 5
# A pooler that has no process left for a second session lets it wait: for minutes, if neither gives up.
_SECONDS = 5.0
_WHO = b"SELECT pg_catalog.pg_backend_pid()"


def insist_session_mode(driver: psycopg.Connection[Any], dsn: str, options: Mapping[str, str | int]) -> None:
    """Raise UsageError where the process that serves `driver` also serves others, or where that cannot be told."""
    with psycopg.connect(make_conninfo(dsn, **options), autocommit=True) as other:
        for _ in range(_ROUNDS):
            mine, its = _served_by(driver.pgconn), _served_by(other.pgconn)
            if mine is None or its is None:
                raise _refused("a pooler is in use and has no server process for a second session", {})
            if mine == its or _served_by(driver.pgconn) != mine:
                raise _refused(
                    "a pooler is in use that shares one server process between sessions",
                    {"connected": driver.info.backend_pid, "served_by": mine, "also": other.info.backend_pid},
                )


def _served_by(connection: pq.abc.PGconn) -> int | None:
    """The process number that the server itself tells; None where no answer comes."""
    if connection.status != pq.ConnStatus.OK:
        return None
    connection.send_query(_WHO)
    connection.flush()
    found, latest = None, time.monotonic() + _SECONDS
    while _has_answer(connection, latest):
        result = connection.get_result()
        if result is None:
            return found
        if result.status == pq.ExecStatus.TUPLES_OK and (value := result.get_value(0, 0)):
            found = int(value)
    return None


def _has_answer(connection: pq.abc.PGconn, latest: float) -> bool:
    """Wait for the next part of an answer; False where it does not come in time."""
    while connection.is_busy():
        left = latest - time.monotonic()
        if left <= 0 or not select.select([connection.socket], [], [], left)[0]:
            return False
        connection.consume_input()
    return True


def _refused(found: str, evidence: Mapping[str, int]) -> UsageError:
    return UsageError(
        found,
        code="pooler_shares_sessions",
        evidence=dict(evidence),
        hint="Connect to the server directly, or set pool_mode = session with two connections for this login.",
    )
