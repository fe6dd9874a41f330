"""The source of a collection: its table, its columns' types, and its identity as SQL."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows import identity as rows
from core.db.rows.query import Reading
from core.db.rows.sources import Counts, Joined, Tally
from core.db.sources import codec
from core.db.sources import counts as counting
from core.domain.classify.identity import COLUMN, Identity
from core.errors import GateClosed, UsageError


@dataclass(frozen=True, slots=True)
class Source:
    """A collection's table, or None, with the identity it has now and the version of that.

    Where an identity was retired, `table` is a query of the rows that the present one counts for.
    """

    collection: str
    requirement: str | None
    table: sql.Composable | None
    types: Mapping[str, str]
    identity: Identity | None
    version: int
    missing_columns: tuple[str, ...]
    schema: str  # the console's own, where the codec's functions are
    relid: int | None = None
    own_equality: frozenset[str] = frozenset()  # columns whose equality is not that of their texts
    windowed: bool = False  # it cannot be joined with the registry
    declared: bool = False  # an index proves that no two rows share a code of its identity
    in_order: bool = False  # its codes and the registry's stand in indexes of one order
    fetched: bool = False  # Citus keeps it on its nodes: each column that is read goes over the network


def find(connection: Connection, collection: str) -> Source | None:
    """The source of an enrolled collection, or None for a name that is not enrolled."""
    row = connection.row(rows.COLLECTION, {"collections": [collection]})
    return (
        None if row is None else _source(connection, row, {} if row.relid is None else _known(connection, [row.relid]))
    )


def find_all(connection: Connection, collections: Sequence[str]) -> dict[str, Source | UsageError]:
    """The sources of many collections by name, in two round trips; for an unknown name the error that says so."""
    named = connection.rows(rows.COLLECTION, {"collections": list(collections)})
    known = _known(connection, [row.relid for row in named if row.relid is not None])
    found: dict[str, Source | UsageError] = {row.collection_name: _source(connection, row, known) for row in named}
    for name in collections:
        if name not in found:
            found[name] = _unknown(connection, name)
    return found


def require(connection: Connection, collection: str) -> Source:
    """The source of an enrolled collection with a table. Raises GateClosed where there is none, and as `enrolled`."""
    return with_table(enrolled(connection, collection))


def require_all(connection: Connection, collections: Sequence[str]) -> list[Source]:
    """The same of several, in two round trips. Raises for the first that is unknown, or has no table."""
    known = find_all(connection, collections) if collections else {}
    found = []
    for name in collections:
        source = known[name]
        if isinstance(source, UsageError):
            raise source
        found.append(with_table(source))
    return found


def with_table(source: Source) -> Source:
    """The same source. Raises GateClosed where it has no table."""
    collection = source.collection
    if source.table is None:
        raise GateClosed(
            f"{collection} has no table",
            code="no_table",
            evidence={"collection": collection},
            hint="It is EXEMPT: nothing to do."
            if source.requirement == "EXEMPT"
            else f"A gatekeeper can exempt it: `birth-console classify {collection} --exempt --reason …`."
            " If the table was renamed or moved, an administrator records its place in birth_collection_place.",
        )
    return source


def enrolled(connection: Connection, collection: str) -> Source:
    """The source of an enrolled collection, with or without a table. Raises UsageError for an unknown name."""
    source = find(connection, collection)
    if source is None:
        raise _unknown(connection, collection)
    return source


def _unknown(connection: Connection, collection: str) -> UsageError:
    close = similar(connection, collection)
    return UsageError(
        f"unknown collection {collection}",
        code="unknown_collection",
        evidence={"collection": collection, "similar": close},
        hint=f"Did you mean {', '.join(close)}?" if close else "See `birth-console matrix --all`.",
    )


def similar(connection: Connection, collection: str) -> list[str]:
    """Names of collections that may have been meant."""
    names = [row.collection_name for row in connection.rows(rows.NAMES)]
    return difflib.get_close_matches(collection, names, n=3)


def narrowed(connection: Connection, source: Source, columns: Sequence[str] = ()) -> Source:
    """The same source; of one that comes over the network, with these columns and few besides."""
    if not source.fetched:
        return source
    row = connection.one(rows.LIVING, {"relid": source.relid, "columns": list(columns)})
    return replace(source, table=living_of(row.living) or source.table)


def code_of(source: Source, identity: Identity) -> tuple[sql.Composable, list[codec.Part]]:
    """The identity's code and its parts over `source`. Raises GateClosed for a column or type it cannot use."""
    parts = codec.parts(identity.columns, source.types, source.collection)
    collection = None if identity.strategy == COLUMN else source.collection
    return codec.code_expression(collection, parts, source.schema), parts


def count_statement(connection: Connection, source: Source, *, grouped: bool) -> Reading[Counts]:
    """The statement that counts a classified source's rows and those registered, `grouped` by their codes or not."""
    assert source.identity is not None  # noqa: S101 - the caller looked
    source = narrowed(connection, source, source.identity.columns)
    assert source.table is not None and source.identity is not None  # noqa: S101, PT018 - the caller looked
    code, _ = code_of(source, source.identity)
    return counting.counts(
        source.table,
        code,
        source.collection,
        connection.schema,
        windowed=source.windowed,
        grouped=grouped,
    )


def counted(connection: Connection, source: Source) -> Counts:
    """The rows of a classified source, not grouped: by a merge of two indexes where its codes stand in order."""
    assert source.table is not None and source.identity is not None  # noqa: S101, PT018 - the caller looked
    if not source.in_order:
        return connection.one(count_statement(connection, source, grouped=False))
    code, _ = code_of(source, source.identity)
    column = source.identity.columns[0]
    text = sql.SQL("{}::text").format(sql.Identifier("source", column))
    known = connection.rows(rows.RANGES, {"relid": source.relid, "column": column})
    ranges = [(sql.SQL(each.ours), sql.SQL(each.theirs)) for each in known]
    with connection.reading():
        # A table of hashes is several times as slow as a merge, and looks cheaper to the server.
        connection.set_local(enable_hashjoin="off", enable_nestloop="off")
        statement = counting.in_order(source.table, code, text, source.collection, connection.schema, ranges=ranges)
        return connection.one(statement)


def tally_statement(found: Sequence[Source], schema: str) -> Reading[Tally]:
    """The same of several sources in one statement. Of each an index must say that no two rows share a code."""
    given = []
    for source in found:
        assert source.table is not None and source.identity is not None  # noqa: S101, PT018 - the caller looked
        given.append((source.table, code_of(source, source.identity)[0], source.collection))
    return counting.together(given, schema)


def joined_statement(source: Source) -> Reading[Joined] | None:
    """The same, also for rows that share a code, by one join; None where texts alone do not say which rows do."""
    assert source.table is not None and source.identity is not None  # noqa: S101, PT018 - the caller looked
    if source.windowed or not source.own_equality.isdisjoint(source.identity.columns):
        return None
    code, _ = code_of(source, source.identity)
    return counting.joined(source.table, code, source.collection, source.schema)


def table_of(schema: str | None, name: str | None) -> sql.Composable | None:
    """The quoted name of the table that the catalogs name, or None."""
    return None if schema is None or name is None else sql.Identifier(schema, name)


def living_of(source: str | None) -> sql.Composable | None:
    """The rows that an identity counts for, as the database wrote them for a FROM; None where that is every row."""
    return None if source is None else sql.SQL(source)


def types_of(connection: Connection, relid: int) -> dict[str, str]:
    """The base types of a table's columns by name, domains resolved, in the table's order."""
    return types_of_each(connection, [relid]).get(relid, {})


def types_of_each(connection: Connection, relids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The same for several tables, in one round trip."""
    return {relid: {row.name: row.type for row in known} for relid, known in _known(connection, relids).items()}


def _known(connection: Connection, relids: Sequence[int]) -> dict[int, list[rows.Column]]:
    found: dict[int, list[rows.Column]] = {}
    for row in connection.rows(rows.COLUMNS, {"relids": list(relids)}):
        found.setdefault(row.relid, []).append(row)
    return found


def identity_of(collection: str, strategy: str | None, columns: Sequence[str] | None) -> Identity | None:
    """An identity as the catalogs store it, or None."""
    return Identity(collection, strategy, tuple(columns)) if strategy and columns else None


def _source(connection: Connection, row: rows.Collection, known: Mapping[int, Sequence[rows.Column]]) -> Source:
    columns = known.get(row.relid, ()) if row.relid is not None else ()
    return Source(
        collection=row.collection_name,
        requirement=row.requirement,
        table=living_of(row.living) or table_of(row.table_schema, row.table_name),
        types={column.name: column.type for column in columns},
        own_equality=frozenset(column.name for column in columns if column.own_equality),
        identity=identity_of(row.collection_name, row.strategy, row.columns),
        version=row.version or 0,
        missing_columns=row.missing_columns or (),
        schema=connection.schema,
        relid=row.relid,
        windowed=row.windowed,
        declared=row.declared,
        in_order=bool(row.in_order) and not row.windowed,
        fetched=row.windowed and row.living is not None,
    )
