"""How likely a candidate is the identity: a sum of points, each part with one reason.

The weights are few and round; none was fitted to a schema. What decides most is what was declared. Next comes
what the table's shape says, then names, then the values. A part never decides by itself what two others deny.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import exp

from core.domain.classify.candidates import Columns, Shape
from core.domain.classify.column_names import (
    CHANGING,
    LABEL,
    NEUTRAL,
    OWN_CODE,
    OWN_ID,
    REFERENCE,
    is_audit,
    is_birth,
    is_ordinal,
    names_its_table,
    words,
)
from core.domain.classify.column_statistics import SampledTable

# A key is a promise the database keeps: more than any other single part. A unique constraint beside a surrogate
# was declared on purpose, a primary key by habit.
_DECLARED_PRIMARY, _DECLARED_UNIQUE, _DECLARED_NULLABLE = 25.0, 30.0, 22.0
# A declared business code outlives the database that a surrogate number belongs to.
_MEANING = 20.0
# In a table that joins others, or numbers the parts of a parent, the surrogate says nothing.
_STRUCTURE, _BESIDE_STRUCTURE = 45.0, -20.0
# Who declares NOT NULL anywhere declares it on what identifies the rows.
_NULLABLE = -12.0
_REFERENCED = 6.0
# The full name of an own key that other tables have, too: they name these rows by it.
_SHARED = 4.0
_PER_COLUMN = -6.0
# Chance makes few rows unique: the price for what is not declared, fading with the rows.
_ACCIDENT, _ACCIDENT_ROWS = -12.0, 60.0
_COMFORTABLE, _LONG_PENALTY = 64, -12.0

_SINGLE = {OWN_ID: 22.0, OWN_CODE: 20.0, NEUTRAL: 0.0, LABEL: -4.0, REFERENCE: 4.0, CHANGING: -16.0}
_PART = {OWN_ID: 8.0, OWN_CODE: 13.0, REFERENCE: 12.0, NEUTRAL: 2.0, LABEL: -2.0, CHANGING: -12.0}
_AUDIT, _BIRTH = -20.0, 2.0
_FIRST = (10.0, 6.0, 4.0, 2.0)
_LEADING = 8.0
_TYPES = {"boolean": -25.0, "enum": -12.0, "date": -8.0, "numeric": -6.0}
_MOMENTS = ("timestamp with time zone", "timestamp without time zone")
_DENSE, _CODE_LIKE, _PROSE = 6.0, 6.0, -10.0
_MOST = 0.9

_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")  # to ignore case would take twice as long
_SHORTEST_UUID, _LONGEST_UUID = 32, 36
_RUN = re.compile(r"\d+")


def score(table: SampledTable, columns: Columns, shape: Shape) -> dict[str, float]:
    """The parts of a candidate's score by name, in points; parts that say nothing are left out."""
    parts = {
        "declared": _declared(table, columns),
        "meaning": _meaning(table, columns, shape),
        "structure": _structure(table, columns, shape),
        "referenced": _REFERENCED if columns in table.referenced else 0.0,
        "shared": _shared(table, columns, shape),
        "names": _names(columns, shape),
        "position": _position(table, columns),
        "size": _PER_COLUMN * (len(columns) - 1),
        "nullable": _nullable(table, columns),
        "type": sum(_type(table, name) for name in columns) / len(columns),
        "values": _values(table, columns),
        "length": _length(table, columns),
        "chance": _chance(table, columns),
    }
    return {name: round(points, 1) for name, points in parts.items() if round(points, 1)}


def is_natural(table: SampledTable, columns: Columns, shape: Shape) -> bool:
    """Whether a single column holds codes that people made: they stand for themselves, in any list.

    Numbers, uuids and references do not: they mean nothing without the table's name, and other tables have the same.
    """
    (name, *more) = columns
    if more or name in shape.references or name in shape.surrogates or table.size < 2:  # noqa: PLR2004 - one row shows no pattern
        return False
    if table.by_name[name].type not in ("text", "character varying", "character", "name"):
        return False
    if shape.kinds[name] not in (OWN_ID, OWN_CODE):
        return False
    return table.kept("speaks", name, lambda: _speak(_texts(table, name)))


def _speak(texts: Sequence[str]) -> bool:
    """Whether next to no text is a number, a uuid or several words."""
    few = (1 - _MOST) * len(texts)
    spaced = sum(" " in text.strip() for text in texts) if " " in "".join(texts) else 0
    return spaced <= few and sum(map(str.isdecimal, texts)) + _uuids(texts) <= few


def share_of_uuids(texts: Sequence[str]) -> float:
    """How many of these texts are uuids."""
    return _uuids(texts) / len(texts) if texts else 0.0


def _uuids(texts: Sequence[str]) -> int:
    """How many are uuids; with dashes or without them."""
    if not any(_SHORTEST_UUID <= length <= _LONGEST_UUID for length in set(map(len, texts))):
        return 0
    return len(list(filter(_UUID.fullmatch, texts)))


def is_uuid_like(table: SampledTable, name: str) -> bool:
    """Whether every text of a column is a uuid."""
    return table.kept("uuids", name, lambda: share_of_uuids(_texts(table, name)) == 1)


def is_dense(table: SampledTable, name: str) -> bool:
    """Whether a column's whole numbers leave few gaps, as those of a sequence."""
    texts = _texts(table, name)
    if not texts or not all(map(str.isdecimal, texts)):
        return False
    numbers = [int(text) for text in texts]
    rows = table.rows if table.rows and not table.whole else len(numbers)
    return max(numbers) - min(numbers) < 2 * rows + 10


def surprise(table: SampledTable, columns: Columns) -> float:
    """How many pairs of rows would have met in all columns, were these independent; 0 pairs mean little below 3."""
    pairs = table.size * (table.size - 1) / 2
    share = 1.0
    for name in columns:
        met = sum(count * (count - 1) / 2 for count in Counter(table.ordinals[name]).values())
        share *= met / pairs if pairs else 0.0
    return pairs * share


def _declared(table: SampledTable, columns: Columns) -> float:
    key = table.declared(columns)
    if key is None:
        return 0.0
    if key.primary and len(columns) == 1:
        return _DECLARED_PRIMARY
    if key.primary:
        return _DECLARED_PRIMARY + _DECLARED_UNIQUE
    return _DECLARED_UNIQUE if table.is_set(columns) else _DECLARED_NULLABLE


def _meaning(table: SampledTable, columns: Columns, shape: Shape) -> float:
    return _MEANING if table.declared(columns) and is_natural(table, columns, shape) else 0.0


def _structure(table: SampledTable, columns: Columns, shape: Shape) -> float:
    """Junctions and numbered parts of a parent; a declared key over a reference and something else is one of them."""
    if len(columns) == 1:
        own = shape.kinds[columns[0]] == OWN_ID or columns[0] in shape.surrogates
        return _BESIDE_STRUCTURE if own and shape.structure else 0.0
    if set(columns) in (set(shape.junction), set(shape.numbered)):
        return _STRUCTURE
    if table.declared(columns) is None:
        return 0.0
    parents = sum(name in shape.references for name in columns)
    return _STRUCTURE if 0 < parents < len(columns) else _STRUCTURE / 2


def _shared(table: SampledTable, columns: Columns, shape: Shape) -> float:
    name = columns[0]
    own = (
        len(columns) == 1
        and shape.kinds[name] in (OWN_ID, OWN_CODE)
        and names_its_table(words(name)[:-1], table.collection)
    )
    return _SHARED if own and table.shared_names.get(name) else 0.0


def _names(columns: Columns, shape: Shape) -> float:
    if len(columns) == 1:
        name = columns[0]
        points = _SINGLE[REFERENCE if name in shape.references else shape.kinds[name]]
        return min(points, _AUDIT) if is_audit(name) else points
    return sum(_part(name, shape) for name in columns) / len(columns)


def _part(name: str, shape: Shape) -> float:
    if name in shape.references:
        return _PART[REFERENCE]
    if is_audit(name):
        return _BIRTH if is_birth(name) else _AUDIT
    return _PART[OWN_CODE] if is_ordinal(name) else _PART[shape.kinds[name]]


def _position(table: SampledTable, columns: Columns) -> float:
    names = list(table.by_name)
    places = sorted(names.index(name) for name in columns)
    if len(places) == 1:
        return _FIRST[places[0]] if places[0] < len(_FIRST) else 0.0
    if places[-1] - places[0] == len(places) - 1 and places[0] <= 1:
        return _LEADING + (2.0 if places[0] == 0 else 0.0)
    return _LEADING / 2 * (1 - sum(places) / len(places) / len(names))


def _nullable(table: SampledTable, columns: Columns) -> float:
    doubtful = table.declared(columns) is None and not table.is_set(columns)
    return _NULLABLE if doubtful and any(column.not_null for column in table.columns) else 0.0


def _type(table: SampledTable, name: str) -> float:
    found = table.by_name[name].type
    return -12.0 if found in _MOMENTS else _TYPES.get(found, 0.0)


def _values(table: SampledTable, columns: Columns) -> float:
    """The shape of a single column's values: sequences and codes of one pattern against prose."""
    if len(columns) > 1 or not table.size:
        return 0.0
    name = columns[0]
    if table.by_name[name].type in ("smallint", "integer", "bigint", "numeric"):
        return _DENSE if table.size > 2 and is_dense(table, name) else 0.0  # noqa: PLR2004 - two numbers are always dense
    texts = _texts(table, name)
    if sum(" " in text.strip() for text in texts) > len(texts) / 2:
        return _PROSE
    if is_uuid_like(table, name):
        return _CODE_LIKE
    patterns = Counter(_RUN.sub("9", re.sub(r"[^\W\d_]+", "a", text)) for text in texts)
    regular = patterns.most_common(1)[0][1] >= _MOST * len(texts)
    return _CODE_LIKE if regular and not any(" " in text for text in texts) else 0.0


def _length(table: SampledTable, columns: Columns) -> float:
    if not table.size:
        return 0.0
    mean = sum(len(text) for name in columns for text in _texts(table, name)) / table.size
    return max(_LONG_PENALTY, (_COMFORTABLE - mean) / 8) if mean > _COMFORTABLE else 0.0


def _chance(table: SampledTable, columns: Columns) -> float:
    """What chance may explain: few rows, or columns so full of different values that no two rows ever meet."""
    if table.declared(columns) or not table.size:
        return 0.0
    points = _ACCIDENT * exp(-table.size / _ACCIDENT_ROWS)
    if len(columns) > 1:
        points += _ACCIDENT * exp(-surprise(table, columns) / 3)
    return points


def _texts(table: SampledTable, name: str) -> list[str]:
    return [text for text in table.sample.get(name, ()) if text is not None]
