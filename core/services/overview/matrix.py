"""The metadata compatibility matrix, read live.

Counts come one collection at a time, so that they can be shown as they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.matrix import COLLECTIONS, REGISTERED, REGISTRY_ROWS, Collection
from core.db.sources.counts import row_count
from core.domain.classify.identity import Identity
from core.domain.overview.matrix import REQUIRED, Counts, Examples, Facts, MatrixRow, judge
from core.errors import ConsoleError
from core.services.classify import sources
from core.services.classify.proof import offenders
from core.services.classify.sources import Source

# One statement over so many sources is planned within a moment, and one that waits for a lock holds up no more.
TOGETHER = 100


def read(connection: Connection, *, every: bool = False) -> list[MatrixRow]:
    """Judge every REQUIRED collection; with `every`, also those outside the scope. Sorted by name."""
    rows = connection.rows(COLLECTIONS)
    return [judge(_facts(row)) for row in rows if every or row.requirement == REQUIRED]


def facts(connection: Connection, collection: str) -> Facts | None:
    """What the catalogs say of one collection; None for a name that is not enrolled."""
    rows = connection.rows(COLLECTIONS)
    return next((_facts(row) for row in rows if row.collection == collection), None)


def count(connection: Connection, collection: str, *, exact: bool = False) -> Counts | None:
    """Count a collection's rows; None where it has no table.

    Which rows share a code is told where an index says that none do, or where it is asked for: `exact` takes several
    times as long where rows do share one, and names some of them.

    Without an identity it is unknown which rows are registered: then `registered` counts the registry's rows of
    that collection, and `missing` is known only where there are none.
    """
    source = sources.find(connection, collection)
    if source is None or source.table is None:
        return None
    if source.identity is None or source.missing_columns:
        return _unidentified(connection, collection, sources.narrowed(connection, source).table or source.table)
    if exact:
        return _with_examples(connection, source, source.identity, _exact(connection, source))
    found = sources.counted(connection, source)
    return Counts(
        found.source_rows,
        found.registered,
        found.source_rows - found.registered,
        found.shared_codes if source.declared else None,
        found.unidentifiable,
        found.codes_registered if source.declared else None,
    )


def _exact(connection: Connection, source: Source) -> Counts:
    if not source.declared and (joining := sources.joined_statement(source)) is not None:
        joined = connection.one(joining)
        if joined.shares_none:
            missing = joined.source_rows - joined.registered
            return Counts(
                joined.source_rows, joined.registered, missing, 0, joined.unidentifiable, joined.codes_registered
            )
    if source.declared:
        found = sources.counted(connection, source)
    else:
        found = connection.one(sources.count_statement(connection, source, grouped=True))
    missing = found.source_rows - found.registered
    return Counts(
        found.source_rows, found.registered, missing, found.shared_codes, found.unidentifiable, found.codes_registered
    )


def _with_examples(connection: Connection, source: Source, identity: Identity, found: Counts) -> Counts:
    if not found.shared_codes and not found.unidentifiable:
        return found
    shared, without = offenders(
        connection, source, identity, shared=bool(found.shared_codes), without=bool(found.unidentifiable)
    )
    return replace(found, examples=Examples(shared, without))


def count_together(connection: Connection, collections: Sequence[str]) -> dict[str, Counts]:
    """Count many collections in one statement, which reads the registry once: those that a plain join counts exactly.

    Others are not among them: without a table or an identity, distributed, without an index that says that no two
    rows share a code, or with rows without a code, which are named. None is where one of them cannot be counted: each
    by itself tells which.
    """
    try:
        return _counted_together(connection, collections)
    except ConsoleError:
        if connection.is_closed:
            raise
        return {}


def _counted_together(connection: Connection, collections: Sequence[str]) -> dict[str, Counts]:
    found = [each for each in sources.find_all(connection, collections).values() if isinstance(each, sources.Source)]
    plain = [each for each in found if each.table is not None and each.identity is not None and not each.windowed]
    plain = [each for each in plain if each.declared and not each.missing_columns]
    if len(plain) < 2:  # noqa: PLR2004 - one alone is no many
        return {}
    tallies = {each.place: each for each in connection.rows(sources.tally_statement(plain, connection.schema))}
    counted = {}
    for place, source in enumerate(plain):
        tally = tallies.get(place)
        rows, registered = (0, 0) if tally is None else (tally.source_rows, tally.registered)
        if tally is None or not tally.unidentifiable:
            counted[source.collection] = Counts(rows, registered, rows - registered, 0, 0, registered)
    return counted


def registry_rows(connection: Connection) -> dict[str, int]:
    """How many rows the registry holds for each collection: one pass over it for all of them."""
    return {row.collection: row.rows for row in connection.rows(REGISTRY_ROWS)}


def phantoms(row: MatrixRow, registry: Mapping[str, int]) -> int | None:
    """Registry rows of a collection that no row of its source gives; None where it is unknown which those are.

    Of a table that is gone, all of them. The counts must be of the same snapshot as `registry`.
    """
    held = registry.get(row.facts.collection, 0)
    if row.facts.table is None:
        return held
    found = row.counts.codes_registered if row.counts is not None else None
    return None if found is None else held - found


def stray_rows(connection: Connection, registered: Mapping[str, int]) -> dict[str, int]:
    """Phantoms by collection, of those that have some, given how many rows of each are `registered`.

    Only where the registry holds another number is the collection counted again, in the snapshot of that look.
    """
    with connection.snapshot():
        held = registry_rows(connection)
        rows = {row.facts.collection: row for row in read(connection)}
        unclear = [name for name in rows if held.get(name, 0) != registered.get(name, 0)]
        counted = counted_by_parts(connection, unclear)
        found = {name: counted_phantoms(connection, rows[name], held, counted.get(name)) for name in unclear}
    return {name: number for name, number in found.items() if number}


def counted_by_parts(connection: Connection, collections: Sequence[str]) -> dict[str, Counts]:
    """The counts of those collections that can be counted together, so many at a time."""
    found: dict[str, Counts] = {}
    for start in range(0, len(collections), TOGETHER):
        found |= count_together(connection, collections[start : start + TOGETHER])
    return found


def counted_phantoms(
    connection: Connection, row: MatrixRow, registry: Mapping[str, int], counted: Counts | None
) -> int | None:
    """The phantoms of one collection, counted for it if it was not; None where they are unknown, or it is locked."""
    try:
        counts = counted or count(connection, row.facts.collection, exact=True)
    except ConsoleError:
        if connection.is_closed:
            raise
        return None
    return phantoms(replace(row, counts=counts), registry)


def _unidentified(connection: Connection, collection: str, table: sql.Composable) -> Counts:
    rows = connection.one(row_count(table)).rows
    registered = connection.one(REGISTERED, {"collection": collection}).registered
    return Counts(rows, registered, rows if registered == 0 else None)


def _facts(row: Collection) -> Facts:
    return Facts(
        collection=row.collection,
        governance_role=row.governance_role or "",
        requirement=row.requirement,
        strategy=row.strategy or "unclassified",
        identity=row.identity,
        native_status=row.native_status,
        table=row.table,
        trigger=row.trigger,
        missing_columns=row.missing_columns,
    )
