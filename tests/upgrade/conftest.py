"""Databases as version 0.1.0 left them, and one that this version installs anew."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql

from core.db.connection.session import Connection
from core.db.install.installer import install
from tests.databases import SCHEMA, Database, TestServer

DUMPS = Path(__file__).parent / "dumps" / "v0_1_0"
Restore = Callable[[str], Database]


@pytest.fixture
def restore(server: TestServer) -> Iterator[Restore]:
    """Restores a dump of 0.1.0 into a database of its own; logins that only dumps know are gone afterwards."""
    made: list[str] = []

    def restored(dump: str) -> Database:
        name = f"birth_old_{secrets.token_hex(4)}"
        server.create(name)
        made.append(name)
        with server.admin(name) as admin:
            for file in ("roles.sql", dump):
                admin.execute((DUMPS / file).read_bytes())
        with server.admin() as admin:
            for login in _logins(admin):
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                admin.execute(statement.format(sql.Identifier(login), sql.Literal(server.password)))
        return Database(server, name)

    yield restored
    for name in made:
        server.drop(name)
    with server.admin() as admin:
        for login in _logins(admin):
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))


@pytest.fixture
def old(restore: Restore) -> Database:
    """What 0.1.0 left in schema birth: a certified run, a half-applied one, a planned one."""
    return restore("database.sql")


@pytest.fixture
def fresh(server: TestServer) -> Iterator[Database]:
    """A database that this version installed into."""
    name = f"birth_fresh_{secrets.token_hex(4)}"
    server.create(name)
    try:
        database = Database(server, name)
        with Connection.open(database.dsn("postgres"), SCHEMA, read_only=False) as connection:
            install(connection.driver, SCHEMA, reference=True)
        yield database
    finally:
        server.drop(name)


def _logins(admin: object) -> list[str]:
    rows = admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v010\\_%'").fetchall()  # type: ignore[attr-defined]
    return [row["rolname"] for row in rows]
