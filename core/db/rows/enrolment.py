"""Rows of core/sql/queries/enrolment.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Relation:
    """What reads like a table. `argument` is what the gateway's trigger on it is told."""

    relid: int
    schema: str
    name: str
    obstacle: str
    owned: bool
    takes_triggers: bool
    owns_schema: bool
    has_trigger: bool
    argument: str | None


@dataclass(frozen=True, slots=True)
class Heir:
    """A table that inherits from `parent`, at any depth."""

    parent: int
    relid: int
    schema: str
    name: str
    takes_triggers: bool
    has_trigger: bool


@dataclass(frozen=True, slots=True)
class Readable:
    """Whether birth_owner, birth_caller and the groups read a table, and enter its schema."""

    relid: int
    read: bool
    entered: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """Whether one of our roles holds a right on a table, and the groups read it."""

    relid: int
    role: str
    right: str
    held: bool
    read: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """A collection of the registry of collections: of a query that is composed for the company's columns."""

    collection: str
    governance_role: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a collection's policy requires: likewise."""

    collection: str
    requirement: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a collection's table is."""

    collection_name: str
    schema: str
    name: str


TABLES: Final = Query("enrolment.tables", Relation)
HEIRS: Final = Query("enrolment.heirs", Heir)
READABLE: Final = Query("enrolment.readable", Readable)
GRANTED: Final = Query("enrolment.granted", Granted)
PLACES: Final = Query("enrolment.places", Place)
