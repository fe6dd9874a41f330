"""Rows of core/sql/queries/suggestion.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query
from core.db.rows.sources import Taken


@dataclass(frozen=True, slots=True)
class Place:
    """A collection and its table.

    Of one that Citus keeps on its nodes, `shards` are its rows as a FROM takes them, and `few` those of a sample.
    """

    collection_name: str
    relid: int
    table_schema: str
    table_name: str
    shards: str | None
    few: str | None


@dataclass(frozen=True, slots=True)
class Blocker:
    """A REQUIRED collection without an identity. `version` is 0 where it never had one."""

    collection_name: str
    has_table: bool
    version: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns that people chose as a collection's identity."""

    collection_name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The columns of an identity that people decided against; a collection may have several."""

    collection_name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnsOf:
    """All columns of a collection's table, in its order."""

    collection_name: str
    columns: tuple[str, ...]


PLACES: Final = Query("suggestion.places", Place)
CHOSEN: Final = Query("suggestion.chosen", Chosen)
REJECTED: Final = Query("suggestion.rejected", Rejected)
COLUMNS_OF: Final = Query("suggestion.columns_of", ColumnsOf)
BLOCKERS: Final = Query("suggestion.blockers", Blocker)
REGISTERED: Final = Query("suggestion.registered", Taken, apart=True)
