"""The collections that keep the QT-001 gate closed, with what an operator needs to decide each."""

from collections.abc import Iterator, Sequence

from core.db.connection.session import Connection
from core.db.rows.identity import RIGHTS
from core.db.rows.suggestion import BLOCKERS
from core.domain.classify.blocker import Blocker, CandidateEvidence, Rights
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.sample_check import weigh
from core.services.classify import column_statistics, sources, suggest


def rights(connection: Connection) -> Rights:
    """What this login may decide here."""
    found = connection.one(RIGHTS)
    return Rights(found.classify, found.decide)


def listed(connection: Connection) -> list[Blocker]:
    """Every blocker, by name. Reads catalogs only."""
    return [Blocker(row.collection_name, row.has_table, row.version) for row in connection.rows(BLOCKERS)]


def evidence(connection: Connection, collections: Sequence[str]) -> Iterator[CandidateEvidence]:
    """The evidence of each, one after the other: a bounded sample is all that is read of a table."""
    for table, suggestion in suggest.studied(connection, collections):
        weighed = () if table is None else tuple(weigh(table, each.identity) for each in suggestion.candidates)
        yield CandidateEvidence(suggestion, weighed, None if table is None else table.rows)


def table(connection: Connection, collection: str) -> SampledTable:
    """The columns and a sample of one collection: what a template is tried on while it is typed."""
    sources.require(connection, collection)
    (found,) = column_statistics.read(connection, column_statistics.places(connection, [collection]))
    return found
