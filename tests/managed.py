"""A managed server: nobody there is a superuser, and the console's roles were never made."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.databases import Database, TestServer

ADMINISTRATOR = f"managed_{os.getpid()}"
OPERATOR, GATEKEEPER, REVIEWER = (f"managed_{part}_{os.getpid()}" for part in ("operator", "gatekeeper", "reviewer"))
_ROLES = "SELECT rolname FROM pg_roles WHERE rolname ~ '^birth_[a-z]+$' ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Managed:
    """The server as its customer sees it: a login that may make roles and databases."""

    server: TestServer

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """The customer's connection."""
        dsn = make_conninfo(self.server.dsn, dbname=database, user=ADMINISTRATOR, password=self.server.password)
        return psycopg.connect(dsn, autocommit=True)

    @contextmanager
    def database(self, *statements: str) -> Iterator[Database]:
        """A database that the customer made, and filled by these statements."""
        name = f"birth_managed_{os.getpid()}_{secrets.token_hex(4)}"
        with self.connect() as customer:
            customer.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            with self.connect(name) as customer:
                for statement in statements:
                    customer.execute(statement.encode())
            yield Database(self.server, name)
        finally:
            self.server.drop(name)


@contextmanager
def a_managed_server(server: TestServer) -> Iterator[Managed]:
    """A server of the tests, as long as the block lasts: the console's roles have other names meanwhile."""
    with server.admin() as admin:
        aside = [row["rolname"] for row in admin.execute(_ROLES).fetchall()]
        for name in aside:
            _rename(admin, name, f"{name}_aside")
        try:
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                    sql.Identifier(ADMINISTRATOR), sql.Literal(server.password)
                )
            )
            yield Managed(server)
        finally:
            made = [row["rolname"] for row in admin.execute(_ROLES).fetchall()]
            # A role goes after those that it administers.
            for name in (*made, OPERATOR, GATEKEEPER, REVIEWER, ADMINISTRATOR):
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
            for name in aside:
                _rename(admin, f"{name}_aside", name)


def _rename(admin: psycopg.Connection[dict[str, object]], name: str, wanted: str) -> None:
    admin.execute(sql.SQL("ALTER ROLE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(wanted)))
