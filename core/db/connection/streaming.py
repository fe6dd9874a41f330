"""Rows as tuples, in portions: for a query that has too many of them to hold, or to make an object of each."""

from collections.abc import Generator
from contextlib import closing
from typing import Any, TypeAlias, cast

from psycopg import capabilities, sql
from psycopg.rows import tuple_row

from core.db.connection.connecting import Driver
from core.db.rows.query import Query, insist_fits

# Rows fetched at a time: few round trips, little memory. Where the server need not be asked for each portion, portions
# that fit into the link's buffers: it makes the next one while this one is looked at.
_PORTION, _CHUNK = 10_000, 100

Rows: TypeAlias = Generator[tuple[Any, ...], None, None]


def streamed(driver: Driver, query: Query[Any], statement: sql.Composed) -> Rows:
    """The rows of `statement`, which is that of `query`, in the order of its dataclass's fields.

    Raises GateClosed (`schema_mismatch`) where the columns are not the query's.
    """
    if capabilities.has_stream_chunked():
        with driver.cursor(row_factory=tuple_row) as plain:
            # The driver declares an iterator; it is a generator, which can be closed.
            found = cast("Rows", plain.stream(statement, binary=True, size=_CHUNK))
            # A reader that stops in between has the rest cancelled, not left on the way.
            with closing(found):
                for place, row in enumerate(found):
                    if place == 0:
                        insist_fits(query, plain)
                    yield row
        return
    with driver.cursor("birth_stream", row_factory=tuple_row) as cursor:
        cursor.itersize = _PORTION
        cursor.execute(statement, binary=True)
        insist_fits(query, cursor)
        yield from cursor
