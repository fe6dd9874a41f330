"""Rows of core/sql/queries/identity.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.db.rows.query import Done, Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Collection:
    """An enrolled collection: its table and its identity, each None where it has none."""

    collection_name: str
    requirement: str | None
    relid: int | None
    table_schema: str | None
    table_name: str | None
    strategy: str | None
    columns: tuple[str, ...] | None
    version: int | None
    missing_columns: tuple[str, ...] | None
    windowed: bool
    declared: bool
    in_order: bool | None
    living: str | None


@dataclass(frozen=True, slots=True)
class Range:
    """A range of codes that stand in order: as a condition on the source, and on the registry."""

    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a collection."""

    collection_name: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A REQUIRED collection whose code is a bare column, with its table."""

    collection_name: str
    relid: int
    table_schema: str
    table_name: str
    columns: tuple[str, ...]
    living: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, with its base type; whether that, or its collation, calls different texts equal."""

    relid: int
    name: str
    type: str
    own_equality: bool


@dataclass(frozen=True, slots=True)
class SecretColumns:
    """Those of some columns that hold secrets."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of the primary key."""

    name: str


@dataclass(frozen=True, slots=True)
class Living:
    """The rows that an identity counts for, as a FROM takes them; None where that is the table."""

    living: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """The version that a change of an identity made."""

    version: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The version that the change of one of several identities made."""

    collection: str
    version: int


@dataclass(frozen=True, slots=True)
class Before:
    """The identity before a version; None where there was none."""

    strategy: str | None
    columns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One version of a collection's identity."""

    collection: str
    version: int
    action: str
    strategy: str | None
    columns: tuple[str, ...] | None
    actor: str
    person: str | None
    recorded_at: datetime
    reason: str | None
    evidence: Json
    evidence_digest: str | None


@dataclass(frozen=True, slots=True)
class InUse:
    """1 where a row is registered under the identity, else 0."""

    registered: int


@dataclass(frozen=True, slots=True)
class Rights:
    """What this login may decide."""

    classify: bool
    decide: bool


@dataclass(frozen=True, slots=True)
class Exported:
    """What a collection is now, and why."""

    collection: str
    requirement: str
    strategy: str | None
    columns: tuple[str, ...] | None
    reason: str | None
    policy_reason: str | None


COLLECTION: Final = Query("identity.collection", Collection)
LIVING: Final = Query("identity.living", Living)
RANGES: Final = Query("identity.ranges", Range)
NAMES: Final = Query("identity.names", Name)
PENDING: Final = Query("identity.pending", Pending)
COLUMNS: Final = Query("identity.columns", Column)
KEY: Final = Query("identity.key", KeyColumn)
SECRET: Final = Query("identity.secret", SecretColumns)
CLASSIFY: Final = Query("identity.classify", Version)
CLASSIFY_ALL: Final = Query("identity.classify_all", Recorded)
UNCLASSIFY: Final = Query("identity.unclassify", Version)
DECIDE: Final = Query("identity.decide", Done)
RETIRE: Final = Query("identity.retire", Version)
UNDO: Final = Query("identity.undo", Version)
LAST_OF_LOGIN: Final = Query("identity.last_of_login", Name)
BEFORE: Final = Query("identity.before", Before)
HISTORY: Final = Query("identity.history", Change)
IN_USE: Final = Query("identity.in_use", InUse, apart=True)
RIGHTS: Final = Query("identity.rights", Rights)
EXPORT: Final = Query("identity.export", Exported)
