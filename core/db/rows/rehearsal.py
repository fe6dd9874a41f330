"""Rows of core/sql/queries/rehearsal.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Lacking:
    """An object that a refusal names and that birth_caller lacks rights on. `name` is as the server quoted it.

    `owned`: this login acts for its owner. `trusted`: its owner is the register function's or the registry's, too.
    """

    kind: str
    name: str
    owner: str
    owned: bool
    trusted: bool
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A collection to call the register function for; `ready`: birth_caller may call it.

    `owned`: this login acts for the function's owner. Its name and its schema's are as the server quoted them.
    """

    collection: str
    function: str
    schema: str
    owner: str
    owned: bool
    ready: bool


@dataclass(frozen=True, slots=True)
class Called:
    """What the register function answered."""

    answers: int


@dataclass(frozen=True, slots=True)
class Written:
    """A table that the register function writes besides the registry, and nothing says that it may."""

    table: str
    rows: int


PLACE: Final = Query("rehearsal.place", Place)
CALL: Final = Query("rehearsal.call", Called)
WRITTEN: Final = Query("rehearsal.written", Written)
LACKING: Final = Query("rehearsal.lacking", Lacking)
