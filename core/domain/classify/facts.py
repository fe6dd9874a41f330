"""What is known of each column before sets of them are compared: its name, its values, what other tables say of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, prod
from operator import mul

from core.domain.classify.column_names import (
    CHANGING,
    LABEL,
    NEUTRAL,
    OWN_CODE,
    OWN_ID,
    REFERENCE,
    TableNames,
    id_stem,
    is_audit,
    is_ordinal,
    kind,
    plain_names,
)
from core.domain.classify.column_statistics import WHOLE_NUMBERS, SampledTable, unusable_because
from core.domain.classify.kept import Kept
from core.domain.classify.surroundings import Surroundings

ORDINAL, AUDIT = "ordinal", "audit"
_PREFIX = 400  # rows that refute most combinations at a small price
_LOOKED_AT = 1000  # rows that show whether one column tells another
_COVERED = 0.1  # of the rows of a table: how many of them its children name at least
_HARDLY = 7.0  # nats: once in a thousand times by accident


@dataclass(frozen=True)
class ColumnFacts(Kept):
    """The columns of a table among other tables. What is counted is counted once.

    Sets of columns are numbers here, with one bit for each: hundreds of them are compared for a table.
    """

    table: SampledTable
    around: Surroundings

    @cached_property
    def plain(self) -> Mapping[str, str]:
        """The columns' names without a prefix that all have."""
        return plain_names(self.table.collection, tuple(self.table.by_name))

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """The part that each column may play: what its name says, corrected by who refers to whom."""
        return {column.name: self._role(column.name) for column in self.table.columns}

    @cached_property
    def usable(self) -> tuple[str, ...]:
        """The columns that may be part of an identity, in the table's order."""
        return tuple(column.name for column in self.table.columns if unusable_because(self.table, column.name) is None)

    @cached_property
    def unique(self) -> frozenset[str]:
        """The usable columns that are unique alone."""
        table = self.table
        return frozenset(name for name in self.usable if table.size and table.distinct[name] == table.size)

    @cached_property
    def constant(self) -> frozenset[str]:
        """The usable columns that hold one value."""
        return frozenset(name for name in self.usable if self.table.distinct.get(name) == 1)

    @cached_property
    def references(self) -> frozenset[str]:
        """The columns that name rows of other tables, by their names or by their values."""
        return frozenset(name for name, role in self.roles.items() if role == REFERENCE)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All columns, in the table's order."""
        return tuple(self.table.by_name)

    @cached_property
    def own_ids(self) -> frozenset[str]:
        """The ids of the table's own that are unique."""
        return frozenset(name for name in self.unique if self.roles[name] == OWN_ID)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each column's place, from 0."""
        return {name: at for at, name in enumerate(self.table.by_name)}

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """Each column as a set of one."""
        return {name: 1 << at for name, at in self.places.items()}

    def set_of(self, columns: Iterable[str]) -> int:
        """These columns, none of them twice, as one number."""
        return sum(map(self.bits.__getitem__, columns))

    @cached_property
    def unique_alone(self) -> int:
        """The set of the columns that are unique alone."""
        return self.set_of(self.unique)

    @cached_property
    def meetings(self) -> Mapping[str, float]:
        """The share of pairs of rows that meet in each usable column."""
        pairs = self.table.size * (self.table.size - 1) / 2
        counted = [name for name in self.usable if pairs and name not in self.unique]
        return dict.fromkeys(self.usable, 0.0) | {name: _meeting(self.table.sample[name]) / pairs for name in counted}

    def counting(self, name: str) -> tuple[int, ...]:
        """The values of a column that may count: whole numbers from 0 or 1, none larger than there are rows.

        Nothing of any other column.
        """
        return self.kept("counting", name, lambda: self._counting(name))

    def _counting(self, name: str) -> tuple[int, ...]:
        table = self.table
        if table.by_name[name].type not in WHOLE_NUMBERS or name in self.constant or name not in self.usable:
            return ()
        if max(map(len, filter(None, table.values[name])), default=0) > len(str(table.size)):
            return ()
        values = self.whole_numbers(name)
        return values if values and min(values) in (0, 1) and max(values) <= len(values) else ()

    def whole_numbers(self, name: str) -> tuple[int, ...]:
        """The values of a column of whole numbers but NULL; nothing of a column of another type."""
        if self.table.by_name[name].type not in WHOLE_NUMBERS:
            return ()
        return self.kept("whole", name, lambda: tuple(map(int, filter(None, self.table.sample[name]))))

    def determines(self, name: str, other: str) -> bool:
        """Whether a column that repeats tells another one's value wherever it repeats, and more than that."""
        table = self.table
        if table.size <= _LOOKED_AT and table.distinct[name] <= table.distinct[other]:
            return False  # as many values or fewer cannot tell more
        return self.tells(name, other) == 1 > self.tells(other, name)

    def is_unique(self, wanted: int) -> bool:
        """Whether no two rows of the sample are alike in these columns; counted only where nothing implies it."""
        found = self._known_sets.get(wanted)
        if found is None:
            found = self._known_sets[wanted] = self._is_unique(wanted)
        return found

    def accident(self, wanted: int) -> float:
        """How likely no two rows would meet in all columns of a set, were these independent of each other."""
        if wanted & self.unique_alone:
            return 1.0
        if wanted not in self._accidents:
            expected, meetings = self.table.size * (self.table.size - 1) / 2, self.meetings
            for name in self._names_of(wanted):
                expected *= meetings[name]
            self._accidents[wanted] = exp(-expected / 3)
        return self._accidents[wanted]

    def parents(self, name: str) -> tuple[tuple[str, str], ...]:
        """The unique columns of other tables that hold this column's values and agree in name."""
        return self.around.parents.get((self.table.collection, name), ())

    def children(self, name: str) -> int:
        """How many columns of other tables refer to this one."""
        return self.around.children.get((self.table.collection, name), 0)

    def needed_elsewhere(self, name: str) -> float:
        """The share of the other tables led by a column of this name that need it to be unique."""
        led, needed, _ = self._pattern(name)
        return needed / (led + 1)

    def patterned(self, name: str) -> float:
        """The same, with those where it holds one value so far."""
        led, needed, constant = self._pattern(name)
        return (needed + constant) / (led + 1)

    def _pattern(self, name: str) -> tuple[int, int, int]:
        return self.kept("pattern", name, lambda: self.around.pattern(self.table.collection, self.plain[name]))

    def tells(self, name: str, other: str) -> float:
        """How well a column that repeats tells another one's value: 1 where rows that are alike in it are so in both.

        0 where the other column agrees no more often than by itself, or so few rows are alike that it may be accident.
        """
        if name in self.unique:
            return 0.0
        found = self._told.get((name, other))
        if found is None:
            found = self._told[name, other] = self._tells(name, other)
        return found

    def _tells(self, name: str, other: str) -> float:
        table = self.table
        repeated = table.size - table.distinct[name]
        by_itself = self.meetings[other]
        if not 0 < by_itself < 1 or repeated * -log(by_itself) < _HARDLY:
            return 0.0
        own, others = table.ordinals[name][:_LOOKED_AT], table.ordinals[other][:_LOOKED_AT]
        alike = self.kept("alike", name, lambda: _meeting(own))
        both = _meeting(zip(own, others, strict=True))
        return max(0.0, (both / alike - by_itself) / (1 - by_itself)) if alike else 0.0

    def _is_unique(self, wanted: int) -> bool:
        if wanted & self.unique_alone or any(not smaller & ~wanted for smaller in self._unique_sets):
            return True
        if not wanted & (wanted - 1) or any(not wanted & ~larger for larger in self._refuted_sets):
            return False
        found = self._counted_unique(self._names_of(wanted))
        (self._unique_sets if found else self._refuted_sets).append(wanted)
        return found

    def _names_of(self, wanted: int) -> list[str]:
        return [name for name, bit in self.bits.items() if bit & wanted]

    @cached_property
    def _known_sets(self) -> dict[int, bool]:
        return {}

    @cached_property
    def _unique_sets(self) -> list[int]:
        return []

    @cached_property
    def _refuted_sets(self) -> list[int]:
        return []

    @cached_property
    def _accidents(self) -> dict[int, float]:
        return {}

    @cached_property
    def _told(self) -> dict[tuple[str, str], float]:
        return {}

    def _counted_unique(self, columns: list[str]) -> bool:
        table = self.table
        if prod(table.distinct[name] for name in columns) < table.size:
            return False
        ordinals = [table.ordinals[name] for name in columns]
        if table.size > _PREFIX:
            head = [numbers[:_PREFIX] for numbers in ordinals]
            if len(set(zip(*head, strict=True))) < _PREFIX:
                return False
        return len(set(zip(*ordinals, strict=True))) == table.size

    def _role(self, name: str) -> str:
        plain = self.plain[name]
        found = kind(plain, self.table.collection, self.table.tables)
        if is_audit(plain):
            return AUDIT
        parents, children = self.parents(name), self.children(name)
        if parents and not id_stem(plain) and self._may_only_count(name, parents):
            parents = ()
        if parents and not children and (found != OWN_ID or not self._is_head(plain)):
            return REFERENCE
        if found == REFERENCE and children and not parents:
            return OWN_ID
        if found == REFERENCE and not parents and not id_stem(plain) and self.around.outlines:
            found = NEUTRAL  # called like a table, but no id, and no table has its values
        return ORDINAL if found in (NEUTRAL, CHANGING, OWN_CODE, LABEL) and is_ordinal(plain) else found

    def _may_only_count(self, name: str, parents: Iterable[tuple[str, str]]) -> bool:
        """Whether small numbers, called like a table, are among its ids as any small numbers would be."""
        return bool(self.counting(name)) and self.table.distinct[name] < _COVERED * max(
            self.around.distinct(*parent) for parent in parents
        )

    def _is_head(self, name: str) -> bool:
        """Whether the words before an id are the last ones of the table's name, or there are none."""
        return TableNames.of(self.table.tables).joined(self.table.collection).endswith(id_stem(name))


def _meeting(values: Iterable[object]) -> float:
    """How many pairs of equal values there are."""
    counts = Counter(values).values()
    return float(sum(map(mul, counts, counts)) - sum(counts)) / 2
