"""Builds the demo: the packet's census as a real database."""

from collections.abc import Callable

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install.installer import install
from core.demo import load
from core.demo.census import census
from core.demo.draw import drawn, total_rows
from core.demo.enrol import enrol, identify
from core.demo.people import admit
from core.demo.register import register
from core.demo.specs import COLLECTIONS
from core.settings import DEFAULT_SCHEMA


def build(
    dsn: str,
    *,
    schema: str = DEFAULT_SCHEMA,
    scale: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Fill the empty database of `dsn` (a superuser's), with `scale` times the demo's rows.

    One transaction: all of it or nothing. Raises ConsoleError.
    """
    with Connection.open(dsn, schema, read_only=False) as connection, connection.transaction():
        connection.driver.execute("SET LOCAL synchronous_commit = off")
        install(connection.driver, schema, reference=True)
        admit(connection, schema)
        enrol(connection, schema)
        _close_public(connection)
        _mark_embedded(connection, schema)
        load.create_tables(connection, COLLECTIONS)
        progress(f"loading {len(census())} collections, {total_rows(scale):,} rows")
        registered = _load(connection, schema, scale)
        identify(connection, schema)
        progress(f"{registered:,} rows registered; adding keys, triggers and statistics")
        load.add_foreign_keys(connection, COLLECTIONS)
        load.create_triggers(connection, COLLECTIONS, schema)
        load.grant_reading(connection, COLLECTIONS)
        connection.driver.execute("ANALYZE")


def _mark_embedded(connection: Connection, schema: str) -> None:
    # The audit takes an unguarded socket for a warning here, and for a failure everywhere else.
    statement = sql.SQL("INSERT INTO {}.birth_setting VALUES ('embedded', ARRAY[]::text[])")
    connection.driver.execute(statement.format(sql.Identifier(schema)))


def _close_public(connection: Connection) -> None:
    """Only the application makes tables, also no temporary ones."""
    database = sql.Identifier(connection.driver.info.dbname)
    connection.driver.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    connection.driver.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))


def _load(connection: Connection, schema: str, scale: int) -> int:
    """Load every table, and register the rows that the gateway met."""
    registered = 0
    for found in drawn(scale):
        load.copy_rows(connection, found, schema)
        row = census()[found.shape.name]
        if row.is_classified:
            registered += register(connection, found, row, schema)
    return registered
