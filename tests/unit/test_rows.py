"""Which columns fit a dataclass."""

from dataclasses import dataclass

from psycopg import adapters

from core.db.rows.query import mismatches
from core.errors import Json


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    names: tuple[str, ...] | None
    text: str | None
    told: Json


def oid(name: str) -> int:
    return adapters.types[name].oid


def array(name: str) -> int:
    return adapters.types[name].array_oid


def columns(**types: int) -> tuple[tuple[str, int], ...]:
    return tuple(types.items())


def test_columns_fit_a_dataclass_by_name_and_type() -> None:
    assert (
        mismatches(Row, columns(number=oid("int8"), names=array("text"), text=oid("varchar"), told=oid("jsonb"))) == ()
    )


def test_what_differs_is_told_of_each_column() -> None:
    found = columns(number=oid("text"), names=array("int4"), told=oid("jsonb"), more=oid("bool"))
    assert mismatches(Row, found) == (
        "text is missing",
        "more is not expected",
        "number is str, not int",
        "names is list[int], not list[str]",
    )


def test_a_type_that_the_driver_does_not_know_is_text() -> None:
    found = columns(number=oid("int2"), names=array("varchar"), text=4_000_000, told=oid("json"))
    assert mismatches(Row, found) == ()
