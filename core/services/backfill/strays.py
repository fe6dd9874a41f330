"""Finding phantoms and renames: of the collections of a plan, or of all that were ever planned."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.db.connection.session import Connection
from core.db.rows.strays import LATEST, RENAMED
from core.domain.backfill.runs import Run
from core.domain.backfill.stray import Rename, Stray
from core.domain.overview.matrix import Counts, MatrixRow
from core.errors import ConsoleError
from core.services.overview import matrix


def of_run(connection: Connection, run: Run) -> list[Stray]:
    """Those of a run that was planned just now. Only what the plan's own figures leave open is counted again."""
    with connection.snapshot():
        registry = matrix.registry_rows(connection)
        unclear = [each for each in run.entries if registry.get(each.collection, 0) != each.registered]
        entries = {each.collection: each.ledger_id for each in unclear if each.missing}
        return list(_strays(connection, registry, entries, [each.collection for each in unclear]))


def of_all(connection: Connection, rows: Iterable[MatrixRow]) -> list[Stray]:
    """Those of every collection of the matrix; in the caller's snapshot."""
    registry = matrix.registry_rows(connection)
    entries = {each.collection: each.ledger_id for each in connection.rows(LATEST) if each.missing}
    names = [row.facts.collection for row in rows if registry.get(row.facts.collection)]
    return list(_strays(connection, registry, entries, names))


def _strays(
    connection: Connection, registry: Mapping[str, int], entries: Mapping[str, int], names: Iterable[str]
) -> Iterable[Stray]:
    known = {row.facts.collection: row for row in matrix.read(connection, every=True)}
    wanted = [name for name in names if name in known]
    counted: dict[str, Counts] = {}
    for start in range(0, len(wanted), matrix.TOGETHER):
        counted |= matrix.count_together(connection, wanted[start : start + matrix.TOGETHER])
    for name in wanted:
        phantoms = _phantoms(connection, known[name], registry, counted.get(name))
        if phantoms == 0:
            continue
        renamed, examples = 0, tuple[Rename, ...]()
        if name in entries:
            found = connection.one(RENAMED, {"ledger_id": entries[name]})
            renamed = found.rows
            examples = tuple(map(Rename, found.registered, found.missing))
        if phantoms or renamed:
            yield Stray(name, phantoms, renamed, examples)


def _phantoms(
    connection: Connection, row: MatrixRow, registry: Mapping[str, int], counted: Counts | None
) -> int | None:
    try:
        counts = counted or matrix.count(connection, row.facts.collection, exact=True)
    except ConsoleError:
        if connection.is_closed:
            raise
        return None
    return matrix.phantoms(replace(row, counts=counts), registry)
