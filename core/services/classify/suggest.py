"""Suggesting identities: sample, look up which codes others have taken, rank, check what only a sample showed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from core.db.connection.session import Connection
from core.db.rows.suggestion import BLOCKERS, CHOSEN, REGISTERED, REJECTED
from core.db.sources import collisions
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.identity import Identity
from core.domain.classify.suggestion import OPEN, Suggestion, natural_columns, suggest
from core.domain.classify.surroundings import Outline, Surroundings, outline, tables_named
from core.errors import ConsoleError, Json, Unavailable
from core.services.classify import claimed_codes, column_statistics, sources, whole_check
from core.services.classify.claimed_codes import Pending
from core.services.classify.column_statistics import Catalogs, Place

_LOOKED_UP = 1000  # values of each column that are looked up: they may find a collision, and never exclude one
_LOOKUP_MILLISECONDS = 3_000
_EXAMPLES = 3
_RELATED = 12  # tables that are sampled beside those that were asked for
# Texts of tables without keys that are held until all others were sampled; what is beyond is read again then.
_HELD = 3_000_000


def suggestions(connection: Connection, collections: Sequence[str] | None = None) -> Iterator[Suggestion]:
    """Rank the identities of `collections`, or of every unclassified REQUIRED one by name, on live data.

    Of those, one without a table has no candidates, and a doubt that says so; so has a table that this login may not
    read, or that could not be read in time. Raises GateClosed for a named one that is unknown or has no table.
    """
    for name in collections or ():
        sources.require(connection, name)
    names, bare = (collections, []) if collections is not None else _unclassified(connection)
    ranked = (suggestion for _, suggestion in studied(connection, names))
    yield from sorted(chain(ranked, map(_without_table, bare)), key=lambda each: each.collection)


def studied(connection: Connection, collections: Sequence[str]) -> Iterator[tuple[SampledTable | None, Suggestion]]:
    """The same, each with the table as it was read; None where it could not be. In two passes over the samples.

    A table with a declared key is told at once. One without any waits until all samples were looked at: what other
    tables show decides there.
    """
    wanted = column_statistics.places(connection, collections)
    catalogs = Catalogs(connection, wanted)
    study = _Study(connection, catalogs, claimed_codes.bare(connection))
    decided = Surroundings(
        chosen={row.collection_name: row.columns for row in connection.rows(CHOSEN)},
        rejected=tuple((row.collection_name, row.columns) for row in connection.rows(REJECTED)),
    )
    compared = not all(catalogs.keys[place.relid] for place in wanted)
    outlines: list[Outline] = []
    waiting: list[tuple[Place, SampledTable | None]] = []
    held = 0
    for place in wanted:
        table = study.sampled(place)
        if isinstance(table, Suggestion):
            yield None, table
            continue
        if compared:
            outlines.append(outline(table))
        if table.keys or not table.size:
            yield table, study.ranked(place, table, decided)
        else:
            held += table.size * len(table.columns)
            waiting.append((place, table if held <= _HELD else None))
    outlines += _related(connection, [table for _, table in waiting if table is not None], wanted)
    around = replace(decided, outlines=tuple(outlines))
    for place, kept in waiting:
        again = study.sampled(place) if kept is None else kept
        yield (None, again) if isinstance(again, Suggestion) else (again, study.ranked(place, again, around))


def standing_of(connection: Connection, identity: Identity) -> Json:
    """What the suggester says of an identity that somebody chose: rank, tier and score, for its history.

    None where it is not among the candidates, or nobody could look.
    """
    (suggestion,) = suggestions(connection, [identity.collection])
    for candidate in suggestion.candidates:
        if candidate.identity == identity:
            return suggestion.told(candidate)
    return None


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

    def sampled(self, place: Place) -> SampledTable | Suggestion:
        """The table with its sample, or what is said where it could not be read."""
        try:
            return self.catalogs.table(self.connection, place)
        except ConsoleError as error:
            if self.connection.is_closed:
                raise
            return Suggestion(place.collection, OPEN, (), (f"{error.code}: {error.message}",))

    def ranked(self, place: Place, table: SampledTable, around: Surroundings) -> Suggestion:
        """Rank; where only a sample was seen, check the first candidates on the whole table."""
        others = [each for each in self.pending if each.collection != place.collection]
        met, looked = _collisions(self.connection, table, others)
        suggestion = suggest(table, met, probed=looked, around=around)
        checked = whole_check.checked(self.connection, place, table, suggestion)
        return suggest(table, met, probed=looked, around=around, checked=checked) if checked else suggestion


def _related(connection: Connection, tables: Sequence[SampledTable], seen: Sequence[Place]) -> list[Outline]:
    """Outlines of a few tables that were not asked for, and that columns of these name: they may be referred to."""
    known = {place.collection for place in seen}
    named = dict.fromkeys(name for table in tables for name in tables_named(table) if name not in known)
    wanted = column_statistics.places(connection, list(named)[:_RELATED]) if named else []
    found = []
    for place in wanted:
        try:
            found.append(outline(next(column_statistics.read(connection, [place]))))
        except ConsoleError:
            if connection.is_closed:
                raise
    return found


def _collisions(connection: Connection, table: SampledTable, others: Sequence[Pending]) -> tuple[dict[str, Json], bool]:
    """The columns whose bare values are codes of other collections, with examples; and whether all was looked at."""
    values = {name: _values(table, name) for name in natural_columns(table)}
    if not any(values.values()):
        return {}, True
    codes = sorted(set().union(*values.values()))
    try:
        with connection.reading():
            connection.driver.execute(f"SET LOCAL statement_timeout = {_LOOKUP_MILLISECONDS}".encode())
            rows = connection.rows(REGISTERED, {"codes": codes, "collection": table.collection})
            if others:
                rows += connection.rows(collisions.taken_codes([each.triple for each in others], codes))
    except Unavailable:
        if connection.is_closed:
            raise
        return {}, False
    owners = {row.code: row.owner for row in rows}
    found: dict[str, Json] = {}
    for name, own in values.items():
        met = sorted(own & owners.keys())
        if met or own & _lookalikes(own, table):
            found[name] = [{"code": code, "owner": owners[code]} for code in met[:_EXAMPLES]]
    return found, True


def _lookalikes(codes: set[str], table: SampledTable) -> set[str]:
    """The codes that read like a synthetic code of some collection."""
    return {code for code in codes if ":" in code and code.split(":", 1)[0] in table.tables}


def _values(table: SampledTable, name: str) -> set[str]:
    return {text for text in table.sample[name][:_LOOKED_UP] if text}
