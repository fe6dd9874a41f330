"""A named query and the type of its rows.

One module per noun of core/sql/queries holds a frozen dataclass for each query's result, and the query itself as a
constant: `BATCHES = Query("apply.batches", Batches)`. A row is built in one place, by `built_as`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Generic, TypeVar

from psycopg import Cursor, sql

from core.db.rows.payload import fitted, hints
from core.db.rows.sqltypes import allows_null, is_json, is_tuple, misfit
from core.errors import GateClosed, Json

R = TypeVar("R")
_Columns = tuple[tuple[str, int], ...]  # name and oid of the type of each


@dataclass(frozen=True, slots=True)
class Query(Generic[R]):
    """A named query (`noun.name`) whose rows are of the dataclass `row`: its fields are the query's columns.

    `apart`: it reads the company's own tables, by no function that is undone; so it is asked in a transaction that is.
    """

    name: str
    row: type[R]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """A composed query, which reads what belongs to others, and the dataclass of its rows."""

    statement: sql.Composed
    row: type[R]

    @property
    def name(self) -> str:
        """What it is called where its result does not fit."""
        return f"a query for {self.row.__name__}"


@dataclass(frozen=True, slots=True)
class Command:
    """A named statement (`noun.name`) that has no rows."""

    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """The row of a query that only calls a function for what it does: a single column without a value."""

    done: str | None


def row_factory_for(row: type[R], name: str) -> Callable[[Cursor[Any]], Callable[[Sequence[Any]], R]]:
    """A row factory that builds `row`, whose fields are the columns by name.

    A column of JSON becomes what its field says: dataclasses of objects, tuples of arrays. So does an SQL array.
    Raises GateClosed (`schema_mismatch`) where a column is missing, is one too many, is of another type, or is NULL
    where the field is never None, or where JSON holds something else: the database is not of this version, or is not
    what was installed.
    """

    def factory(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], R]:
        if cursor.pgresult is None or not cursor.pgresult.nfields:
            return _without_rows
        found = tuple((column.name, column.type_code) for column in cursor.description or ())
        kind: Any = row  # a class can be hashed, and the checker doubts it
        if faults := mismatches(kind, found):
            raise mismatch(name, faults)
        build: Callable[[Sequence[Any]], R] = _builder(kind, name, found)
        return build

    return factory


def insist_fits(query: Query[Any], cursor: Cursor[Any]) -> None:
    """Raise GateClosed (`schema_mismatch`) unless a cursor's columns are the fields of the query's rows, in order."""
    kind: Any = query.row
    columns = tuple((column.name, column.type_code) for column in cursor.description or ())
    faults = list(mismatches(kind, columns))
    if not faults and [name for name, _ in columns] != [field.name for field in fields(kind)]:
        faults.append("the columns are in another order")
    if faults:
        raise mismatch(query.name, faults)


def from_json(kind: type[R], value: object, name: str) -> R:
    """The dataclass `kind` of what the JSON of query `name` holds. Raises GateClosed (`schema_mismatch`)."""
    found: R = _shaped(kind, value, name, "")
    return found


@cache
def mismatches(row: Any, columns: _Columns) -> tuple[str, ...]:  # noqa: ANN401 - a dataclass
    """How columns (name, oid of the type) differ from the fields of a dataclass, each in words."""
    wanted, there = hints(row), dict(columns)
    faults = [f"{field.name} is missing" for field in fields(row) if field.name not in there]
    faults += [f"{name} is not expected" for name in there if name not in wanted]
    if row is not Done:
        faults += [f"{name} {how}" for name, oid in columns if name in wanted and (how := misfit(wanted[name], oid))]
    return tuple(faults)


def mismatch(name: str, faults: Sequence[str]) -> GateClosed:
    """The error for a query whose result is not what this version expects."""
    evidence: dict[str, Json] = {"query": name, "columns": list(faults)}
    return GateClosed(
        f"the columns of {name} do not match this version",
        code="schema_mismatch",
        evidence=evidence,
        hint="List the differences: `birth-console doctor`. Preview the change: `birth-console upgrade --dry-run`.",
    )


@cache
def _builder(row: Any, name: str, columns: _Columns) -> Callable[[Sequence[Any]], Any]:  # noqa: ANN401 - a dataclass
    """Builds rows from columns that fit."""
    known, names = hints(row), [column for column, _ in columns]
    required = [(place, column) for place, column in enumerate(names) if not allows_null(known[column])]
    documents = [(place, column) for place, (column, oid) in enumerate(columns) if is_json(oid)]
    tuples = [place for place, (column, oid) in enumerate(columns) if not is_json(oid) and is_tuple(known[column])]
    is_ordered = names == [field.name for field in fields(row)]

    def build(values: Sequence[Any]) -> Any:  # noqa: ANN401 - of `row`
        if None in values and (empty := [f"{column} is null" for place, column in required if values[place] is None]):
            raise mismatch(name, empty)
        if documents or tuples:
            values = list(values)
            for place in tuples:
                values[place] = None if values[place] is None else tuple(values[place])
            for place, column in documents:
                values[place] = _shaped(known[column], values[place], name, column)
        return row(*values) if is_ordered else row(**dict(zip(names, values, strict=True)))

    return build


def _shaped(hint: Any, value: object, name: str, path: str) -> Any:  # noqa: ANN401 - an annotation, and what it says
    faults: list[str] = []
    found = fitted(hint, value, path, faults)
    if faults:
        raise mismatch(name, faults)
    return found


def _without_rows(_: Sequence[Any]) -> Any:  # noqa: ANN401 - it returns nothing
    raise AssertionError("a statement without rows was fetched from")
