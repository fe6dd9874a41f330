"""Rows of core/sql/queries/diff.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one item, of a run that registers, or `withdraws`."""

    kind: str
    ledger_id: int
    seq: int
    collection: str
    code: str
    source_key: tuple[str, ...]
    note: str | None
    withdraws: bool


@dataclass(frozen=True, slots=True)
class Length:
    """How many items an entry has."""

    ledger_id: int
    missing: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many items each of two entries has."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Code:
    """The code of an item."""

    entity_code: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The entries of a collection that two runs planned, by ledger_id."""

    collection: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Compared:
    """An item of either plan or of both, and its place in each."""

    kind: str
    before_seq: int | None
    after_seq: int | None
    code: str
    source_key: tuple[str, ...]


PAGE: Final = Query("diff.page", Row, apart=True)
PAGE_BEFORE: Final = Query("diff.page_before", Row, apart=True)
QUARANTINED: Final = Query("diff.quarantined", Row)
QUARANTINED_BEFORE: Final = Query("diff.quarantined_before", Row)
OUTLINE: Final = Query("diff.outline", Length)
LENGTHS: Final = Query("diff.lengths", Lengths)
CODE: Final = Query("diff.code", Code)
SHARED: Final = Query("diff.shared", Pair)
COMPARED: Final = Query("diff.compared", Compared)
