"""Which tables are a known product's own: its sessions, users, migrations and settings, not entities of the company."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from core.domain.adopt.enrolment import Table


@dataclass(frozen=True, slots=True)
class Product:
    """What a product keeps for itself, as globs.

    `marker` are names that must all stand in one schema for its `tables` to be meant there; `marker_schemas` are
    schemas that must all exist for its `schemas` to be meant.
    """

    name: str
    reason: str
    tables: Sequence[str] = ()
    schemas: Sequence[str] = ()
    marker: Sequence[str] = ()
    marker_schemas: Sequence[str] = ()


def system_tables(tables: Iterable[Table], products: Sequence[Product]) -> Mapping[Table, str]:
    """The tables that are some product's, each with why: the first product that claims it."""
    listed = list(tables)
    names: dict[str, set[str]] = {}
    for table in listed:
        names.setdefault(table.schema, set()).add(table.name)
    found: dict[Table, str] = {}
    for product in products:
        for table in listed:
            if table not in found and _is_of(product, table, names):
                found[table] = f"{product.name}: {product.reason}"
    return found


def _is_of(product: Product, table: Table, names: Mapping[str, set[str]]) -> bool:
    if _any(product.schemas, table.schema):
        return all(schema in names for schema in product.marker_schemas)
    if not _any(product.tables, table.name):
        return False
    there = names[table.schema]
    return all(any(fnmatchcase(name, glob) for name in there) for glob in product.marker)


def _any(globs: Iterable[str], name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
