"""What the suggester is judged and trained on: tables whose key was declared, and is hidden."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.domain.classify.candidates import Columns
from core.domain.classify.column_statistics import SampledTable
from core.domain.classify.facts import ColumnFacts
from core.domain.classify.key_search import searched
from core.domain.classify.observations import Observations, observed
from core.domain.classify.surroundings import Surroundings, outline
from tests.bench.suggestions.samples import Database, hidden

_KEYS_WITH_IT = 5  # keys that a column must be part of to be held at one value
_ROWS_LEFT = 4

Key = frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A table without its constraints. `keys` were declared, the primary key first; empty where nobody declared one."""

    database: str
    table: SampledTable
    keys: Sequence[Key]
    around: Surroundings

    @property
    def composite(self) -> bool:
        """Whether the first key has several columns."""
        return len(self.keys[0]) > 1

    def candidates(self) -> list[tuple[Columns, Observations]]:
        """What the product considers, with what it sees."""
        facts = ColumnFacts(self.table, self.around)
        return [(columns, observed(facts, columns)) for columns in searched(facts)]


def keys_of(table: SampledTable) -> list[Key]:
    """The declared keys, the primary key first."""
    return [frozenset(key.columns) for key in sorted(table.keys, key=lambda key: not key.primary)]


def cases(database: Database) -> Iterator[Case]:
    """Every table with more than one row whose key's columns have a text; those without a key, too."""
    tables = tuple(map(hidden, database.tables))
    around = Surroundings(tuple(map(outline, tables)))
    for declared, table in zip(database.tables, tables, strict=True):
        keys = keys_of(declared)
        if table.size > 1 and all(table.by_name[name].usable for name in (keys[0] if keys else ())):
            yield Case(database.name, table, keys, around)


def held(database: Database) -> Iterator[Case]:
    """The same tables in a younger installation: one language, one version, one shop so far.

    For each column that is a part of many keys, but not the first: all tables are cut to the one of its values that
    most tables have. What is asked is still the declared key.
    """
    for name in sorted(_often_parts(database.tables)):
        values = Counter(text for table in database.tables for text in set(table.sample.get(name, ())) if text)
        value = max(values, key=lambda text: (values[text], text))
        cut = Database(database.name, tuple(_cut(table, name, value) for table in database.tables))
        for case in cases(cut):
            if len(case.table.sample.get(name, ())) < len(_whole(database, case.table.collection).sample.get(name, ())):
                yield case


def _whole(database: Database, collection: str) -> SampledTable:
    return next(table for table in database.tables if table.collection == collection)


def _often_parts(tables: Sequence[SampledTable]) -> list[str]:
    primary = [key.columns for table in tables for key in table.keys if key.primary and len(key.columns) > 1]
    parts = Counter(name for columns in primary for name in columns)
    behind = {name for columns in primary for name in columns[1:]}
    return [name for name, keys in parts.items() if keys >= _KEYS_WITH_IT and name in behind and name.endswith("_id")]


def _cut(table: SampledTable, name: str, value: str) -> SampledTable:
    """The rows that have the value, where the column is a part of the table's composite primary key."""
    if not any(key.primary and len(key.columns) > 1 and name in key.columns for key in table.keys):
        return table
    kept = [row for row, text in enumerate(table.sample[name]) if text == value]
    if len(kept) < _ROWS_LEFT or len(kept) == table.size:
        return table
    sample = {column: tuple(texts[row] for row in kept) for column, texts in table.sample.items()}
    return replace(table, sample=sample, rows=len(kept))
