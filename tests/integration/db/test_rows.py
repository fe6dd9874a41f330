"""Every named query answers what its dataclass says, and every one has a dataclass."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module, resources
from pkgutil import iter_modules

import pytest
from psycopg import pq

from core.db import rows
from core.db.connection.session import Connection
from core.db.queries import named_query, sections
from core.db.rows.audit import EVENTS, Event, Head
from core.db.rows.query import Command, Query, mismatches
from core.errors import GateClosed
from tests.databases import Database

_PARAMETER = re.compile(r"%\((\w+)\)s")


def _constants() -> Iterator[Query[object] | Command]:
    for module in iter_modules(rows.__path__):
        found = import_module(f"{rows.__name__}.{module.name}")
        yield from (each for each in vars(found).values() if isinstance(each, Query | Command))


QUERIES: Mapping[str, Query[object] | Command] = {each.name: each for each in _constants()}


def named() -> Iterator[str]:
    """Every query of core/sql/queries."""
    for file in resources.files("core.sql.queries").iterdir():
        if file.name.endswith(".sql"):
            noun = file.name.removesuffix(".sql")
            yield from (f"{noun}.{name}" for name in sections(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def connection(shared: Database) -> Iterator[Connection]:
    with shared.connect("postgres") as opened:
        yield opened


def described(connection: Connection, name: str) -> tuple[tuple[str, int], ...]:
    """The columns of a named query as the server describes them, with every parameter's type left to it."""
    text = named_query(name, connection.schema).as_string(connection.driver)
    places: dict[str, str] = {}
    text = _PARAMETER.sub(lambda found: places.setdefault(found[1], f"${len(places) + 1}"), text)
    text = text.replace("%%", "%") if places else text
    server = connection.driver.pgconn
    prepared = server.prepare(b"", text.encode())
    assert prepared.status == pq.ExecStatus.COMMAND_OK, f"{name}: {prepared.error_message.decode()}"
    found = server.describe_prepared(b"")
    columns = [(found.fname(place), found.ftype(place)) for place in range(found.nfields)]
    return tuple((label.decode(), oid) for label, oid in columns if label is not None)


_THEIRS = re.compile(r"birth_(?:registry|collection|policy|alert)_rows\(|birth_backfill_page\(")


def test_what_reads_the_company_s_tables_is_asked_in_a_transaction_that_is_undone() -> None:
    texts = {name: named_query(name, "birth").as_string() for name in named()}
    reading = {name for name, text in texts.items() if _THEIRS.search(text)}
    assert len(reading) > 3
    assert {name for name in reading if not getattr(QUERIES[name], "apart", False)} == set()


def test_every_query_answers_what_its_dataclass_says(connection: Connection) -> None:
    for name, query in QUERIES.items():
        columns = described(connection, name)
        if isinstance(query, Command):
            assert columns == (), name
        else:
            row: object = query.row
            assert mismatches(row, columns) == (), name


def test_each_query_has_one_constant() -> None:
    names = [each.name for each in _constants()]
    assert sorted(names) == sorted(set(names))
    assert set(names) == set(named())


def test_a_stream_holds_the_same_values_in_the_order_of_the_fields(connection: Connection) -> None:
    with connection.snapshot():
        streamed = [Event(*values) for values in connection.stream(EVENTS)]
        assert streamed == connection.rows(EVENTS)
    assert len(streamed) > 1


def test_a_stream_of_another_shape_is_a_schema_mismatch(connection: Connection) -> None:
    with connection.snapshot(), pytest.raises(GateClosed) as refused:
        next(connection.stream(Query(EVENTS.name, Head)))
    assert (refused.value.code, refused.value.evidence["query"]) == ("schema_mismatch", EVENTS.name)
