"""What people decided for sister tables: those that are called alike, or that have the same columns."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.domain.classify.column_names import id_stem, joined_words, singular, words

_SOME_COLUMNS = 3  # columns below which that they are the same says nothing
_SAME, _SAME_PREFIX = 0.8, 0.5  # of two tables' columns: those that both have, where their names begin alike or do not

Shape = frozenset[str]


@dataclass(frozen=True)
class Decisions:
    """`chosen` are the identities that people gave to collections of this database, by their columns.

    `rejected` are those that they decided against, of which a collection may have several. `columns` are all columns
    of the tables of both, as far as they are known.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: Sequence[tuple[str, tuple[str, ...]]] = ()
    columns: Mapping[str, Collection[str]] = field(default_factory=dict)

    def of(self, collection: str, columns: Collection[str]) -> "Sisters | None":
        """What was decided for the sisters of a table with these columns; None where nothing was."""
        if not self._shapes:
            return None
        ending, own = _ending(collection), _shape(collection, columns)
        alike = {
            name
            for name, shape in self._shapes.items()
            if name != collection and ((ending and ending == _ending(name)) or _are_same(collection, own, name, shape))
        }
        found = Sisters(collection, *(_by_table(alike, each) for each in (self.chosen.items(), self.rejected)))
        return found if found.chosen or found.rejected else None

    @cached_property
    def _shapes(self) -> Mapping[str, Shape]:
        """The decided tables, each with the shape of its columns."""
        decided = dict.fromkeys([*self.chosen, *(name for name, _ in self.rejected)])
        return {name: _shape(name, self.columns.get(name, ())) for name in decided}


@dataclass(frozen=True, slots=True)
class Sisters:
    """The decisions for the sisters of a collection: by table, the shapes of what was chosen, and rejected."""

    collection: str
    chosen: Mapping[str, Collection[Shape]]
    rejected: Mapping[str, Collection[Shape]]

    def chosen_alike(self, columns: Sequence[str]) -> float:
        """The share of the sisters that people gave a like identity."""
        return self._share(columns, self.chosen)

    def rejected_alike(self, columns: Sequence[str]) -> float:
        """The share of the sisters, of those where people decided against an identity, that rejected a like one."""
        return self._share(columns, self.rejected)

    def _share(self, columns: Sequence[str], decisions: Mapping[str, Collection[Shape]]) -> float:
        """One sister alone is not yet all."""
        shape = _shape(self.collection, columns)
        return sum(shape in each for each in decisions.values()) / (len(decisions) + 1)


def _by_table(wanted: Collection[str], decisions: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, set[Shape]]:
    found: defaultdict[str, set[Shape]] = defaultdict(set)
    for name, columns in decisions:
        if name in wanted:
            found[name].add(_shape(name, columns))
    return dict(found)


def _ending(collection: str) -> str:
    """The last word of a table's name, years and other numbers apart; nothing of a name of one word."""
    own = words(collection)
    named = [word for word in own if not word.isdecimal()]
    return singular(named[-1]) if len(own) > 1 and named else ""


def _are_same(collection: str, own: Shape, other: str, others: Shape) -> bool:
    """Whether two tables have the same columns, or most of them where their names begin with the same word."""
    if min(len(own), len(others)) < _SOME_COLUMNS:
        return False
    least = _SAME_PREFIX if words(collection)[:1] == words(other)[:1] else _SAME
    return len(own & others) >= max(_SOME_COLUMNS, least * len(own | others))


def _shape(collection: str, columns: Collection[str]) -> Shape:
    """Names of columns; what is called after the table itself is the same in every table."""
    own = joined_words(words(collection))
    stems = {name: id_stem(name) for name in columns}
    return frozenset(
        "its own" if stem and own.startswith(stem) else joined_words(words(name)) for name, stem in stems.items()
    )
