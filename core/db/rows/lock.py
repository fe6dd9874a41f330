"""Rows of core/sql/queries/lock.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Holder:
    """A session that may hold up another. `alone`: it locks the table against all others, or waits to.

    What only its own login may see is None.
    """

    table: str
    granted: bool
    alone: bool
    process: int
    login: str | None
    application: str | None
    seconds: int | None


HOLDERS: Final = Query("lock.holders", Holder)


@dataclass(frozen=True, slots=True)
class Wait:
    """A session, or a prepared transaction (`process` 0), for which another one waits at this moment.

    `held`: its modes on the table; "" where it waits itself, further ahead in the queue.
    """

    table: str
    wanted: str
    held: str
    process: int
    login: str | None
    application: str | None
    seconds: int | None
    since: str | None
    asking_since: str | None


WAITS: Final = Query("lock.waits", Wait)
