"""Whether the server at the other end still answers; some of it may be asked from another thread."""

import os
import select
import socket
import time
from contextlib import suppress

import psycopg
from psycopg.pq import TransactionStatus

from core.db.connection.connecting import Driver


def is_alive(driver: Driver) -> bool:
    """Whether the server still holds its end, as far as that has been heard of: nothing is sent, or waited for."""
    # The server's last words come first, then the end: only the second look finds it.
    with suppress(psycopg.Error):
        driver.pgconn.consume_input()
        driver.pgconn.consume_input()
    return not driver.closed


def answers(driver: Driver, within: float) -> bool:
    """Whether the server answers an empty question within some seconds. If it does not, the connection is closed.

    Raises the driver's error where the link is broken.
    """
    deadline = time.monotonic() + within
    pgconn = driver.pgconn
    pgconn.send_query(b"")
    pgconn.flush()
    while pgconn.is_busy():
        left = max(deadline - time.monotonic(), 0.0)
        if not select.select([pgconn.socket], [], [], left)[0]:
            driver.close()
            return False
        pgconn.consume_input()
    while pgconn.get_result() is not None:
        pass
    return True


def is_asking(driver: Driver) -> bool:
    """From any thread: whether the server owes an answer."""
    return not driver.closed and driver.info.transaction_status == TransactionStatus.ACTIVE


def abandon(driver: Driver) -> None:
    """From another thread: wait for no answer any more."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(driver.fileno())) as link:
        link.shutdown(socket.SHUT_RDWR)
