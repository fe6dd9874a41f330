"""Which Python types fit which columns: what a query's dataclass says is what it gets."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin
from uuid import UUID

from psycopg import adapters

# What the driver makes of the server's types. Any other comes as text, also one of an extension or of the company's.
_SCALARS: Final[Mapping[int, type]] = {
    adapters.types[name].oid: kind
    for kind, names in {
        bool: ("bool",), bytes: ("bytea",), int: ("int2", "int4", "int8", "oid"), float: ("float4", "float8"),
        Decimal: ("numeric",), date: ("date",), time: ("time", "timetz"), datetime: ("timestamp", "timestamptz"),
        timedelta: ("interval",), UUID: ("uuid",),
    }.items()
    for name in names
}  # fmt: skip
_ELEMENTS: Final[Mapping[int, type]] = {
    each.array_oid: _SCALARS.get(each.oid, str) for each in adapters.types if each.array_oid
}
_JSON: Final = frozenset(adapters.types[name].oid for name in ("json", "jsonb"))
_LISTS: Final = (list, tuple, Sequence)


def misfit(hint: Any, oid: int) -> str:  # noqa: ANN401 - an annotation is anything
    """How the type of a column (by its oid) differs from a field's, in words; "" where it fits."""
    if oid in _JSON:
        return ""  # what it holds is looked at row by row
    wanted = {_shown(each) for each in alternatives(hint) if each is not NoneType}
    if wanted & {"Any", "object"}:
        return ""
    found = f"list[{_ELEMENTS[oid].__name__}]" if oid in _ELEMENTS else _SCALARS.get(oid, str).__name__
    return "" if found in wanted else f"is {found}, not {' or '.join(sorted(wanted))}"


def is_json(oid: int) -> bool:
    """Whether a column holds JSON."""
    return oid in _JSON


def alternatives(hint: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation is anything
    """The members of a union, or the type itself."""
    if get_origin(hint) in (Union, UnionType):
        for each in get_args(hint):
            yield from alternatives(each)
    else:
        yield hint


def allows_null(hint: Any) -> bool:  # noqa: ANN401 - an annotation is anything
    """Whether a field may be None."""
    return any(each in (NoneType, Any, object) for each in alternatives(hint))


def is_tuple(hint: Any) -> bool:  # noqa: ANN401 - an annotation is anything
    """Whether a field is a tuple, or None."""
    return any(get_origin(each) is tuple for each in alternatives(hint))


def _shown(hint: Any) -> str:  # noqa: ANN401 - an annotation is anything
    """A type as a column's is written: any sequence is a list, and its elements may always be NULL."""
    if get_origin(hint) not in _LISTS:
        return str(getattr(hint, "__name__", hint))
    elements = [each for each in alternatives(get_args(hint)[0]) if each is not NoneType]
    return f"list[{' or '.join(_shown(each) for each in elements)}]"
