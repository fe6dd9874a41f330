"""Rows of core/sql/queries/presence.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Other:
    """Another process of ours: `name` as it calls itself, `run` where it applies one."""

    login: str
    name: str
    connections: int
    run: int | None


OTHERS: Final = Query("presence.others", Other)
