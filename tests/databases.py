"""Databases for tests: one server for the run, one demo built on it, and a clone of that for each test."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from core.db.connection.session import Connection
from core.db.embedded.server import EmbeddedServer
from core.demo.build import build
from core.settings import DEMO_LOGINS

SCHEMA = "birth"
_STRATEGIES = 150_000


@dataclass(frozen=True, slots=True)
class TestServer:
    """A PostgreSQL that the tests may do anything to. `dsn` is a superuser's."""

    __test__ = False

    dsn: str
    password: str

    def admin(self, database: str = "postgres") -> psycopg.Connection[dict[str, Any]]:
        """A superuser's connection, outside the product's own."""
        return psycopg.connect(make_conninfo(self.dsn, dbname=database), autocommit=True, row_factory=dict_row)

    def create(self, name: str, template: str = "template0") -> None:
        """Create a database as a copy of `template`."""
        with self.admin() as admin:
            # Copying files is four times faster than the default, and the only way before PostgreSQL 15.
            copying = sql.SQL("STRATEGY file_copy" if admin.info.server_version >= _STRATEGIES else "")
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template), copying))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        with self.admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass(frozen=True, slots=True)
class Database:
    """A clone of the demo that belongs to one test."""

    server: TestServer
    name: str

    def dsn(self, login: str = "operator1") -> str:
        """The libpq string of `login`."""
        if login == "postgres":
            return make_conninfo(self.server.dsn, dbname=self.name)
        return make_conninfo(self.server.dsn, dbname=self.name, user=login, password=self.server.password)

    def connect(self, login: str = "operator1") -> Connection:
        """A connection that may write, as the product opens it."""
        return Connection.open(self.dsn(login), SCHEMA, read_only=False)

    def psql(self, login: str = "operator1") -> psycopg.Connection[dict[str, Any]]:
        """What somebody with psql and this login has: a bare connection."""
        return psycopg.connect(self.dsn(login), autocommit=True, row_factory=dict_row)

    def run(self, statement: str, login: str = "postgres") -> list[dict[str, Any]]:
        """Run a statement of the test's own as the superuser, or as `login`."""
        with self.psql(login) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, login: str = "postgres") -> Any:  # noqa: ANN401 - a column's type is the query's
        """The first column of the first row."""
        return next(iter(self.run(statement, login)[0].values()))


@contextmanager
def a_server() -> Iterator[TestServer]:
    """The server of BIRTH_TEST_DSN (a superuser's), else an embedded one that lives as long as the run."""
    password = secrets.token_hex(8)
    if named := os.environ.get("BIRTH_TEST_DSN"):
        yield TestServer(named, password)
        return
    with tempfile.TemporaryDirectory(prefix="birth-tests-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedServer.use(Path(folder) / "home", lambda _: None)
        try:
            found = TestServer(server.dsn("postgres", "postgres"), password)
            with found.admin() as admin:
                # Hundreds of clones are made and dropped, and none is to survive a power cut.
                admin.execute("ALTER SYSTEM SET fsync = off")
                admin.execute("SELECT pg_reload_conf()")
            yield found
        finally:
            server.release()


@contextmanager
def a_template(server: TestServer) -> Iterator[str]:
    """A database with the demo in it, to be cloned."""
    name = f"birth_template_{os.getpid()}"
    server.drop(name)
    server.create(name)
    try:
        build(make_conninfo(server.dsn, dbname=name))
        with server.admin() as admin:
            for login in DEMO_LOGINS:
                # Where the server asks for a password, the demo's logins have this run's.
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                admin.execute(statement.format(sql.Identifier(login), sql.Literal(server.password)))
        yield name
    finally:
        server.drop(name)


@contextmanager
def a_clone(server: TestServer, template: str) -> Iterator[Database]:
    """A copy of the template, dropped afterwards."""
    name = f"birth_test_{os.getpid()}_{secrets.token_hex(4)}"
    server.create(name, template)
    try:
        with server.admin() as admin:
            # Rights on a database are not copied with it.
            admin.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        yield Database(server, name)
    finally:
        server.drop(name)
