"""Questions of a test's own, over the product's connection."""

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from core.db.connection.session import Connection
from core.db.rows.query import Reading


@dataclass(frozen=True, slots=True)
class Answer:
    """A single column of any type."""

    answer: Any


def reading(statement: sql.Composable | str) -> Reading[Answer]:
    """A SELECT of one row with one column, as the product reads what belongs to others."""
    inner = sql.SQL(statement) if isinstance(statement, str) else statement
    return Reading(sql.SQL("SELECT ({}) AS answer").format(inner), Answer)


def ask(connection: Connection, statement: sql.Composable | str) -> Any:  # noqa: ANN401 - any type
    """What it answers."""
    return connection.one(reading(statement)).answer
