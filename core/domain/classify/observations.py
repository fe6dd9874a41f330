"""What is seen of a set of columns where no key is declared: each observation in words, with a number, most 0 or 1.

What an observation weighs stands in points.py. None of them decides alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import exp

from core.domain.classify.candidates import Columns
from core.domain.classify.column_names import CHANGING, LABEL, OWN_CODE, OWN_ID, REFERENCE, id_stem, words
from core.domain.classify.facts import AUDIT, WHOLE_NUMBERS, ColumnFacts
from core.domain.classify.scores import share_of_uuids

Observations = dict[str, float]

_MOMENT = re.compile(r" ?\d{1,2}:\d\d|\d{4}-\d\d-\d\d")
_FRACTIONS = ("numeric", "real", "double")
_MOMENTS = ("timestamp", "time", "date", "interval")
_TEXTS = ("text", "character")
_KEYS = (OWN_ID, OWN_CODE, REFERENCE)
_TOLD = (CHANGING, LABEL, AUDIT)
_MOST, _MANY, _SOME = 0.9, 0.5, 0.1
_LONG = 40  # letters of a text that is prose
_FEW_ROWS = 30  # the rows at which what chance may explain has faded to a third
_CHILDREN = 1.2  # rows per parent, on average, below which a running number shows nothing
_LOOKED_AT = 300  # texts of a column
_FAR, _PASSED = 6, 4  # places beyond which it makes no difference
_DENSE, _SLACK = 2, 10  # numbers per row that still are without gaps


def observed(facts: ColumnFacts, columns: Columns) -> Observations:
    """What is seen of a candidate. What is not seen is left out."""
    found = _single(facts, columns[0]) if len(columns) == 1 else _several(facts, columns)
    return {name: float(value) for name, value in found.items() if value}


def _single(facts: ColumnFacts, name: str) -> Observations:
    place = facts.places[name]
    return {
        f"alone: {facts.roles[name]}": 1.0,
        "first column": place == 0,
        "far from the first column": min(place, _FAR) / _FAR,
        "numbers without gaps": _is_dense(facts, name),
        "whole numbers": facts.table.by_name[name].type in WHOLE_NUMBERS,
        "uuids": share_of_uuids(_looked_at(facts, name)) >= _MOST,
        "long or spaced texts": _is_prose(facts, name),
        "a measure or a moment": _is_measured(facts, name),
        "other tables refer to it": facts.children(name) > 0,
        "its values are another table's": bool(facts.parents(name)),
        "few rows": exp(-facts.table.size / _FEW_ROWS),
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """What is seen of a column as a part, whatever the others are. `told_by` are columns that tell it and more."""

    seen: tuple[tuple[str, float], ...]
    stem: str
    kind_of: str
    told_by: frozenset[str]


def _part(facts: ColumnFacts, name: str) -> _Part:
    plain = facts.plain[name]
    seen = {
        f"part: {facts.roles[name]}": 1.0,
        "a part is a measure or a moment": _is_measured(facts, name),
        "a part has long or spaced texts": _is_prose(facts, name),
        "a part is needed in other tables' keys": facts.needed_elsewhere(name),
    }
    return _Part(
        tuple((what, float(value)) for what, value in seen.items()),
        id_stem(plain),
        _kind_of(plain),
        frozenset(_telling(facts, name)),
    )


def _telling(facts: ColumnFacts, name: str) -> Iterator[str]:
    """The columns that tell this one and more: the row's thing, of which this is a trait."""
    for other in facts.usable:
        is_key = other != name and facts.roles[other] in _KEYS and other not in facts.unique
        if is_key and facts.tells(other, name) == 1 > facts.tells(name, other):
            yield other


def _several(facts: ColumnFacts, columns: Columns) -> Observations:
    found: defaultdict[str, float] = defaultdict(float)
    rests = {name: tuple(other for other in columns if other != name) for name in columns}
    idle = [name for name, rest in rests.items() if facts.are_unique(rest)]
    parts = [facts.kept("part", name, partial(_part, facts, name)) for name in columns]
    stems = {part.stem for part in parts}
    for name, part in zip(columns, parts, strict=True):
        for what, value in part.seen:
            found[what] += value
        found["a type beside its id"] += part.kind_of in stems
        found["a part is told by a column that is left out"] += not part.told_by.issubset(columns)
        rest = rests[name]
        if name not in idle:
            counting = not idle and facts.roles[name] != REFERENCE and name in facts.numbers
            found["counts the rows of the rest"] += counting and _is_counted(facts, rest, name)
        elif name in facts.constant:
            found["not needed yet: one value so far"] += 1
            found["not needed yet: one value so far, a reference"] += facts.roles[name] == REFERENCE
        else:
            found["not needed"] += 1
            found["not needed, and told by another part"] += max(facts.tells(other, name) for other in rest)
            found["not needed here, but in other tables' keys"] += facts.needed_elsewhere(name)
            found["not needed, and the rest is unlikely unique by accident"] += 1 - _accident(facts, rest)
    found["counts the rows of the rest"] = min(found["counts the rows of the rest"], 1)
    patterns = [facts.patterned(name) for name in idle if name in facts.constant]
    found["one value so far, key columns elsewhere"] = min(patterns, default=0.0)
    return found | _arrangement(facts, columns)


def _arrangement(facts: ColumnFacts, columns: Columns) -> Observations:
    """How the columns stand in the table, and what they leave out."""
    names, places = facts.names, [facts.places[name] for name in columns]
    leading = places == list(range(len(places)))
    following = facts.roles[names[len(columns)]] if leading and len(columns) < len(names) else ""
    passed = (name for name in names[: max(places)] if name not in columns)
    first_is_id = names[0] in facts.own_ids
    return {
        "leading columns": leading,
        "leading columns, other kinds follow": leading and following not in _KEYS,
        "the first column is left out": places[0] != 0,
        "columns passed over": min(sum(facts.roles[name] not in _TOLD for name in passed), _PASSED),
        "all columns, and all are references": len(columns) == len(names) == len(facts.references),
        "holds the table's own id": not facts.own_ids.isdisjoint(columns),
        "beside the table's own id": first_is_id and names[0] not in columns,
        "may be unique by accident": _accident(facts, columns),
    }


def _accident(facts: ColumnFacts, columns: Columns) -> float:
    """How likely no two rows would meet in all columns, were these independent of each other."""
    expected = facts.table.size * (facts.table.size - 1) / 2
    for name in columns:
        expected *= facts.meetings[name]
    return exp(-expected / 3)


@cache
def _kind_of(name: str) -> str:
    """What a column tells the type of: `item` for item_type."""
    own = words(name)
    return id_stem("_".join((*own[:-1], "id"))) if len(own) > 1 and own[-1] == "type" else "-"


def _is_counted(facts: ColumnFacts, rest: Columns, number: str) -> bool:
    """Whether a column counts 0 or 1 to n among the rows that are alike in the rest, nearly everywhere."""
    table = facts.table
    owners = list(zip(*(table.ordinals[name] for name in rest), strict=True))
    if table.size < _CHILDREN * len(set(owners)):
        return False
    runs: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for owner, value in zip(owners, facts.numbers[number], strict=True):
        runs[owner].append(value)
    whole = 0
    for run in runs.values():
        # Pages tear the rows of one owner apart: there a run may begin anywhere.
        begins = min(run) in (0, 1) or not table.whole
        whole += begins and max(run) - min(run) + 1 == len(set(run))
    return whole >= (_MOST if table.whole else _MANY) * len(runs)


def _is_dense(facts: ColumnFacts, name: str) -> bool:
    texts = [text for text in facts.table.sample[name] if text]
    if len(texts) <= _DENSE or not all(map(str.isdecimal, texts)):
        return False
    numbers = [int(text) for text in texts]
    rows = facts.table.rows if facts.table.rows and not facts.table.whole else len(numbers)
    return max(numbers) - min(numbers) < _DENSE * rows + _SLACK


def _is_prose(facts: ColumnFacts, name: str) -> bool:
    return facts.kept("prose", name, lambda: _are_prose(_looked_at(facts, name)))


def _are_prose(texts: Sequence[str]) -> bool:
    if not texts or (" " not in "".join(texts) and max(map(len, texts)) <= _LONG):
        return False
    return sum(len(text) > _LONG or " " in text.strip() for text in texts) > _MANY * len(texts)


def _is_measured(facts: ColumnFacts, name: str) -> bool:
    """Whether a column holds fractions, moments or truth values: what is measured or told of a row."""
    kind = facts.table.by_name[name].type
    if kind.startswith(_MOMENTS) or kind == "boolean":
        return True
    if kind.startswith(_TEXTS):
        return facts.kept("moment", name, lambda: _are_moments(_looked_at(facts, name)))
    return kind.startswith(_FRACTIONS) and facts.kept("fraction", name, lambda: _are_fractions(_looked_at(facts, name)))


def _are_moments(texts: Sequence[str]) -> bool:
    return bool(texts) and len(list(filter(_MOMENT.match, texts))) >= _MOST * len(texts)


def _are_fractions(texts: Sequence[str]) -> bool:
    return bool(texts) and sum("." in text for text in texts) > _SOME * len(texts)


def _looked_at(facts: ColumnFacts, name: str) -> list[str]:
    return [text for text in facts.table.sample.get(name, ())[:_LOOKED_AT] if text]
