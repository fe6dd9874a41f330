"""Rows of core/sql/queries/unenrolled.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Table:
    """A table that could be a collection."""

    schema: str
    name: str
    enrolled: bool
    bound: bool


@dataclass(frozen=True, slots=True)
class Globs:
    """What `init` was told to enrol."""

    globs: tuple[str, ...]


TABLES: Final = Query("unenrolled.tables", Table)
GLOBS: Final = Query("unenrolled.globs", Globs)
