"""Suggesting identities: sample, look up which codes others have taken, rank, check what only a sample showed."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain

from core.db.connection.session import Connection
from core.db.rows.suggestion import BLOCKERS, CHOSEN, COLUMNS_OF, REJECTED
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.identity import Identity
from core.domain.classify.sister_tables import Decisions
from core.domain.classify.suggestion import OPEN, Suggestion, suggest
from core.domain.classify.surroundings import Outline, Surroundings, outline, tables_named
from core.errors import ConsoleError, Json
from core.services.classify import claimed_codes, column_statistics, sources, taken_codes, whole_check
from core.services.classify.claimed_codes import Pending
from core.services.classify.column_statistics import Catalogs, Place

_RELATED = 12  # tables that are sampled beside those that were asked for
# Texts of tables without keys that are held until all others were sampled; what is beyond is read again then.
_HELD = 3_000_000


def suggestions(connection: Connection, collections: Sequence[str] | None = None) -> Iterator[Suggestion]:
    """Rank the identities of `collections`, or of every unclassified REQUIRED one by name, on live data.

    Of those, one without a table has no candidates, and a doubt that says so; so has a table that this login may not
    read, or that could not be read in time. Raises GateClosed for a named one that is unknown or has no table.
    """
    names, bare = (collections, []) if collections is not None else _unclassified(connection)
    wanted = column_statistics.places(connection, names)
    if collections is not None:
        placed = {place.collection for place in wanted}
        sources.require_all(connection, [name for name in collections if name not in placed])
    with _nothing_collected():
        ranked = [suggestion for _, suggestion in _studied(connection, wanted)]
    yield from sorted(chain(ranked, map(_without_table, bare)), key=lambda each: each.collection)


def studied(connection: Connection, collections: Sequence[str]) -> Iterator[tuple[SampledTable | None, Suggestion]]:
    """The same, each with the table as it was read; None where it could not be. In two passes over the samples.

    A table with a declared key is told at once. One without any waits until all samples were looked at: what other
    tables show decides there.
    """
    yield from _studied(connection, column_statistics.places(connection, collections))


def _studied(connection: Connection, wanted: Sequence[Place]) -> Iterator[tuple[SampledTable | None, Suggestion]]:
    catalogs = Catalogs(connection, wanted)
    study = _Study(connection, catalogs, claimed_codes.bare(connection))
    decided = Surroundings(decisions=_decisions(connection))
    compared = not all(catalogs.keys[place.relid] for place in wanted)
    outlines: list[Outline] = []
    waiting: list[tuple[Place, SampledTable | None]] = []
    held = 0
    for portion in catalogs.portions(wanted):
        told: list[tuple[Place, SampledTable | Suggestion]] = []
        for place, table in study.sampled(portion):
            if compared and isinstance(table, SampledTable):
                outlines.append(outline(table))
            if isinstance(table, Suggestion) or table.keys or not table.size:
                told.append((place, table))
            else:
                held += table.size * len(table.columns)
                waiting.append((place, table if held <= _HELD else None))
        yield from study.ranked(told, decided)
    outlines += _related(connection, [table for _, table in waiting if table is not None], wanted)
    around = replace(decided, outlines=tuple(outlines))
    kept = {place.collection: table for place, table in waiting if table is not None}
    for portion in catalogs.portions([place for place, _ in waiting]):
        again = study.sampled([place for place in portion if place.collection not in kept])
        told = [(place, kept[place.collection]) for place in portion if place.collection in kept]
        yield from study.ranked([*told, *again], around)


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


def _decisions(connection: Connection) -> Decisions:
    chosen = {row.collection_name: row.columns for row in connection.rows(CHOSEN)}
    rejected = tuple((row.collection_name, row.columns) for row in connection.rows(REJECTED))
    tables = [*chosen, *(name for name, _ in rejected)]
    columns = connection.rows(COLUMNS_OF, {"collections": tables}) if tables else []
    return Decisions(chosen, rejected, {row.collection_name: row.columns for row in columns})


def _unclassified(connection: Connection) -> tuple[list[str], list[str]]:
    """The REQUIRED collections without an identity, by name: those with a table, and those without one."""
    rows = connection.rows(BLOCKERS)
    with_table, without = ([row.collection_name for row in rows if row.has_table is wanted] for wanted in (True, False))
    return with_table, without


def _without_table(collection: str) -> Suggestion:
    return Suggestion(collection, OPEN, (), ("no_table: no rows to identify; a gatekeeper can exempt the collection",))


@dataclass(frozen=True, slots=True)
class _Study:
    """What is known before a table is looked at: the catalogs, and identities whose codes are not registered yet."""

    connection: Connection
    catalogs: Catalogs
    pending: Sequence[Pending]

    def sampled(self, portion: Sequence[Place]) -> Iterator[tuple[Place, SampledTable | Suggestion]]:
        """Each table with its sample, or what is said where it could not be read."""
        for place, found in self.catalogs.tables(self.connection, portion):
            if isinstance(found, ConsoleError):
                yield place, Suggestion(place.collection, OPEN, (), (f"{found.code}: {found.message}",))
            else:
                yield place, found

    def ranked(
        self, told: Sequence[tuple[Place, SampledTable | Suggestion]], around: Surroundings
    ) -> Iterator[tuple[SampledTable | None, Suggestion]]:
        """Rank each; where only a sample was seen, check the first candidates on the whole table."""
        tables = [table for _, table in told if isinstance(table, SampledTable)]
        taken = taken_codes.looked_up(self.connection, tables, self.pending)
        for place, table in told:
            if isinstance(table, Suggestion):
                yield None, table
                continue
            met = taken[table.collection]
            suggestion = suggest(table, met.examples, probed=met.looked, around=around)
            checked = whole_check.checked(self.connection, place, table, suggestion)
            if checked:
                suggestion = suggest(table, met.examples, probed=met.looked, around=around, checked=checked)
            yield table, suggestion


def _related(connection: Connection, tables: Sequence[SampledTable], seen: Sequence[Place]) -> list[Outline]:
    """Outlines of a few tables that were not asked for, and that columns of these name: they may be referred to."""
    known = {place.collection for place in seen}
    named = dict.fromkeys(name for table in tables for name in tables_named(table) if name not in known)
    wanted = column_statistics.places(connection, list(named)[:_RELATED]) if named else []
    found = Catalogs(connection, wanted).tables(connection, wanted) if wanted else iter(())
    return [outline(each) for _, each in found if isinstance(each, SampledTable)]
