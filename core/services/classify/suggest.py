"""Suggesting identities: sample, look up which codes others have taken, rank, check what only a sample showed."""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from core.db.connection.session import Connection
from core.db.rows.suggestion import BLOCKERS
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.identity import Identity
from core.domain.classify.suggestion import OPEN, Suggestion
from core.errors import Json
from core.services.classify import column_statistics, sources
from core.services.classify.column_statistics import Place
from core.services.classify.helper import helping
from core.services.classify.study import Study


def suggestions(connection: Connection, collections: Sequence[str] | None = None) -> Iterator[Suggestion]:
    """Rank the identities of `collections`, or of every unclassified REQUIRED one by name, on live data.

    Of those, one without a table has no candidates, and a doubt that says so; so has a table that this login may not
    read, or that could not be read in time. Raises GateClosed for a named one that is unknown or has no table.
    """
    names, bare = (collections, []) if collections is not None else _unclassified(connection)
    known = column_statistics.places(connection)
    wanted = _among(known, names)
    if collections is not None:
        placed = {place.collection for place in wanted}
        sources.require_all(connection, [name for name in collections if name not in placed])
    with _nothing_collected(), helping(len(wanted)) as helper:
        ranked = [suggestion for _, suggestion in Study(connection, wanted, known, helper).told()]
    yield from sorted(chain(ranked, map(_without_table, bare)), key=lambda each: each.collection)


def studied(connection: Connection, collections: Sequence[str]) -> Iterator[tuple[SampledTable | None, Suggestion]]:
    """The same, each with the table as it was read; None where it could not be. In two passes over the samples.

    A table with a declared key is told at once. One without any waits until all samples were looked at: what other
    tables show decides there.
    """
    known = column_statistics.places(connection)
    yield from Study(connection, _among(known, collections), known).told()


def _among(known: Sequence[Place], collections: Collection[str]) -> list[Place]:
    wanted = frozenset(collections)
    return [place for place in known if place.collection in wanted]


def standing_of(connection: Connection, identity: Identity) -> Json:
    """What the suggester says of an identity that a person chose: rank, tier and score, for its history.

    None where it is not among the candidates, or could not be looked up.
    """
    (suggestion,) = suggestions(connection, [identity.collection])
    for candidate in suggestion.candidates:
        if candidate.identity == identity:
            return suggestion.told(candidate)
    return None


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Look for no garbage in samples, which stay until all are compared: that takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _unclassified(connection: Connection) -> tuple[list[str], list[str]]:
    """The REQUIRED collections without an identity, by name: those with a table, and those without one."""
    rows = connection.rows(BLOCKERS)
    with_table, without = ([row.collection_name for row in rows if row.has_table is wanted] for wanted in (True, False))
    return with_table, without


def _without_table(collection: str) -> Suggestion:
    return Suggestion(collection, OPEN, (), ("no_table: no rows to identify; a gatekeeper can exempt the collection",))
