"""What a sample only suggests is checked on the whole table before it is shown, as long as that takes a few seconds."""

from collections.abc import Mapping
from time import monotonic

from core.db.connection.session import Connection
from core.db.sources.sample import told_apart
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.suggestion import Suggestion
from core.errors import Unavailable
from core.services.classify.column_statistics import Place

SECONDS = 5.0
_MEMORY = "64MB"  # to count on: less would write large tables to disk


def checked(
    connection: Connection, place: Place, table: SampledTable, suggestion: Suggestion
) -> Mapping[tuple[str, ...], bool]:
    """Of the first candidates, down to one that holds: whether they do. What there was no time for is left out.

    Nothing is asked of a table that was read from end to end, or where the first candidate is a declared key.
    """
    found: dict[tuple[str, ...], bool] = {}
    if table.whole or not table.size:
        return found
    until = monotonic() + SECONDS
    for candidate in suggestion.candidates:
        columns = candidate.identity.columns
        left = until - monotonic()
        if left <= 0 or table.declared(columns) is not None:
            break
        holds = _holds(connection, place, columns, left)
        if holds is None:
            break
        found[columns] = holds
        if holds:
            break
    return found


def _holds(connection: Connection, place: Place, columns: tuple[str, ...], seconds: float) -> bool | None:
    try:
        with connection.reading():
            connection.set_local(statement_timeout=max(1, int(1000 * seconds)), work_mem=_MEMORY)
            return connection.one(told_apart(place.name, columns)).apart
    except Unavailable:
        if connection.is_closed:
            raise
        return None
