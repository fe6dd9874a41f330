"""Rows of core/sql/queries/strays.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Renamed:
    """Missing rows whose source key stands registered under another code; the codes are examples, side by side."""

    rows: int
    registered: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest entry of a collection."""

    collection: str
    ledger_id: int
    missing: int


RENAMED: Final = Query("strays.renamed", Renamed)
LATEST: Final = Query("strays.latest", Latest)
