"""Rows of core/sql/queries/lock.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Holder:
    """A session that may hold up another. `alone`: it locks the table against everybody, or waits to.

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
