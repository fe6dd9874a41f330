"""Rows of core/sql/queries/renames.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Key:
    """By which columns a collection's rows are known again, and which column of the registry holds that key."""

    key: tuple[str, ...]
    schema: str
    table: str
    held: str | None
    code: str
    owner: str


KEY: Final = Query("renames.key", Key)
