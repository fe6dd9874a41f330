"""Profiling: the catalogs for many tables at once, then one bounded sample of each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows import columns as rows
from core.db.rows.suggestion import PLACES
from core.db.sources.sample import Sample, by_row, gathered, sample, usable
from core.db.sources.texts import taken_apart
from core.domain.classify.column_statistics import (
    Column,
    Key,
    Reference,
    SampledTable,
    TableStatistics,
    Texts,
    statistics,
)
from core.domain.classify.identity import LONGEST_CODE
from core.errors import ConsoleError
from core.services.classify import sources
from core.services.classify.unsplit import Unsplit

R = TypeVar("R")

SMALL = 5000  # rows up to which the whole table is the sample
_SAMPLED_ROWS = 3000
_SECONDS = 5  # a sample that takes longer is given up: then only the catalogs speak
_LOCK_MILLISECONDS = 3000  # that a table which another session has locked is waited for
_TOGETHER, _TEXTS = 40, 300_000  # small tables that one statement reads, and their texts
_ROWS_A_PAGE = 60  # as expected of a table that was never counted
_FEW = 20  # rows by which many columns of an empty table are counted: they make a statement long
# What is read together is small: one table that keeps it waiting is read, and waited for, by itself.
_BRIEFLY = {"statement_timeout": 2000, "lock_timeout": 200}  # milliseconds


@dataclass(frozen=True, slots=True)
class Place:
    """A collection and its table: `relid` is the table's oid, `name` its quoted name.

    Of one that Citus keeps on its nodes, `name` is all of its rows, and `few` are those of a sample.
    """

    collection: str
    relid: int
    name: sql.Composable
    few: sql.Composable | None = None


def of(connection: Connection, collection: str) -> TableStatistics:
    """The evidence of each column. Raises GateClosed where the collection has no table, NotAllowed without SELECT."""
    sources.require(connection, collection)
    (table,) = read(connection, places(connection, [collection]))
    return statistics(table)


def places(connection: Connection, collections: Sequence[str] | None = None) -> list[Place]:
    """The tables of `collections`, or of every collection that has one, by name."""
    named = None if collections is None else list(collections)
    return [
        Place(
            each.collection_name,
            each.relid,
            sources.living_of(each.shards) or sql.Identifier(each.table_schema, each.table_name),
            sources.living_of(each.few),
        )
        for each in connection.rows(PLACES, {"collections": named, "small": SMALL})
    ]


def read(connection: Connection, wanted: Sequence[Place]) -> Iterator[SampledTable]:
    """Read the facts of each table: a few statements for all of them, then one for each sample, or for many small ones.

    Raises NotAllowed where this login may not read a table, Unavailable where a sample took too long.
    """
    for _, found in Catalogs(connection, wanted).tables(connection, wanted):
        if isinstance(found, ConsoleError):
            raise found
        yield found


class Catalogs:
    """What the catalogs say of some tables, by oid."""

    def __init__(
        self,
        connection: Connection,
        wanted: Sequence[Place],
        known: Sequence[Place] | None = None,
        *,
        waits: bool = False,
    ) -> None:
        """Read the catalogs. `known` are all tables that names are compared with; every collection's, without them.

        Unless it `waits`, tables that another session has locked are left for their turn: they hold up no others.
        """
        known = places(connection) if known is None else known
        relids = [place.relid for place in wanted]
        given = {"relids": relids}
        self.locked = set() if waits else {row.relid for row in connection.rows(rows.LOCKED, given)}
        free = {"relids": [relid for relid in relids if relid not in self.locked]}
        shared = connection.rows(rows.SHARED, {"relids": [place.relid for place in known]})
        self.types = sources.types_of_each(connection, relids)
        self.columns = _by(connection.rows(rows.DECLARED, free), lambda row: row.relid)
        self.keys = _by(connection.rows(rows.KEYS, given), lambda row: row.relid)
        links = connection.rows(rows.REFERENCES, given)
        self.references = _by(links, lambda row: row.relid)
        self.incoming = _by(links, lambda row: row.target)
        self.sizes = {row.relid: row for row in connection.rows(rows.SIZES, free)}
        self.gateway_codes = {row.relid: row.name for row in connection.rows(rows.GATEWAY_CODES, given)}
        self.shared = {row.name: row.tables - 1 for row in shared}
        self.names = frozenset(place.collection for place in known)
        self._known = known
        self._read: dict[int, dict[str, str]] = {}

    def tables(
        self, connection: Connection, wanted: Sequence[Place]
    ) -> Iterator[tuple[Place, SampledTable | ConsoleError]]:
        """Each table with its sample, in this order, or why it cannot be read. Small tables are read together."""
        for portion in self.portions(wanted):
            together = self.together(connection, portion) if len(portion) > 1 else [None] * len(portion)
            yield from self.split(connection, portion, together)

    def split(
        self, connection: Connection, portion: Sequence[Place], together: Sequence[Unsplit | None]
    ) -> Iterator[tuple[Place, SampledTable | ConsoleError]]:
        """Each table with its sample; those that were not read `together`, or cannot be split, are read alone."""
        for place, one in zip(portion, together, strict=True):
            yield place, (None if one is None else one.split()) or self._alone(connection, place)

    def _alone(self, connection: Connection, place: Place) -> SampledTable | ConsoleError:
        try:
            return self.table(connection, place)
        except ConsoleError as error:
            if connection.is_closed:
                raise
            return error

    def portions(self, wanted: Sequence[Place]) -> Iterator[Sequence[Place]]:
        """The tables cut into what one statement reads: many small ones, or one that is large or is no table."""
        portion: list[Place] = []
        texts = 0
        for place in wanted:
            own = self._expected(place)
            if portion and (own is None or len(portion) == _TOGETHER or texts + own > _TEXTS):
                yield portion
                portion, texts = [], 0
            if own is None:
                yield [place]
            else:
                portion.append(place)
                texts += own
        if portion:
            yield portion

    def table(self, connection: Connection, place: Place) -> SampledTable:
        """The table with its sample.

        Raises NotAllowed where this login may not read it, Unavailable out of time, ConsoleError where it is locked.
        """
        if place.relid in self.locked:
            with connection.reading():
                connection.driver.execute(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}".encode())
                return Catalogs(connection, [place], self._known, waits=True).table(connection, place)
        types, size = self._readable(place), self._size(place)
        texts, whole = _sampled(connection, place, types, size.rows, size.pages)
        table = self._table(place, len(next(iter(texts), ())), whole=whole)
        return replace(table, sample=dict(zip(types, texts, strict=True)))

    def together(self, connection: Connection, portion: Sequence[Place]) -> list[Unsplit | None]:
        """The rows of each small table by one statement; None where that failed, or where it has more than expected.

        One that cannot be read, or is locked, fails all of them: then each is to be read by itself.
        """
        each = [_statement(place, self._readable(place), SMALL + 1, None) for place in portion]
        try:
            with connection.reading():
                connection.set_local(**_BRIEFLY)
                found = connection.rows(gathered(each))
        except ConsoleError:
            if connection.is_closed:
                raise
            return [None] * len(portion)
        unsplit: list[Unsplit | None] = [None] * len(portion)
        for own in found:
            if own.rows <= SMALL:
                place = portion[own.place]
                table, read = self._table(place, own.rows, whole=True), tuple(self._readable(place))
                unsplit[own.place] = Unsplit(table, read, own.texts, own.rows, own.filled, each[own.place].doubtful)
        return unsplit

    def _expected(self, place: Place) -> int | None:
        """About how many texts a small table has; None for a large one, and for what is no table."""
        size, columns = self.sizes.get(place.relid), len(self._readable(place))
        if size is None or not columns or not _is_small(size.rows, size.pages):
            return None
        return columns * (_FEW + (size.rows if size.rows >= 0 else size.pages * _ROWS_A_PAGE))

    def _size(self, place: Place) -> rows.Size:
        return self.sizes.get(place.relid, rows.Size(place.relid, pages=0, rows=0))

    def _readable(self, place: Place) -> dict[str, str]:
        """The columns that are read, with their types: secrets never are."""
        if place.relid not in self._read:
            secret = {row.name for row in self.columns[place.relid] if row.secret}
            types = self.types.get(place.relid, {})
            self._read[place.relid] = {name: type_ for name, type_ in types.items() if name not in secret}
        return self._read[place.relid]

    def _table(self, place: Place, seen: int, *, whole: bool) -> SampledTable:
        """All but the sample of a table, `seen` rows of which were read."""
        size = self._size(place)
        return SampledTable(
            collection=place.collection,
            columns=self._columns(place.relid, self.types.get(place.relid, {})),
            keys=tuple(Key(row.columns, row.primary) for row in self.keys[place.relid]),
            references=tuple(Reference(row.columns, row.target_name) for row in self.references[place.relid]),
            referenced=frozenset(row.target_columns for row in self.incoming[place.relid]),
            rows=seen if whole else None if size.rows < 0 else max(size.rows, seen),
            whole=whole,
            shared_names=self.shared,
            tables=self.names,
            gateway_code=self.gateway_codes.get(place.relid),
        )

    def _columns(self, relid: int, types: Mapping[str, str]) -> tuple[Column, ...]:
        stable = usable(types)
        return tuple(
            Column(
                name=row.name,
                type=types[row.name],
                not_null=row.not_null,
                generated=row.generated,
                usable=row.name in stable,
                secret=row.secret,
                null_fraction=row.null_fraction,
                distinct=row.distinct,
            )
            for row in self.columns[relid]
            if row.name in types
        )


def _sampled(
    connection: Connection, place: Place, types: Mapping[str, str], rows: int, pages: int
) -> tuple[Sequence[Texts], bool]:
    """The sample, and whether it is the whole table: small tables are read from end to end, others page by page."""
    if not types:
        return [], False
    small = _is_small(rows, pages)
    percent = None if small else min(100.0, 100 * _SAMPLED_ROWS / max(rows, pages))
    with connection.reading():
        connection.set_local(statement_timeout=1000 * _SECONDS)
        found = _read(connection, _statement(place, types, SMALL + 1, percent))
        if percent is not None and not found[0]:
            found = _read(connection, _statement(place, types, _SAMPLED_ROWS, None))
    return found, small and len(found[0]) <= SMALL


def _read(connection: Connection, one: Sample) -> Sequence[Texts]:
    """The columns of a sample; row by row where their texts cannot be told apart otherwise."""
    own = connection.one(gathered([one]))
    found = taken_apart(own.texts, rows=own.rows, filled=own.filled, doubtful=one.doubtful)
    if found is not None:
        return found
    rows = [row.texts for row in connection.rows(by_row(one))]
    return [*zip(*rows, strict=True)] if rows else [() for _ in one.texts]


def _is_small(rows: int, pages: int) -> bool:
    return pages <= SMALL / 10 if rows < 0 else rows <= SMALL


def _statement(place: Place, types: Mapping[str, str], rows: int, percent: float | None) -> Sample:
    return sample(place.few or place.name, types, rows=rows, percent=percent, longest=LONGEST_CODE)


def _by(found: Iterable[R], table: Callable[[R], int]) -> defaultdict[int, list[R]]:
    """Rows by the table that they belong to."""
    grouped: defaultdict[int, list[R]] = defaultdict(list)
    for row in found:
        grouped[table(row)].append(row)
    return grouped
