"""A named query and the type of its rows.

One module per noun of core/sql/queries holds a frozen dataclass for each query's result, and the query itself as a
constant: `BATCHES = Query("apply.batches", Batches)`. A row is built in one place, by `built_as`.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Generic, TypeVar, Union, get_args, get_origin

from psycopg import Cursor, sql
from psycopg.pq import ExecStatus

from core.db.rows.payload import fitted, hints
from core.errors import GateClosed, Json

R = TypeVar("R")

# What the driver makes of the types that our queries return, by the type's oid. Anything else comes as text.
_PYTHON: Final[Mapping[int, type]] = {
    16: bool, 17: bytes, 20: int, 21: int, 23: int, 26: int, 700: float, 701: float, 1082: date, 1114: datetime,
    1184: datetime, 1700: Decimal, 1000: list, 1001: list, 1005: list, 1007: list, 1016: list, 1028: list, 1003: list,
    1009: list, 1015: list, 1185: list, 2210: list, 3807: list,
}  # fmt: skip
_JSON: Final = frozenset({114, 3802})  # json and jsonb: what they hold is the query's to say


@dataclass(frozen=True, slots=True)
class Query(Generic[R]):
    """A named query (`noun.name`) whose rows are of the dataclass `row`: its fields are the query's columns."""

    name: str
    row: type[R]


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """A composed query, which reads what belongs to others, and the dataclass of its rows."""

    statement: sql.Composed
    row: type[R]


@dataclass(frozen=True, slots=True)
class Done:
    """The row of a query that only calls a function for what it does: a single column without a value."""

    done: str | None


def built_as(row: type[R], name: str) -> Callable[[Cursor[Any]], Callable[[Sequence[Any]], R]]:
    """A row factory that builds `row`, whose fields are the columns by name.

    A column of JSON becomes what its field says: dataclasses of objects, tuples of arrays.
    Raises GateClosed (`schema_mismatch`) where a column is missing, is one too many, or is of another type, or where
    JSON holds something else: the database is not of this version, or is not what was installed.
    """

    def factory(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], R]:
        result = cursor.pgresult
        if result is None or result.status not in (ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE):
            return _never
        found = tuple((column.name, column.type_code) for column in cursor.description or ())
        if faults := mismatches(row, found):  # type: ignore[arg-type]  # a class can be hashed
            raise mismatch(name, faults)
        names = [column for column, _ in found]
        known = hints(row)  # type: ignore[arg-type]  # a class can be hashed
        documents = {column: known[column] for column, oid in found if oid in _JSON and known[column] is not Any}

        def build(values: Sequence[Any]) -> R:
            columns = dict(zip(names, values, strict=True))
            for column, hint in documents.items():
                columns[column] = _shaped(hint, columns[column], name, column)
            return row(**columns)

        return build

    return factory


def from_json(kind: type[R], value: object, name: str) -> R:
    """The dataclass `kind` of what the JSON of query `name` holds. Raises GateClosed (`schema_mismatch`)."""
    found: R = _shaped(kind, value, name, "")
    return found


def _shaped(hint: Any, value: object, name: str, path: str) -> Any:  # noqa: ANN401 - an annotation, and what it says
    faults: list[str] = []
    found = fitted(hint, value, path, faults)
    if faults:
        raise mismatch(name, faults)
    return found


@cache
def mismatches(row: Hashable, columns: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """How columns (name, oid of the type) differ from the fields of a dataclass, each in words."""
    assert isinstance(row, type)  # noqa: S101 - a dataclass; the cache only knows that it can be hashed
    wanted = hints(row)
    there = dict(columns)
    faults = [f"{field.name} is missing" for field in fields(row) if field.name not in there]
    faults += [f"{name} is not expected" for name in there if name not in wanted]
    for name, oid in columns:
        if name in wanted and oid not in _JSON and row is not Done:
            given = _PYTHON.get(oid, str)
            if given not in (kinds := _kinds(wanted[name])):
                faults.append(f"{name} is {given.__name__}, not {' or '.join(sorted(kind.__name__ for kind in kinds))}")
    return tuple(faults)


def mismatch(name: str, faults: Sequence[str]) -> GateClosed:
    """The error for a query whose result is not what this version expects."""
    evidence: dict[str, Json] = {"query": name, "columns": list(faults)}
    return GateClosed(
        f"the database answers {name} in another shape than this version expects",
        code="schema_mismatch",
        evidence=evidence,
        hint="`birth-console doctor` names what differs; `birth-console upgrade --dry-run` shows what would change.",
    )


def _kinds(hint: Any) -> frozenset[type]:  # noqa: ANN401 - an annotation is anything
    """The plain classes that an annotation allows besides None."""
    if get_origin(hint) in (Union, UnionType):
        return frozenset().union(*(_kinds(each) for each in get_args(hint) if each is not NoneType))
    plain = get_origin(hint) or hint
    return frozenset({list if plain in (tuple, Sequence) else plain}) if isinstance(plain, type) else frozenset()


def _never(_: Sequence[Any]) -> Any:  # noqa: ANN401 - it returns nothing
    raise AssertionError("a statement without rows was fetched from")
