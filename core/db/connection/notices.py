"""Notices of the server: what functions of ours say beside their answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg.errors import Diagnostic

from core.db.connection.connecting import Driver

_MOST, _LONGEST = 100, 1000


@contextmanager
def heard(driver: Driver, tell: Callable[[str], None]) -> Iterator[None]:
    """Pass on what functions of ours say beside their answers, up to what a person reads."""
    left = _MOST

    def hear(notice: Diagnostic) -> None:
        nonlocal left
        if left and notice.severity_nonlocalized == "NOTICE" and notice.message_primary:
            left -= 1
            tell(notice.message_primary[:_LONGEST])

    driver.add_notice_handler(hear)
    try:
        yield
    finally:
        driver.remove_notice_handler(hear)
