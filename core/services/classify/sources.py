"""The source of a collection: its table, its columns' types, and its identity as SQL."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows import identity as rows
from core.db.rows.query import Reading
from core.db.rows.sources import Counts
from core.db.sources import codec
from core.db.sources import counts as counting
from core.domain.classify.identity import COLUMN, Identity
from core.errors import GateClosed


@dataclass(frozen=True, slots=True)
class Source:
    """A collection's table, or None, with the identity it has now and the version of that."""

    collection: str
    requirement: str | None
    table: sql.Composable | None
    types: Mapping[str, str]
    identity: Identity | None
    version: int
    missing_columns: tuple[str, ...]
    schema: str  # the console's own, where the codec's functions are
    relid: int | None = None
    windowed: bool = False  # it cannot be joined with the registry


def find(connection: Connection, collection: str) -> Source | None:
    """The source of an enrolled collection, or None for a name that is not enrolled."""
    row = connection.row(rows.COLLECTION, {"collection": collection})
    return None if row is None else _source(connection, collection, row)


def require(connection: Connection, collection: str) -> Source:
    """The source of an enrolled collection with a table. Raises GateClosed where there is none."""
    source = enrolled(connection, collection)
    if source.table is None:
        raise GateClosed(
            f"{collection} has no table",
            code="no_table",
            evidence={"collection": collection},
            hint="It is EXEMPT: nothing to do."
            if source.requirement == "EXEMPT"
            else f"A gatekeeper can exempt it: `birth-console classify {collection} --exempt --reason …`.",
        )
    return source


def enrolled(connection: Connection, collection: str) -> Source:
    """The source of an enrolled collection, with or without a table. Raises GateClosed for an unknown name."""
    source = find(connection, collection)
    if source is None:
        close = similar(connection, collection)
        raise GateClosed(
            f"unknown collection {collection}",
            code="unknown_collection",
            evidence={"collection": collection, "similar": close},
            hint=f"Did you mean {', '.join(close)}?" if close else "See `birth-console matrix --all`.",
        )
    return source


def similar(connection: Connection, collection: str) -> list[str]:
    """Names of collections that may have been meant."""
    names = [row.collection_name for row in connection.rows(rows.NAMES)]
    return difflib.get_close_matches(collection, names, n=3)


def code_of(source: Source, identity: Identity) -> tuple[sql.Composable, list[codec.Part]]:
    """The identity's code and its parts over `source`. Raises GateClosed for a column or type it cannot use."""
    parts = codec.parts(identity.columns, source.types, source.collection)
    collection = None if identity.strategy == COLUMN else source.collection
    return codec.code_expression(collection, parts, source.schema), parts


def counts(connection: Connection, source: Source) -> Reading[Counts]:
    """The statement that counts a classified source's rows and those registered."""
    assert source.table is not None and source.identity is not None  # noqa: S101, PT018 - the caller looked
    code, _ = code_of(source, source.identity)
    return counting.counts(source.table, code, source.collection, connection.schema, windowed=source.windowed)


def table_of(schema: str | None, name: str | None) -> sql.Composable | None:
    """The quoted name of the table that the catalogs name, or None."""
    return None if schema is None or name is None else sql.Identifier(schema, name)


def types_of(connection: Connection, relid: int) -> dict[str, str]:
    """The base types of a table's columns by name, domains resolved, in the table's order."""
    return types_of_each(connection, [relid]).get(relid, {})


def types_of_each(connection: Connection, relids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The same for several tables, in one round trip."""
    found: dict[int, dict[str, str]] = {}
    for row in connection.rows(rows.COLUMNS, {"relids": list(relids)}):
        found.setdefault(row.relid, {})[row.name] = row.type
    return found


def identity_of(collection: str, strategy: str | None, columns: Sequence[str] | None) -> Identity | None:
    """An identity as the catalogs store it, or None."""
    return Identity(collection, strategy, tuple(columns)) if strategy and columns else None


def _source(connection: Connection, collection: str, row: rows.Collection) -> Source:
    return Source(
        collection=collection,
        requirement=row.requirement,
        table=table_of(row.table_schema, row.table_name),
        types={} if row.relid is None else types_of(connection, row.relid),
        identity=identity_of(collection, row.strategy, row.columns),
        version=row.version or 0,
        missing_columns=row.missing_columns or (),
        schema=connection.schema,
        relid=row.relid,
        windowed=row.windowed,
    )
