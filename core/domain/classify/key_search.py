"""The identities worth considering where nothing is declared: what the sample does not refute.

Not only the smallest: a column that holds one value so far, a language or a shop, may be part of the key none the less.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from core.domain.classify.candidates import Columns
from core.domain.classify.column_names import CHANGING, LABEL, OWN_CODE, OWN_ID, REFERENCE
from core.domain.classify.column_statistics import has_twins
from core.domain.classify.facts import AUDIT, ORDINAL, ColumnFacts

_LONGEST_RUN = 7
_WIDEST, _WIDEST_REFERENCES = 3, 5
_COMBINED, _REFERENCES = 10, 9  # columns that are combined: combinations grow with their power
_MOST = 400  # candidates
_MANY_ROWS = 50  # from which on what is unique alone is hardly so by accident
_FIRST_RUN = 4  # leading columns that are always considered
_TOLD = (CHANGING, LABEL, AUDIT)


def searched(facts: ColumnFacts) -> list[Columns]:
    """Every set of columns that is worth a score, each in the table's order."""
    found: dict[int, Columns] = {}
    for columns, wanted in _considered(facts):
        if wanted not in found and facts.is_unique(wanted) and not _is_padded(facts, columns, wanted):
            found[wanted] = columns
            if len(found) == _MOST:
                break
    return list(found.values())


def _is_padded(facts: ColumnFacts, columns: Columns, wanted: int) -> bool:
    """Whether a column that is unique alone, in many rows, stands among two or more that nothing asks for.

    A column of one value so far may be part of the key, and what other tables' keys need, and the leading columns.
    """
    alone = wanted & facts.unique_alone
    if not alone or len(columns) <= 2 or facts.table.size < _MANY_ROWS:  # noqa: PLR2004 - beside it, one column
        return False
    if len(columns) <= _FIRST_RUN and not wanted & (wanted + 1):
        return False
    alone_only = not alone & (alone - 1)  # without it, the others may not tell the rows apart
    spare = [name for name in columns if name not in facts.constant and not (alone_only and name in facts.unique)]
    return len(spare) > 1 and not all(facts.needed_elsewhere(name) for name in spare)


def _considered(facts: ColumnFacts) -> Iterator[tuple[Columns, int]]:
    """In the order of trust: single columns, leading runs, references together, small combinations; with their sets."""
    alone = (name for name in facts.usable if name in facts.unique and not has_twins(facts.table, name))
    yield from (((name,), facts.bits[name]) for name in alone)
    yield from _runs(facts)
    worth = [name for name in facts.usable if facts.roles[name] not in _TOLD]
    parts = sorted(_likely(facts, worth)[:_REFERENCES], key=facts.places.__getitem__)
    for width in range(2, _WIDEST_REFERENCES + 1):
        yield from ((columns, facts.set_of(columns)) for columns in combinations(parts, width))
    free = [name for name in facts.usable if name not in facts.unique]
    free = sorted(_likely(facts, free)[:_COMBINED], key=facts.places.__getitem__)
    smaller: list[int] = []
    for width in range(2, _WIDEST + 1):
        for columns in combinations(free, width):
            wanted = facts.set_of(columns)
            if all(each & ~wanted for each in smaller) and facts.is_unique(wanted):
                smaller.append(wanted)
                yield columns, wanted


def _runs(facts: ColumnFacts) -> Iterator[tuple[Columns, int]]:
    """The leading columns, with the first one or without it."""
    unusable = ~facts.set_of(facts.usable)
    for start in (0, 1):
        for width in range(2, _LONGEST_RUN + 1):
            run = facts.names[start : start + width]
            wanted = facts.set_of(run)
            if len(run) < width or wanted & unusable:
                break
            if facts.roles[run[-1]] in _TOLD and wanted & ~facts.bits[run[-1]] & facts.unique_alone:
                break  # a trait beside what is unique alone
            yield run, wanted


_ORDER = {REFERENCE: 0, ORDINAL: 0, OWN_ID: 0, OWN_CODE: 1, AUDIT: 4, LABEL: 3, CHANGING: 3}


def _likely(facts: ColumnFacts, names: Sequence[str]) -> list[str]:
    """The columns most likely to be parts first: those that name rows, then in the table's order."""
    return sorted(names, key=lambda name: (_ORDER.get(facts.roles[name], 2), facts.places[name]))
