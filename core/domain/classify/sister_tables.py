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
        if not self._alike:
            return None
        own = _Likeness.of(collection, columns)
        alike = [
            name for other, names in self._alike.items() if own.is_sister(other) for name in names if name != collection
        ]
        found = Sisters(
            collection,
            *({name: each[name] for name in alike if name in each} for each in (self._chosen, self._rejected)),
        )
        return found if found.chosen or found.rejected else None

    @cached_property
    def _alike(self) -> Mapping["_Likeness", Sequence[str]]:
        """The decided tables by what they are alike by: of thousands, many have it in common."""
        found: defaultdict[_Likeness, list[str]] = defaultdict(list)
        for name in dict.fromkeys([*self.chosen, *(name for name, _ in self.rejected)]):
            found[_Likeness.of(name, self.columns.get(name, ()))].append(name)
        return found

    @cached_property
    def _chosen(self) -> Mapping[str, Collection[Shape]]:
        return _by_table(self.chosen.items())

    @cached_property
    def _rejected(self) -> Mapping[str, Collection[Shape]]:
        return _by_table(self.rejected)


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


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What a table is alike another one by: the first word of its name, the last one, and its columns."""

    beginning: str
    ending: str
    columns: Shape

    @classmethod
    def of(cls, collection: str, columns: Collection[str]) -> "_Likeness":
        """Of a table. Years and other numbers end no name, and a name of one word has no ending."""
        own = words(collection)
        named = [word for word in own if not word.isdecimal()]
        ending = singular(named[-1]) if len(own) > 1 and named else ""
        return cls(own[0] if own else "", ending, _shape(collection, columns))

    def is_sister(self, other: "_Likeness") -> bool:
        """Whether names end alike; or columns are the same, or most of them where names begin alike."""
        if self.ending and self.ending == other.ending:
            return True
        if min(len(self.columns), len(other.columns)) < _SOME_COLUMNS:
            return False
        least = _SAME_PREFIX if self.beginning == other.beginning else _SAME
        both = len(self.columns & other.columns)
        return both >= max(_SOME_COLUMNS, least * (len(self.columns) + len(other.columns) - both))


def _by_table(decisions: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[str, Collection[Shape]]:
    found: defaultdict[str, set[Shape]] = defaultdict(set)
    for name, columns in decisions:
        found[name].add(_shape(name, columns))
    return found


def _shape(collection: str, columns: Collection[str]) -> Shape:
    """Names of columns; what is called after the table itself is the same in every table."""
    own = joined_words(words(collection))
    stems = {name: id_stem(name) for name in columns}
    return frozenset(
        "its own" if stem and own.startswith(stem) else joined_words(words(name)) for name, stem in stems.items()
    )
