"""Rows of core/sql/queries/register_column.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column that every new row must fill."""

    name: str


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A table in which columns are looked up; `read` says whether birth_caller may read all of them."""

    owner: str
    owned: bool
    missing: tuple[str, ...]
    read: bool


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A column of the registry, and where its value comes from."""

    column: str
    source: Mapping[str, Json]


ASKED_COLUMNS: Final = Query("register_column.asked_columns", AskedColumn)
LOOKED_UP: Final = Query("register_column.looked_up", LookedUp)
BOUND: Final = Query("register_column.bound", BoundColumn)
