"""Rows of core/sql/queries/columns.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is declared, and as the server last estimated its values; None where it never did."""

    relid: int
    name: str
    not_null: bool
    generated: bool
    secret: bool
    null_fraction: float | None
    distinct: float | None


@dataclass(frozen=True, slots=True)
class Locked:
    """A table that cannot be read at the moment."""

    relid: int


@dataclass(frozen=True, slots=True)
class Key:
    """The columns of a unique index over a whole table."""

    relid: int
    primary: bool
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key, from the columns of one table to those of another."""

    relid: int
    target: int
    target_name: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """A table's size. `rows` is an estimate, and -1 where the server never made one."""

    relid: int
    pages: int
    rows: int


@dataclass(frozen=True, slots=True)
class Shared:
    """In how many tables a column of this name is."""

    name: str
    tables: int


@dataclass(frozen=True, slots=True)
class GatewayCode:
    """The column from which the company's gateway takes a table's codes."""

    relid: int
    name: str


DECLARED: Final = Query("columns.declared", Column)
LOCKED: Final = Query("columns.locked", Locked)
KEYS: Final = Query("columns.keys", Key)
REFERENCES: Final = Query("columns.references", Reference)
SIZES: Final = Query("columns.sizes", Size)
SHARED: Final = Query("columns.shared", Shared)
GATEWAY_CODES: Final = Query("columns.gateway_codes", GatewayCode)
