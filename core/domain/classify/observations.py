"""What is seen of a set of columns where no key is declared: each observation in words, with a number, most 0 or 1.

What an observation weighs stands in points.py. None of them decides alone.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import exp

from core.domain.classify.candidates import Columns
from core.domain.classify.column_names import CHANGING, LABEL, OWN_CODE, OWN_ID, REFERENCE, id_stem, words
from core.domain.classify.facts import AUDIT, WHOLE_NUMBERS, ColumnFacts

Observations = dict[str, float]

_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_MOMENT = re.compile(r" ?\d{1,2}:\d\d|\d{4}-\d\d-\d\d")
_FRACTIONS = ("numeric", "real", "double")
_MOMENTS = ("timestamp", "time", "date", "interval")
_TEXTS = ("text", "character")
_KEYS = (OWN_ID, OWN_CODE, REFERENCE)
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
        "uuids": _share(facts, name, lambda text: bool(_UUID.fullmatch(text))) >= _MOST,
        "long or spaced texts": _is_prose(facts, name),
        "a measure or a moment": _is_measured(facts, name),
        "other tables refer to it": facts.children(name) > 0,
        "its values are another table's": bool(facts.parents(name)),
        "few rows": exp(-facts.table.size / _FEW_ROWS),
    }


def _several(facts: ColumnFacts, columns: Columns) -> Observations:
    found: defaultdict[str, float] = defaultdict(float)
    idle = [name for name in columns if facts.are_unique([other for other in columns if other != name])]
    stems = {id_stem(facts.plain[name]) for name in columns}
    for name in columns:
        found[f"part: {facts.roles[name]}"] += 1
        found["a part is a measure or a moment"] += _is_measured(facts, name)
        found["a part has long or spaced texts"] += _is_prose(facts, name)
        found["a part is needed in other tables' keys"] += facts.needed_elsewhere(name)
        found["a type beside its id"] += _kind_of(facts.plain[name]) in stems
        rest = tuple(other for other in columns if other != name)
        found["a part is told by a column that is left out"] += _is_told_outside(facts, columns, name)
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
    names, places = list(facts.places), [facts.places[name] for name in columns]
    leading = places == list(range(len(places)))
    following = facts.roles[names[len(columns)]] if leading and len(columns) < len(names) else ""
    passed = [name for name in names[: max(places)] if name not in columns]
    told = (CHANGING, LABEL, AUDIT)
    first_is_id = names[0] in facts.unique and facts.roles[names[0]] == OWN_ID
    return {
        "leading columns": leading,
        "leading columns, other kinds follow": leading and following not in _KEYS,
        "the first column is left out": places[0] != 0,
        "columns passed over": min(sum(facts.roles[name] not in told for name in passed), _PASSED),
        "all columns, and all are references": len(columns) == len(names) == len(facts.references),
        "holds the table's own id": any(name in facts.unique and facts.roles[name] == OWN_ID for name in columns),
        "beside the table's own id": first_is_id and names[0] not in columns,
        "may be unique by accident": _accident(facts, columns),
    }


def _accident(facts: ColumnFacts, columns: Columns) -> float:
    """How likely no two rows would meet in all columns, were these independent of each other."""
    expected = facts.table.size * (facts.table.size - 1) / 2
    for name in columns:
        expected *= facts.meetings[name]
    return exp(-expected / 3)


def _is_told_outside(facts: ColumnFacts, columns: Columns, name: str) -> bool:
    """Whether a column that is left out tells this one and more: the row's thing, of which this is a trait."""
    left = (other for other in facts.usable if facts.roles[other] in _KEYS and other not in facts.unique)
    return any(facts.tells(other, name) == 1 > facts.tells(name, other) for other in left if other not in columns)


def _kind_of(name: str) -> str:
    """What a column tells the type of: `item` for item_type."""
    own = words(name)
    return id_stem("_".join((*own[:-1], "id"))) if len(own) > 1 and own[-1] == "type" else "-"


def _is_counted(facts: ColumnFacts, rest: Columns, number: str) -> bool:
    """Whether a column counts 0 or 1 to n among the rows that are alike in the rest, nearly everywhere."""
    table = facts.table
    runs: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    owners = zip(*(table.ordinals[name] for name in rest), strict=True)
    for owner, value in zip(owners, facts.numbers[number], strict=True):
        runs[owner].append(value)
    if table.size < _CHILDREN * len(runs):
        return False
    whole = 0
    for run in runs.values():
        # Pages tear the rows of one owner apart: there a run may begin anywhere.
        begins = min(run) in (0, 1) or not table.whole
        whole += begins and max(run) - min(run) + 1 == len(set(run))
    return whole >= (_MOST if table.whole else _MANY) * len(runs)


def _is_dense(facts: ColumnFacts, name: str) -> bool:
    texts = [text for text in facts.table.sample[name] if text]
    if len(texts) <= _DENSE or not all(text.isdecimal() for text in texts):
        return False
    numbers = [int(text) for text in texts]
    rows = facts.table.rows if facts.table.rows and not facts.table.whole else len(numbers)
    return max(numbers) - min(numbers) < _DENSE * rows + _SLACK


def _is_prose(facts: ColumnFacts, name: str) -> bool:
    def look() -> bool:
        return _share(facts, name, lambda text: " " in text.strip() or len(text) > _LONG) > _MANY

    return facts.trait("prose", name, look)


def _is_measured(facts: ColumnFacts, name: str) -> bool:
    """Whether a column holds fractions, moments or truth values: what is measured or told of a row."""
    kind = facts.table.by_name[name].type
    if kind.startswith(_MOMENTS) or kind == "boolean":
        return True
    if kind.startswith(_TEXTS):
        return facts.trait("moment", name, lambda: _share(facts, name, _is_moment) >= _MOST)
    return kind.startswith(_FRACTIONS) and facts.trait(
        "fraction", name, lambda: _share(facts, name, lambda text: "." in text) > _SOME
    )


def _is_moment(text: str) -> bool:
    return bool(_MOMENT.match(text))


def _share(facts: ColumnFacts, name: str, test: Callable[[str], bool]) -> float:
    texts: Sequence[str] = [text for text in facts.table.sample.get(name, ())[:_LOOKED_AT] if text]
    return sum(map(test, texts)) / len(texts) if texts else 0.0
