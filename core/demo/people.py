"""The demo's logins, each a different person, and what they may do."""

from contextlib import suppress
from typing import Final

from psycopg import errors, sql

from core.db.connection.session import Connection
from core.settings import DEMO_LOGINS

PEOPLE: Final = dict(
    zip(
        DEMO_LOGINS,
        (
            ("Linh Nguyễn", "birth_operator"),
            ("Marek Novák", "birth_operator"),
            ("Ingrid Solberg", "birth_gatekeeper"),
            ("Amara Okafor", "birth_reviewer"),
            ("Tom Whitfield", "birth_reader"),
        ),
        strict=True,
    )
)
APPLICATION_ROLE: Final = "census_app"


def admit(connection: Connection, schema: str) -> None:
    """Make the logins and the application's role, unless the server has them already, and map the people."""
    _once(connection, sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APPLICATION_ROLE)))
    mapping = sql.SQL("INSERT INTO {}.birth_person_login (login, person) VALUES ({}, {})")
    for login, (person, group) in PEOPLE.items():
        name = sql.Identifier(login)
        _once(connection, sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB").format(name))
        _once(connection, sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), name))
        connection.driver.execute(mapping.format(sql.Identifier(schema), sql.Literal(login), sql.Literal(person)))


def _once(connection: Connection, statement: sql.Composed) -> None:
    """Roles belong to the whole server: a demo in another database may have done this, or be doing it right now."""
    with suppress(errors.DuplicateObject, errors.UniqueViolation), connection.driver.transaction():
        connection.driver.execute(statement)
