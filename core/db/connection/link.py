"""Whether the server at the other end still answers; some of it may be asked from another thread."""

import os
import select
import socket
import time
from contextlib import suppress
from typing import Any, TypeAlias

import psycopg
from psycopg.pq import TransactionStatus

Driver: TypeAlias = psycopg.Connection[Any]


class Beginning:
    """A connection whose session has not begun yet, as the watch over memory sees it."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    @property
    def is_asking(self) -> bool:
        """Whether the server owes an answer."""
        return is_asking(self._driver)

    def abandon(self) -> None:
        """Wait for no answer any more."""
        abandon(self._driver)


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
