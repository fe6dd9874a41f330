"""What is known of a table before anything is proven: its declarations, its statistics, and one sample of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import cast

from core.domain.classify.identity import LONGEST_CODE
from core.domain.classify.kept import Kept
from core.domain.classify.same_code import any_blank, is_blank, meet

EXACT = "exact"
DECLARED = "declared"
SAMPLE = "sample"
STATISTICS = "statistics"
UNKNOWN = "unknown"

WHOLE_NUMBERS = ("smallint", "integer", "bigint")
# Their texts are neither long nor blank, have no spaces, and no two values differ in what is not seen.
SHORT_TYPES = frozenset((*WHOLE_NUMBERS, "uuid", "date", "boolean"))

Texts = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the catalogs show it.

    `generated` means that the database makes its values up; `usable` that its text does not depend on a session.
    `secret` columns hold passwords, tokens and the like: they are never read here.
    `null_fraction` and `distinct` are the server's statistics, which may be out of date.
    """

    name: str
    type: str
    not_null: bool = False
    generated: bool = False
    usable: bool = True
    secret: bool = False
    null_fraction: float | None = None
    distinct: float | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that a valid, non-partial, immediate unique index without expressions holds unique."""

    columns: tuple[str, ...]
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` name rows of `table`."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True)
class SampledTable(Kept):
    """A table with everything the suggester looks at.

    `sample` holds each column's texts, row by row; `whole` says that it is all rows there are. `rows` is exact then,
    an estimate otherwise, None where it is unknown. `shared_names` counts the other tables that have a column of
    the same name. `gateway_code` is the column whose values the company's gateway registers, where it was told one.
    """

    collection: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    referenced: frozenset[tuple[str, ...]] = frozenset()
    rows: int | None = None
    whole: bool = False
    sample: Mapping[str, Texts] = field(default_factory=dict)
    shared_names: Mapping[str, int] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()
    gateway_code: str | None = None

    @cached_property
    def size(self) -> int:
        """How many rows the sample has."""
        return len(next(iter(self.sample.values()), ()))

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def ordinals(self) -> Mapping[str, tuple[int, ...]]:
        """Each sampled column as numbers: equal texts, equal numbers. What combinations are counted on."""
        return _Ordinals(self.sample)

    @cached_property
    def values(self) -> Mapping[str, frozenset[str | None]]:
        """The different texts of each sampled column, and None where one is NULL."""
        return {name: frozenset(texts) for name, texts in self.sample.items()}

    @cached_property
    def distinct(self) -> Mapping[str, int]:
        """How many different texts each sampled column has, NULL apart."""
        return {name: len(values) - (None in values) for name, values in self.values.items()}

    @cached_property
    def unusable(self) -> Mapping[str, str]:
        """Why some columns cannot be part of an identity, as far as the sample shows."""
        found = {name: _unusable_because(self, name) for name in self.by_name}
        return {name: reason for name, reason in found.items() if reason}

    def declared(self, columns: tuple[str, ...]) -> Key | None:
        """The key over exactly these columns, in any order; the primary key before others."""
        same = [key for key in self.keys if set(key.columns) == set(columns)]
        return max(same, key=lambda key: key.primary, default=None)

    def is_set(self, columns: tuple[str, ...]) -> bool:
        """Whether the database itself keeps NULL out of these columns."""
        return all(self.by_name[name].not_null for name in columns)


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """The evidence of one column: counts are rows; `exactness` says where they come from.

    exact: every row was read. declared: the database enforces it. sample: estimated from a sample, and only a
    refutation is certain (`unique` is False or None). statistics: the server's own estimate. unknown: nothing is.
    """

    name: str
    type: str
    nulls: int | None
    empties: int | None
    distinct: int | None
    unique: bool | None
    exactness: str


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """The evidence of a table. `rows` is an estimate unless its columns are exact."""

    collection: str
    rows: int | None
    columns: tuple[ColumnStatistics, ...]


def statistics(table: SampledTable) -> TableStatistics:
    """Say of every column what its declarations, the sample and the statistics show, in this order of trust."""
    return TableStatistics(table.collection, table.rows, tuple(_column(table, column) for column in table.columns))


def unusable_because(table: SampledTable, name: str) -> str | None:
    """Why a column cannot be part of an identity, as far as the sample shows; None where nothing speaks against it."""
    return table.unusable.get(name)


def _unusable_because(table: SampledTable, name: str) -> str:
    if table.by_name[name].secret:
        return "it holds secrets"
    if not table.by_name[name].usable:
        return "the text of its type depends on session settings"
    texts = table.values.get(name, frozenset())
    if None in texts:
        return "NULL in some rows"
    short = table.by_name[name].type in SHORT_TYPES
    return "" if short else _unfit(cast("frozenset[str]", texts))  # as there is no None among them


def _unfit(texts: frozenset[str]) -> str:
    if any_blank(texts):
        return "empty or blank in some rows"
    longest = max(map(len, texts), default=0)
    return f"longer than {LONGEST_CODE} characters" if longest > LONGEST_CODE else ""


def has_twins(table: SampledTable, name: str) -> bool:
    """Whether two of a column's texts are the same code: by their own type's equality, too."""
    if table.by_name[name].type in SHORT_TYPES:
        return False
    texts = table.values.get(name, frozenset())
    texts = cast("frozenset[str]", texts if all(texts) else frozenset(filter(None, texts)))
    if table.by_name[name].type == "citext" and len({text.lower() for text in texts}) < len(texts):
        return True
    return meet(texts)


def _column(table: SampledTable, column: Column) -> ColumnStatistics:
    texts = table.sample.get(column.name)
    if texts is None:
        return _by_statistics(table, column)
    nulls, distinct = texts.count(None), table.distinct[column.name]
    empties = sum(is_blank(text) for text in texts if text is not None)
    if not column.usable:
        # Its text says nothing about equality: only the NULLs are known.
        shown = nulls if table.whole else _scaled(nulls, table)
        return ColumnStatistics(column.name, column.type, shown, None, None, None, EXACT if table.whole else SAMPLE)
    repeats = distinct < len(texts) - nulls
    if table.whole:
        return ColumnStatistics(column.name, column.type, nulls, empties, distinct, not repeats and not nulls, EXACT)
    if not nulls and not empties and table.declared((column.name,)) and column.not_null:
        return ColumnStatistics(column.name, column.type, 0, 0, table.rows, unique=True, exactness=DECLARED)
    refuted = False if repeats or nulls else None
    return ColumnStatistics(
        column.name,
        column.type,
        0 if column.not_null else _scaled(nulls, table),
        _scaled(empties, table),
        _estimated(column, table.rows),
        refuted,
        SAMPLE,
    )


def _by_statistics(table: SampledTable, column: Column) -> ColumnStatistics:
    known = column.null_fraction is not None and table.rows is not None
    nulls = round((column.null_fraction or 0) * (table.rows or 0)) if known else None
    distinct = _estimated(column, table.rows)
    return ColumnStatistics(column.name, column.type, nulls, None, distinct, None, STATISTICS if known else UNKNOWN)


def _scaled(count: int, table: SampledTable) -> int | None:
    return None if table.rows is None or not table.size else round(count * table.rows / table.size)


def _estimated(column: Column, rows: int | None) -> int | None:
    """The server's estimate of distinct values: below 0 it is a share of the rows."""
    if column.distinct is None or rows is None:
        return None
    return round(column.distinct if column.distinct >= 0 else -column.distinct * rows)


class _Ordinals(dict[str, tuple[int, ...]]):
    """Columns as numbers, each made when it is first asked for."""

    def __init__(self, sample: Mapping[str, Texts]) -> None:
        super().__init__()
        self._sample = sample

    def __missing__(self, name: str) -> tuple[int, ...]:
        texts = self._sample[name]
        numbers = dict(zip(dict.fromkeys(texts), count(), strict=False))
        self[name] = tuple(map(numbers.__getitem__, texts))
        return self[name]
