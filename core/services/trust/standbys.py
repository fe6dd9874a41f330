"""Synchronous standbys: what a certificate waits for, for a limited time, so that a failover cannot take it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

import psycopg

from core.db.connection.session import Connection
from core.db.rows.verify import STANDBYS, Standbys
from core.errors import Stopped

SECONDS = 20.0  # that a standby is waited for
_LOOK = 0.2  # seconds between two looks
_WAITER = "SyncRepWaitForLSN"  # the server's own function that gives up: its words are of any language


def insist_present(connection: Connection) -> Standbys:
    """Wait until the standbys that a commit needs are there. Raises Stopped where they do not come."""
    found = _awaited(connection, lambda seen: seen.streaming)
    if _lacks(found, found.streaming):
        raise Stopped(
            f"a synchronous standby ({found.names}) is missing: a certificate would wait for it without end",
            code="standby_missing",
            evidence={"synchronous": found.names, "needed": found.needed, "streaming": found.streaming},
            hint="Nothing was recorded. Start the standby, or have an administrator change synchronous_standby_names. "
            "Then repeat the command.",
        )
    return found


def insist_reached(connection: Connection, run: int) -> None:
    """Wait until they have all that was written so far. Raises Stopped where they do not get there, or cannot be seen.

    For a certificate that was recorded while a standby did not answer.
    """
    found = _awaited(connection, lambda seen: seen.reached)
    if found.needed and (found.reached is None or found.reached < found.needed):
        raise silent(found, run)


def silent(found: Standbys, run: int) -> Stopped:
    """The error of a certificate that stands on the primary only, as far as is known."""
    return Stopped(
        f"run {run} is certified on this server; no synchronous standby ({found.names}) has confirmed it",
        code="standby_silent",
        evidence={"run": run, "synchronous": found.names, "needed": found.needed, "streaming": found.streaming},
        hint="A failover now can lose the certificate. Check the standby, then repeat the command: it only waits.",
    )


@contextmanager
def committing(connection: Connection) -> Iterator[Callable[[], bool]]:
    """A transaction whose commit waits for standbys for a limited time; afterwards, whether they confirmed it."""
    given_up: list[str] = []

    def hear(notice: psycopg.errors.Diagnostic) -> None:
        if notice.source_function == _WAITER:
            given_up.append(_WAITER)

    # No timeout of the server's ends a commit that waits: a cancel does. What is committed stays so.
    limit = Timer(SECONDS, connection.cancel)
    connection.driver.add_notice_handler(hear)
    try:
        with connection.transaction():
            yield lambda: not given_up
            limit.start()
    finally:
        limit.cancel()
        if limit.ident is not None:
            limit.join()  # or it could end the next statement
        connection.driver.remove_notice_handler(hear)


def _awaited(connection: Connection, count: Callable[[Standbys], int | None]) -> Standbys:
    """What is seen of the standbys once enough of them count, or after the time that they have."""
    until = time.monotonic() + SECONDS
    found = connection.one(STANDBYS, {"wal": None})
    wal = found.wal
    while _lacks(found, count(found)) and time.monotonic() < until:
        time.sleep(_LOOK)
        found = connection.one(STANDBYS, {"wal": wal})
    return found


def _lacks(found: Standbys, count: int | None) -> bool:
    return count is not None and count < found.needed
