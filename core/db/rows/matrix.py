"""Rows of core/sql/queries/matrix.sql."""

from dataclasses import dataclass
from typing import Final

from core.db.rows.query import Query


@dataclass(frozen=True, slots=True)
class Collection:
    """What the catalogs say of a collection. Without an identity, a table or a policy, what they hold is None."""

    collection: str
    governance_role: str | None
    requirement: str | None
    strategy: str | None
    identity: str | None
    native_status: bool
    table: str | None
    relid: int | None
    trigger: str
    missing_columns: tuple[str, ...]
    columns: tuple[str, ...] | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Registered:
    """How many rows the registry holds for a collection."""

    registered: int


@dataclass(frozen=True, slots=True)
class RegistryRows:
    """How many rows the registry holds, by collection."""

    collection: str
    rows: int


COLLECTIONS: Final = Query("matrix.collections", Collection)
REGISTERED: Final = Query("matrix.registered", Registered)
REGISTRY_ROWS: Final = Query("matrix.registry_rows", RegistryRows, apart=True)
