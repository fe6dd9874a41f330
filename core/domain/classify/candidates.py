"""The identities worth considering: what is declared, and what the sample does not refute. Pure counting."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from operator import itemgetter

from core.domain.classify.column_names import CHANGING, REFERENCE, is_audit, is_birth, is_measure, is_ordinal, kind
from core.domain.classify.column_statistics import SampledTable, has_twins, unusable_because

WIDEST = 3  # columns of a searched combination
_LONGEST_RUN = 4
# More columns than this are not combined: combinations grow with the cube, and rows are not identified by them.
_COMBINED = 12
_PREFIX = 400  # rows that refute most combinations at a small price
# Further columns that a junction may have before it is an event with a life of its own.
_BURDEN = 2
_RUNS, _TORN_RUNS = 0.95, 0.5
_CHILDREN = 1.3  # rows per parent, on average, below which a running number shows nothing

Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table as a whole looks like: `references` are its columns that name rows of other tables.

    `junction` are the references that it does little else than to join, `numbered` a parent and the number that runs
    within it; both are empty where there is no such thing. `surrogates` are made-up values of the table's own.
    """

    references: frozenset[str]
    kinds: dict[str, str]
    junction: Columns
    numbered: Columns
    surrogates: frozenset[str]

    @property
    def structure(self) -> Columns:
        """What the rows are by the table's shape alone, where it has one."""
        return self.junction or self.numbered


def shape_of(table: SampledTable) -> Shape:
    """Read the table's shape from its foreign keys, or, where none are declared, from its columns' names."""
    return table.kept("shape", "", lambda: _shape_of(table))


def _shape_of(table: SampledTable) -> Shape:
    kinds = {column.name: kind(column.name, table.collection, table.tables) for column in table.columns}
    declared = {name for reference in table.references for name in reference.columns if len(reference.columns) == 1}
    references = declared or {name for name, found in kinds.items() if found == REFERENCE}
    references -= {name for name in references if is_audit(name)}
    surrogates = frozenset(name for name in table.by_name if _is_surrogate(table, name, references))
    junction = _junction(table, references, surrogates)
    return Shape(frozenset(references), kinds, junction, _numbered(table, references), surrogates)


def candidates(table: SampledTable, shape: Shape) -> list[Columns]:
    """Every set of columns that may identify the rows: set in all of them, and not refuted by the sample."""
    usable = [column.name for column in table.columns if unusable_because(table, column.name) is None]
    found: dict[frozenset[str], Columns] = {}
    for columns in _considered(table, shape, usable):
        if frozenset(columns) not in found and is_unique(table, columns) and not _twins(table, columns):
            found[frozenset(columns)] = columns
    return list(found.values())


def is_unique(table: SampledTable, columns: Columns) -> bool:
    """Whether no two rows of the sample have the same texts; without rows, whether the columns are declared so."""
    if not table.size:
        return table.declared(columns) is not None
    if any(name not in table.sample for name in columns):
        return False  # secrets are not read
    ordinals = [table.ordinals[name] for name in columns]
    if len(ordinals) == 1:
        return table.distinct[columns[0]] == table.size
    if prod(table.distinct[name] for name in columns) < table.size:
        return False
    head = [numbers[:_PREFIX] for numbers in ordinals]
    return len(set(zip(*head, strict=True))) == len(head[0]) and len(set(zip(*ordinals, strict=True))) == table.size


def is_enumerated(table: SampledTable, parent: str, number: str) -> bool:
    """Whether a column numbers the rows of each parent, from 0 or 1, without gaps in nearly all of them.

    A sample of pages tears parents apart: there half of them are enough.
    """
    values = table.values[number]
    if None in values or not all(map(str.isdecimal, values)):  # type: ignore[arg-type]  # there is no None
        return False
    owners = table.ordinals[parent]
    if not owners or table.size < _CHILDREN * (max(owners) + 1):
        return False
    known = {text: int(text) for text in values}  # type: ignore[arg-type]  # as above
    ordered = sorted(set(zip(owners, map(known.__getitem__, table.sample[number]), strict=True)))
    least, most = dict(reversed(ordered)), dict(ordered)
    runs = Counter(map(itemgetter(0), ordered))
    whole = sum(least[each] in (0, 1) and most[each] - least[each] + 1 == length for each, length in runs.items())
    return whole >= (_RUNS if table.whole else _TORN_RUNS) * len(runs)


def _considered(table: SampledTable, shape: Shape, usable: Sequence[str]) -> Iterator[Columns]:
    """In the order of trust: declared keys, single columns, references, leading runs, small combinations."""
    known = set(usable)
    yield from (_ordered(table, key.columns) for key in table.keys if set(key.columns) <= known)
    yield from ((name,) for name in usable)
    if not table.size:
        return
    free = [name for name in usable if not is_unique(table, (name,)) or _tells_apart(table, name)]
    references = tuple(name for name in free if name in shape.references)
    if len(references) > 1:
        yield references
    for width in range(2, _LONGEST_RUN + 1):
        if len(free) >= width:
            yield tuple(free[:width])
    yield from _minimal(table, _worth_combining(free, shape))


def _minimal(table: SampledTable, names: Sequence[str]) -> Iterator[Columns]:
    """Combinations of up to WIDEST columns, none of which holds a smaller unique one."""
    found: list[set[str]] = []
    for width in range(2, WIDEST + 1):
        for columns in combinations(names, width):
            if not any(smaller <= set(columns) for smaller in found) and is_unique(table, columns):
                found.append(set(columns))
                yield columns


def _worth_combining(free: Iterable[str], shape: Shape) -> list[str]:
    """The columns most likely to be parts, in the table's order: described and measured ones come last."""
    names = list(free)
    likely = sorted(range(len(names)), key=lambda at: (shape.kinds[names[at]] == CHANGING, at))[:_COMBINED]
    return [names[at] for at in sorted(likely)]


def _tells_apart(table: SampledTable, name: str) -> bool:
    """Whether a column is a moment of birth in a table without keys.

    That moments differ shows nothing; but such a moment never changes, and tells rows of one name apart.
    """
    return not table.keys and is_birth(name) and table.by_name[name].type.startswith(("timestamp", "date"))


def _numbered(table: SampledTable, references: Iterable[str]) -> Columns:
    if not table.size:
        return ()
    numbers = [
        column.name
        for column in table.columns
        if column.type in ("smallint", "integer", "bigint")
        and is_ordinal(column.name)
        and column.name not in references
        and column.name in table.sample
    ]
    for parent in (name for name in table.by_name if name in set(references) and name in table.sample):
        for number in numbers:
            if is_enumerated(table, parent, number) and is_unique(table, (parent, number)):
                return parent, number
    return ()


def _ordered(table: SampledTable, columns: Columns) -> Columns:
    """A key's columns in the table's order, unless the key is declared in another."""
    places = list(table.by_name)
    return tuple(columns) if len(columns) > 1 else tuple(sorted(columns, key=places.index))


def _twins(table: SampledTable, columns: Columns) -> bool:
    return len(columns) == 1 and has_twins(table, columns[0])


def _is_surrogate(table: SampledTable, name: str, references: Iterable[str]) -> bool:
    """A made-up number or uuid of the table's own: it identifies, and says nothing."""
    column = table.by_name[name]
    if name in references:
        return False
    alone = table.declared((name,))
    own_number = column.type in ("uuid", "smallint", "integer", "bigint") and (alone is not None and alone.primary)
    return own_number or column.generated or (column.type == "uuid" and kind(name, table.collection, ()) == "own id")


def _junction(table: SampledTable, references: Iterable[str], surrogates: Iterable[str]) -> Columns:
    """The references of a table that does little else than to join them; empty for any other table."""
    columns = tuple(column.name for column in table.columns if column.name in set(references))
    rest = [
        column.name
        for column in table.columns
        if column.name not in columns and column.name not in surrogates and not is_audit(column.name)
    ]
    first = not table.keys and bool(rest) and table.columns[0].name == rest[0] and _looks_surrogate(table, rest[0])
    rest = rest[1:] if first else rest
    joins = 1 < len(columns) <= WIDEST and len(rest) <= _BURDEN
    return columns if joins and not any(_is_of_its_own(table, name) for name in rest) else ()


def _is_of_its_own(table: SampledTable, name: str) -> bool:
    """Whether a column gives a row a life beside what it joins: a measure, a number, a code that no other row has."""
    return is_measure(name) or is_ordinal(name) or (table.size > _BURDEN and is_unique(table, (name,)))


def _looks_surrogate(table: SampledTable, name: str) -> bool:
    return kind(name, table.collection, ()) == "own id" and (not table.size or is_unique(table, (name,)))
