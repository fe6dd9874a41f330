"""Databases for tests: one server for the run, and a clone of a template for each test."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from core.db.connection.session import Connection
from core.settings import DEMO_LOGINS
from tests import kept, kept_sessions, memory
from tests.makers import Embedded, Programs
from tests.templates import BUILDERS, DEMO

SCHEMA = "birth"
_STRATEGIES = 150_000


@dataclass(frozen=True, slots=True)
class TestServer:
    """A PostgreSQL that the tests may do anything to. `dsn` is a superuser's."""

    __test__ = False

    dsn: str
    password: str
    has_templates: bool = False  # see tests.templates

    def admin(self, database: str = "postgres") -> psycopg.Connection[dict[str, Any]]:
        """A superuser's connection, outside the product's own."""
        return psycopg.connect(make_conninfo(self.dsn, dbname=database), autocommit=True, row_factory=dict_row)

    def create(self, name: str, template: str = "template0") -> None:
        """Create a database as a copy of `template`."""
        kept_sessions.leave(self.dsn, template)
        with kept_sessions.of(self.dsn, "postgres") as admin:
            # Copying files is four times faster than the default, and the only way before PostgreSQL 15.
            copying = sql.SQL("STRATEGY file_copy" if admin.info.server_version >= _STRATEGIES else "")
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template), copying))

    def let_in(self, logins: Iterable[str]) -> None:
        """Give each its password, for servers that ask for one."""
        with self.admin() as admin:
            for login in logins:
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                admin.execute(statement.format(sql.Identifier(login), sql.Literal(self.password)))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        kept_sessions.leave(self.dsn, name)
        with kept_sessions.of(self.dsn, "postgres") as admin:
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
        superuser = login == "postgres"
        with kept_sessions.of(self.server.dsn, self.name) if superuser else self.psql(login) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def leave(self) -> None:
        """End the session that is kept for what `run` says next: it counts among those that are connected."""
        kept_sessions.leave(self.server.dsn, self.name)

    def value(self, statement: str, login: str = "postgres") -> Any:  # noqa: ANN401 - a column's type is the query's
        """The first column of the first row."""
        return next(iter(self.run(statement, login)[0].values()))


_RUNNING: list[TestServer] = []


@contextmanager
def a_server() -> Iterator[TestServer]:
    """The server of BIRTH_TEST_DSN (a superuser's), else one that lives as long as the run: a copy of the kept one.

    That is an embedded one, or of the PostgreSQL whose programs stand in the folder BIRTH_TEST_PROGRAMS. Tests that run
    within another, with something turned off, have the server of that.
    """
    if os.environ.get("BIRTH_MUTANT") and _RUNNING:
        yield _RUNNING[0]
        return
    if named := os.environ.get("BIRTH_TEST_DSN"):
        with kept_sessions.to(named):
            yield TestServer(named, secrets.token_hex(8))
        return
    programs = os.environ.get("BIRTH_TEST_PROGRAMS")
    maker = Programs(Path(programs)) if programs else Embedded()
    with memory.a_folder("birth-tests-") as folder:
        home = folder / "home"
        kept.copy(maker, home)
        with maker.serve(home) as dsn:
            server = TestServer(dsn, secrets.token_hex(8), has_templates=True)
            server.let_in(DEMO_LOGINS)
            for name in BUILDERS:
                server.admin(name).close()  # leaves a cache of the catalogs there, which each clone has then
            with kept_sessions.to(dsn):
                _RUNNING.append(server)
                try:
                    yield server
                finally:
                    _RUNNING.remove(server)


@contextmanager
def a_template(server: TestServer, name: str = DEMO) -> Iterator[str]:
    """The name of a database to be cloned: the kept one, or one that is built now and dropped afterwards."""
    if server.has_templates:
        if os.environ.get("BIRTH_MUTANT"):
            with a_variant(server, name, f"mutant_{secrets.token_hex(4)}") as variant:
                from tests.mutate import applied  # noqa: PLC0415 - in no other run

                applied.in_template(server.admin(variant.name))
                yield variant.name
        else:
            yield name
        return
    own = f"{name}_{os.getpid()}"
    server.drop(own)
    server.create(own)
    try:
        BUILDERS[name](make_conninfo(server.dsn, dbname=own))
        server.let_in(DEMO_LOGINS)
        yield own
    finally:
        server.drop(own)


@contextmanager
def a_variant(server: TestServer, template: str, kind: str) -> Iterator[Database]:
    """One more template, copied from another and to be changed before it is cloned; dropped afterwards."""
    name = f"{template}_{kind}"
    server.create(name, template)
    try:
        yield Database(server, name)
    finally:
        server.drop(name)


@contextmanager
def a_clone(server: TestServer, template: str) -> Iterator[Database]:
    """A copy of the template, dropped afterwards."""
    name = f"birth_test_{os.getpid()}_{secrets.token_hex(4)}"
    server.create(name, template)
    try:
        with kept_sessions.of(server.dsn, "postgres") as admin:
            # Rights on a database are not copied with it.
            admin.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        yield Database(server, name)
    finally:
        server.drop(name)


@contextmanager
def a_login(database: Database, name: str, person: str, *groups: str) -> Iterator[str]:
    """One more login of a person."""
    database.run(f"CREATE ROLE {name} LOGIN PASSWORD '{database.server.password}' IN ROLE {', '.join(groups)}")
    try:
        database.run(f"INSERT INTO birth.birth_person_login VALUES ('{name}', '{person}')")
        yield name
    finally:
        database.run(f"DROP ROLE {name}")
