"""Rows of core/sql/queries/upgrade.sql, and of what the catalogs say of our objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Command, Query
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Place:
    """The schema's quoted name, and the comment that tells its version; the first one had none."""

    quoted: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of core/sql that was applied."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function, by its name; with the types of its parameters where this version makes it."""

    name: str


@dataclass(frozen=True, slots=True)
class CatalogObject:
    """An object of ours, and what the catalogs say of it, by aspect."""

    kind: str
    name: str
    aspects: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Installation:
    """A schema that holds an installation; `is_shared` where it is not birth_owner's."""

    schema: str
    comment: str | None
    is_shared: bool


@dataclass(frozen=True, slots=True)
class SchemaOwner:
    """Whose a schema is."""

    owner: str


@dataclass(frozen=True, slots=True)
class Ours:
    """An object of birth_owner's, by the words of ALTER and its quoted name."""

    kind: str
    name: str


INSTALLATIONS: Final = Query("upgrade.installations", Installation)
SCHEMA_OWNER: Final = Query("upgrade.schema_owner", SchemaOwner)
OURS: Final = Query("upgrade.ours", Ours)
COMPANY_S: Final = Query("upgrade.company_s", Function)
PLACE: Final = Query("upgrade.place", Place)
FILES: Final = Query("upgrade.files", File)
FUNCTIONS: Final = Query("upgrade.functions", Function)
STAND_INS: Final = Query("upgrade.stand_ins", Function)
IDLE: Final = Command("upgrade.idle")
PINS: Final = Command("upgrade.pins")
LET_CALLER_READ: Final = Command("upgrade.let_caller_read")
