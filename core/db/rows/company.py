"""Rows of core/sql/queries/company.sql."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class CompanyTable:
    """A table of the company by one of the packet's names, or by the name that was given."""

    part: str
    schema: str
    table: str
    owner: str
    owned: bool
    relid: int


@dataclass(frozen=True, slots=True)
class BoundTable:
    """A table of the company that was bound, and its columns' names under ours."""

    part: str
    schema: str
    table: str
    owner: str
    owned: bool
    relid: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column."""

    name: str


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table that a batch may write, as it is told there."""

    name: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An object of the company that has a name of ours."""

    kind: str
    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """A table whose rows a policy may hide."""

    relid: int


COMPANY_TABLES: Final = Query("company.company_tables", CompanyTable)
NAMED_TABLE: Final = Query("company.named_table", CompanyTable)
WRITTEN_TABLE: Final = Query("company.written_table", WrittenTable)
BOUND_TABLES: Final = Query("company.bound_tables", BoundTable)
TABLE_COLUMNS: Final = Query("company.table_columns", ColumnName)
BESIDE: Final = Query("company.beside", Beside)
ROW_SECURITY: Final = Query("company.row_security", Hidden)
