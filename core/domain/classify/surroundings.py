"""What the samples of other tables say about a table: who refers to whom, and which columns their rows need.

Of each table an outline is kept: the least hashes of the values of its columns that may name rows. Two such sketches
show whether the values of one column are among those of another, at a price that does not grow with the tables.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from zlib import crc32

from core.domain.classify.column_names import (
    CHANGING,
    LABEL,
    TableNames,
    id_stem,
    is_audit,
    is_generic,
    joined_words,
    kind,
    plain_names,
    words,
)
from core.domain.classify.column_statistics import SampledTable, unusable_because
from core.domain.classify.sister_tables import Decisions

_KEPT = 128  # hashes of a column
_MANY = 4 * _KEPT
_DANGLING = 0.95  # of the values that can be looked up: rows that were deleted leave some behind
_ALL = 1 << 32
_KEY_TYPES = ("smallint", "integer", "bigint", "numeric", "uuid", "text", "character", "date", "name")
_LONGEST_RUN = 5
_FIRST_TEXTS, _LONG = 50, 64  # texts that are measured, and letters of a key
_MOST_PARENTS = 64  # of a column: where more agree with it, they are called alike, and it names the rows of none
_SOME_ROWS = 5  # below it, that all rows have one value says nothing


@dataclass(frozen=True, slots=True)
class Sketch:
    """The least hashes of a column's values; every value with a hash below `below` is among them.

    `ordered` are the same hashes, for counting those below a bound.
    """

    hashes: frozenset[int]
    below: int
    distinct: int
    ordered: tuple[int, ...]

    def __reduce__(self) -> tuple[object, ...]:
        """As what it is made of; where many columns have the same one, they do again."""
        return _sketch_of, (self.ordered, self.distinct)

    def holds(self, other: "Sketch") -> bool | None:
        """Whether the values of `other` are among these; None where no value of it could be looked up."""
        if other.hashes <= self.hashes:
            return True if other.hashes else None
        seen = bisect_left(other.ordered, self.below)
        return len(self.hashes & other.hashes) >= _DANGLING * seen if seen else None


@dataclass(frozen=True, slots=True)
class Outline:
    """What other tables need to know of a table.

    `unique` are single columns. `leading` are its first columns by their plain names, `needed` those of its declared
    key of several columns, or else those that a leading run needs to be unique, `constant` those of one value.
    """

    collection: str
    whole: bool
    plain: Mapping[str, str]
    unique: frozenset[str]
    sketches: Mapping[str, Sketch]
    leading: frozenset[str]
    needed: frozenset[str]
    constant: frozenset[str]


def outline(table: SampledTable) -> Outline:
    """Sum a table up. Its sample may be forgotten then."""
    usable = [column.name for column in table.columns if unusable_because(table, column.name) is None]
    plain = plain_names(table.collection, tuple(table.by_name))
    unique = frozenset(name for name in usable if table.size > 1 and table.distinct[name] == table.size)
    leading = list(table.by_name)[:_LONGEST_RUN]
    constant = [name for name in leading if name in usable and table.size >= _SOME_ROWS and table.distinct[name] == 1]
    return Outline(
        table.collection,
        table.whole,
        plain,
        unique,
        {name: _sketch(table, name) for name in plain if table.size and _may_name_rows(table, name, plain[name])},
        frozenset(plain[name] for name in leading),
        frozenset(plain[name] for name in _needed(table, usable, unique)),
        frozenset(plain[name] for name in constant),
    )


def _may_name_rows(table: SampledTable, name: str, plain: str) -> bool:
    column = table.by_name[name]
    if column.secret or not column.usable or not column.type.startswith(_KEY_TYPES) or is_audit(plain):
        return False
    if _is_long(table, name):
        return False
    found = kind(plain, table.collection, table.tables)
    return found not in (CHANGING, LABEL) or bool(table.shared_names.get(name))


def _is_long(table: SampledTable, name: str) -> bool:
    """Whether a column's first texts are too long for a key: rows are not named by them."""
    texts = [text for text in table.sample[name][:_FIRST_TEXTS] if text]
    return sum(map(len, texts)) > _LONG * len(texts)


def _sketch(table: SampledTable, name: str) -> Sketch:
    hashes = set(map(crc32, map(str.encode, filter(None, table.values[name]))))
    least: Collection[int] = hashes
    if len(hashes) > _MANY:
        # About twice as many as are kept lie below this: the others need not be put in order.
        bound = 2 * _KEPT * _ALL // len(hashes)
        least = [each for each in hashes if each < bound]
        least = hashes if len(least) < _KEPT else least
    return _sketch_of(tuple(sorted(least)[:_KEPT]), len(hashes))


@lru_cache(maxsize=1 << 12)
def _sketch_of(least: tuple[int, ...], distinct: int) -> Sketch:
    """The sketch of so many values with these least hashes: of many columns of numbers it is the same one."""
    return Sketch(frozenset(least), least[-1] + 1 if distinct > len(least) else _ALL, distinct, least)


def _needed(table: SampledTable, usable: Sequence[str], unique: frozenset[str]) -> frozenset[str]:
    """The columns of the primary key, or of the shortest run of leading columns that is unique, if they are several."""
    for key in table.keys:
        if key.primary:
            return frozenset(key.columns if len(key.columns) > 1 else ())
    leading = list(table.by_name)[:_LONGEST_RUN]
    for width in range(2, len(leading) + 1):
        run = leading[:width]
        if not set(run) <= set(usable) or set(run) & unique:
            break
        if len(set(zip(*(table.ordinals[name] for name in run), strict=True))) == table.size:
            return frozenset(run)
    return frozenset()


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a thing may be looked up: a unique column, by its table, its name and its plain name, and its values."""

    table: str
    column: str
    plain: str
    sketch: Sketch
    whole: bool


@dataclass(frozen=True)
class Surroundings:
    """The outlines of all tables that were looked at, and what they say together.

    `decisions` are what people decided for tables of this database.
    """

    outlines: tuple[Outline, ...] = ()
    decisions: Decisions = field(default_factory=Decisions)

    @cached_property
    def _by_name(self) -> Mapping[str, Outline]:
        return {each.collection: each for each in self.outlines}

    @cached_property
    def _tables(self) -> frozenset[str]:
        return frozenset(self._by_name)

    @cached_property
    def _named(self) -> Mapping[str, tuple[_Home, ...]]:
        """By the words that name a thing: the tables and unique columns where it may be looked up."""
        found: defaultdict[str, list[_Home]] = defaultdict(list)
        names = TableNames.of(self._tables)
        for each in self.outlines:
            own = names.joined(each.collection)
            for column in sorted(each.unique & each.sketches.keys()):
                plain = each.plain[column]
                stem = id_stem(plain)
                home = _Home(each.collection, column, plain, each.sketches[column], each.whole)
                if is_generic(plain) or stem == own:
                    for name in names.ends(each.collection):
                        found[name].append(home)
                if not is_generic(plain):
                    found[joined_words(words(plain))].append(home)
                    if stem and stem != own:
                        found[stem].append(home)
        return {name: tuple(places) for name, places in found.items()}

    @cached_property
    def parents(self) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
        """For each column whose name and values agree with a unique column of another table: that table and column."""
        found = {}
        known: defaultdict[int, dict[int, bool | None]] = defaultdict(dict)
        for each in self.outlines:
            for column in each.sketches:
                if places := tuple(
                    islice(self._parents(each, column, known[id(each.sketches[column])]), _MOST_PARENTS)
                ):
                    found[each.collection, column] = places
        return found

    def _parents(self, child: Outline, column: str, known: dict[int, bool | None]) -> Iterator[tuple[str, str]]:
        """`known` keeps which sketches were found to hold this one, for the many columns that have the same values."""
        own, sketch, others = child.plain[column], child.sketches[column], set(child.plain.values())
        for name in _meanings(own):
            for home in self._named.get(name, ()):
                if home.table == child.collection or (home.plain != own and home.plain in others):
                    continue
                place = id(home.sketch)
                if place not in known:
                    known[place] = home.sketch.holds(sketch)
                # Of a table that was read in part some values were not seen: there the names must do.
                if known[place] or not home.whole:
                    yield home.table, home.column

    def distinct(self, table: str, column: str) -> int:
        """How many values of a sketched column were seen."""
        return self._by_name[table].sketches[column].distinct

    @cached_property
    def children(self) -> Mapping[tuple[str, str], int]:
        """How many columns of other tables refer to a unique column that refers to no other table itself."""
        names = TableNames.of(self._tables)
        found = Counter(parent for places in self.parents.values() for parent in set(places))
        for table, column in self.parents:
            plain = self._by_name[table].plain[column]
            if not is_generic(plain) and not names.joined(table).endswith(id_stem(plain) or " "):
                found.pop((table, column), None)
        return found

    @cached_property
    def _needs(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """By column name: tables that have it among their leading columns, need it there, or hold it constant."""
        led: Counter[str] = Counter()
        needed: Counter[str] = Counter()
        constant: Counter[str] = Counter()
        for each in self.outlines:
            led.update(each.leading)
            needed.update(each.needed)
            constant.update(each.constant)
        return led, needed, constant

    def pattern(self, collection: str, name: str) -> tuple[int, int, int]:
        """Of the other tables: how many have a column of this plain name first, need it there, hold one value there."""
        own = self._by_name.get(collection)
        led, needed, constant = (counter[name] for counter in self._needs)
        if own is None:
            return led, needed, constant
        return led - (name in own.leading), needed - (name in own.needed), constant - (name in own.constant)


def tables_named(table: SampledTable) -> list[str]:
    """The other tables that columns of a table may name."""
    names = TableNames.of(table.tables)
    plain = plain_names(table.collection, tuple(table.by_name)).values()
    found = (name for column in plain for meaning in _meanings(column) for name in names.ending(meaning))
    return [name for name in dict.fromkeys(found) if name != table.collection]


def _meanings(column: str) -> Iterable[str]:
    """The words a column's name may mean, the longest first: `local_language_id` is a local language, or a language."""
    own = words(column)
    stem = id_stem(column)
    names = [joined_words(own)] if not is_generic(column) else []
    if stem:
        parts = own[:-1] if len(own) > 1 else (stem,)
        names += [joined_words(parts[start:]) for start in range(len(parts))]
        names += [joined_words(own[start:]) for start in range(1, len(own) - 1)]
    else:
        names += [joined_words(own[start:]) for start in range(1, len(own)) if not is_generic("_".join(own[start:]))]
    return dict.fromkeys(name for name in names if name)
