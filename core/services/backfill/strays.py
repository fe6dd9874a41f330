"""Finding phantoms and renames: of the collections of a plan, or of all that were ever planned."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.db.connection.session import Connection
from core.domain.backfill.runs import Run
from core.domain.backfill.stray import Stray
from core.domain.overview.matrix import MatrixRow
from core.errors import ConsoleError
from core.services.overview import matrix, renames


def of_run(connection: Connection, run: Run) -> list[Stray]:
    """Those of a run that was planned just now. Only what the plan's own figures leave open is counted again."""
    with connection.snapshot():
        registry = matrix.registry_rows(connection)
        unclear = [each.collection for each in run.entries if registry.get(each.collection, 0) != each.registered]
        return list(_strays(connection, registry, unclear))


def of_all(connection: Connection, rows: Iterable[MatrixRow]) -> list[Stray]:
    """Those of every collection of the matrix; in the caller's snapshot."""
    registry = matrix.registry_rows(connection)
    names = [row.facts.collection for row in rows if registry.get(row.facts.collection)]
    return list(_strays(connection, registry, names))


def _strays(connection: Connection, registry: Mapping[str, int], names: Iterable[str]) -> Iterable[Stray]:
    known = {row.facts.collection: row for row in matrix.read(connection, every=True)}
    wanted = [name for name in names if name in known]
    counted = matrix.counted_by_parts(connection, wanted)
    for name in wanted:
        try:
            counts = counted.get(name) or matrix.count(connection, name, exact=True)
        except ConsoleError:
            if connection.is_closed:
                raise
            yield Stray(name, None, 0, ())
            continue
        if stray := _stray(connection, replace(known[name], counts=counts), registry):
            yield stray


def _stray(connection: Connection, row: MatrixRow, registry: Mapping[str, int]) -> Stray | None:
    phantoms = matrix.phantoms(row, registry)
    if phantoms == 0:
        return None
    name = row.facts.collection
    found = renames.find(connection, name, phantoms, row.counts)
    return Stray(name, phantoms, found.rows, found.examples, found.possible)
