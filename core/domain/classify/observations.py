"""What is seen of a set of columns where no key is declared: each observation in words, with a number, most 0 or 1.

What an observation weighs stands in points.py. None of them decides alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from math import exp
from operator import contains, itemgetter

from core.domain.classify.candidates import Columns
from core.domain.classify.column_names import CHANGING, LABEL, OWN_CODE, OWN_ID, REFERENCE, id_stem, words
from core.domain.classify.column_statistics import SHORT_TYPES, WHOLE_NUMBERS
from core.domain.classify.facts import AUDIT, ColumnFacts
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
    if len(columns) == 1:
        return {what: float(value) for what, value in _single(facts, columns[0]).items() if value}
    return _several(facts, facts.kept("as parts", "", lambda: _as_parts(facts)), columns)


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
    """What is seen of a column as a part, whatever the others are. `told_by` is the set of those that tell it and more.

    `kind_of` is what it tells the type of, `counts` whether it may number rows, `needed` the share of other tables
    that need a column of its name.
    """

    name: str
    bit: int
    seen: tuple[tuple[str, float], ...]
    stem: str
    kind_of: str
    told_by: int
    unique: bool
    constant: bool
    reference: bool
    counts: bool
    needed: float


@dataclass(frozen=True, slots=True)
class _Parts:
    """The columns of a table as parts, by name, those that were asked for; and sets of all its columns.

    It does not know the facts that keep it: in a circle, they would keep each other, and all texts of the table.
    """

    made: dict[str, _Part]
    untold: int
    own_ids: int
    all_refer: bool

    def of(self, facts: ColumnFacts, columns: Columns) -> list[_Part]:
        """These columns as parts."""
        made = self.made
        for name in columns:
            if name not in made:
                made[name] = _part(facts, name)
        return [made[name] for name in columns]


def _as_parts(facts: ColumnFacts) -> _Parts:
    return _Parts(
        {},
        facts.set_of(name for name, role in facts.roles.items() if role not in _TOLD),
        facts.set_of(facts.own_ids),
        len(facts.references) == len(facts.names),
    )


def _part(facts: ColumnFacts, name: str) -> _Part:
    plain, role, needed = facts.plain[name], facts.roles[name], facts.needed_elsewhere(name)
    seen = {
        f"part: {role}": 1.0,
        "a part is a measure or a moment": _is_measured(facts, name),
        "a part has long or spaced texts": _is_prose(facts, name),
        "a part is needed in other tables' keys": needed,
    }
    return _Part(
        name,
        facts.bits[name],
        tuple((what, float(value)) for what, value in seen.items() if value),
        id_stem(plain),
        _kind_of(plain),
        facts.set_of(_telling(facts, name)),
        unique=name in facts.unique,
        constant=name in facts.constant,
        reference=role == REFERENCE,
        counts=role != REFERENCE and bool(facts.counting(name)),
        needed=needed,
    )


def _telling(facts: ColumnFacts, name: str) -> Iterator[str]:
    """The columns that tell this one and more: the row's thing, of which this is a trait."""
    for other in facts.usable:
        is_key = other != name and facts.roles[other] in _KEYS and other not in facts.unique
        if is_key and facts.determines(other, name):
            yield other


def _several(facts: ColumnFacts, known: _Parts, columns: Columns) -> Observations:
    parts = known.of(facts, columns)
    wanted = sum(part.bit for part in parts)
    idle = [part for part in parts if facts.is_unique(wanted ^ part.bit)]
    stems = {part.stem for part in parts}
    found: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        for what, value in part.seen:
            found[what] += value
        if part.kind_of in stems:
            found["a type beside its id"] += 1
        if part.told_by & ~wanted:
            found["a part is told by a column that is left out"] += 1
        if not idle and part.counts and _is_counted(facts, [other for other in columns if other != part.name], part):
            found["counts the rows of the rest"] = 1.0
    if constant := [part for part in idle if part.constant]:
        found["not needed yet: one value so far"] = float(len(constant))
        found["not needed yet: one value so far, a reference"] = float(sum(part.reference for part in constant))
        found["one value so far, key columns elsewhere"] = min(facts.patterned(part.name) for part in constant)
    if spare := [part for part in idle if not part.constant]:
        _spare(facts, parts, spare, found)
    _arrange(facts, known, wanted, found)
    return {what: value for what, value in found.items() if value}


def _spare(facts: ColumnFacts, parts: Sequence[_Part], spare: Sequence[_Part], found: dict[str, float]) -> None:
    """What is seen where some parts, which have several values, are not needed to tell the rows apart."""
    repeating = [part for part in parts if not part.unique]
    wanted = sum(part.bit for part in parts)
    told = elsewhere = unlikely = 0.0
    for part in spare:
        elsewhere += part.needed
        best = 0.0
        for other in repeating:
            if other is not part and best < 1:
                best = max(best, facts.tells(other.name, part.name))
        told += best
        if len(parts) - len(repeating) == part.unique:  # else one of the others is unique alone
            unlikely += 1 - facts.accident(wanted ^ part.bit)
    found["not needed"] = float(len(spare))
    found["not needed, and told by another part"] = told
    found["not needed here, but in other tables' keys"] = elsewhere
    found["not needed, and the rest is unlikely unique by accident"] = unlikely


def _arrange(facts: ColumnFacts, known: _Parts, wanted: int, found: dict[str, float]) -> None:
    """How the columns stand in the table, and what they leave out."""
    names, width = facts.names, wanted.bit_count()
    before = (1 << wanted.bit_length()) - 1  # all columns down to the last of these
    if before == wanted:
        found["leading columns"] = 1.0
        if width == len(names) or facts.roles[names[width]] not in _KEYS:
            found["leading columns, other kinds follow"] = 1.0
    if not wanted & 1:
        found["the first column is left out"] = 1.0
        if known.own_ids & 1:
            found["beside the table's own id"] = 1.0
    if passed := (known.untold & before & ~wanted).bit_count():
        found["columns passed over"] = float(min(passed, _PASSED))
    if known.all_refer and width == len(names):
        found["all columns, and all are references"] = 1.0
    if wanted & known.own_ids:
        found["holds the table's own id"] = 1.0
    found["may be unique by accident"] = facts.accident(wanted)


@cache
def _kind_of(name: str) -> str:
    """What a column tells the type of: `item` for item_type."""
    own = words(name)
    return id_stem("_".join((*own[:-1], "id"))) if len(own) > 1 and own[-1] == "type" else "-"


def _is_counted(facts: ColumnFacts, rest: Sequence[str], number: _Part) -> bool:
    """Whether a column counts 0 or 1 to n among the rows that are alike in the rest, nearly everywhere."""
    table = facts.table
    owners: Sequence[object] = table.ordinals[rest[0]]
    if len(rest) > 1:
        owners = list(zip(*(table.ordinals[name] for name in rest), strict=True))
    if table.size < _CHILDREN * len(set(owners)):
        return False
    ordered = sorted(set(zip(owners, facts.counting(number.name), strict=True)))
    least, most = dict(reversed(ordered)), dict(ordered)
    whole = 0
    for owner, values in Counter(map(itemgetter(0), ordered)).items():
        # Pages tear the rows of one owner apart: there a run may begin anywhere.
        begins = least[owner] in (0, 1) or not table.whole
        whole += begins and most[owner] - least[owner] + 1 == values
    return whole >= (_MOST if table.whole else _MANY) * len(most)


def _is_dense(facts: ColumnFacts, name: str) -> bool:
    numbers: Sequence[int] = facts.whole_numbers(name)
    if not numbers:
        texts = [text for text in facts.table.sample[name] if text]
        numbers = list(map(int, texts)) if all(map(str.isdecimal, texts)) else ()
    if len(numbers) <= _DENSE or min(numbers) < 0:
        return False
    rows = facts.table.rows if facts.table.rows and not facts.table.whole else len(numbers)
    return max(numbers) - min(numbers) < _DENSE * rows + _SLACK


def _is_short(facts: ColumnFacts, name: str) -> bool:
    """Whether a column's texts are neither long nor spaced, whatever they are."""
    return facts.table.by_name[name].type in SHORT_TYPES


def _is_prose(facts: ColumnFacts, name: str) -> bool:
    return not _is_short(facts, name) and facts.kept("prose", name, lambda: _are_prose(_looked_at(facts, name)))


def _are_prose(texts: Sequence[str]) -> bool:
    most = _MANY * len(texts)
    if not texts or sum(map(_LONG.__lt__, map(len, texts))) > most:
        return bool(texts)
    return " " in "".join(texts) and sum(len(text) > _LONG or " " in text.strip() for text in texts) > most


def _is_measured(facts: ColumnFacts, name: str) -> bool:
    """Whether a column holds fractions, moments or truth values: what is measured or told of a row."""
    kind = facts.table.by_name[name].type
    if kind.startswith(_MOMENTS) or kind == "boolean":
        return True
    if kind.startswith(_TEXTS):
        return facts.kept("moment", name, lambda: _are_moments(_looked_at(facts, name)))
    return kind.startswith(_FRACTIONS) and facts.kept("fraction", name, lambda: _are_fractions(_looked_at(facts, name)))


def _are_moments(texts: Sequence[str]) -> bool:
    # Where none of so many is one, too few are left.
    if not any(map(_MOMENT.match, texts[: len(texts) // 10 + 1])):
        return False
    return len(list(filter(_MOMENT.match, texts))) >= _MOST * len(texts)


def _are_fractions(texts: Sequence[str]) -> bool:
    return sum(map(contains, texts, repeat("."))) > _SOME * len(texts)


def _looked_at(facts: ColumnFacts, name: str) -> list[str]:
    return facts.kept("first texts", name, lambda: list(filter(None, facts.table.sample.get(name, ())[:_LOOKED_AT])))
