"""What a server answers is an error of ours, with a code and the server's own state."""

import pytest
from psycopg import errors

from core.db.connection.errors import console_error
from core.errors import ConsoleError
from tests.databases import Database


def test_an_error_of_the_server_that_has_no_words_of_ours_keeps_its_own_and_its_state(database: Database) -> None:
    with database.psql("postgres") as session, pytest.raises(errors.DivisionByZero) as raised:
        session.execute("SELECT 1 / 0")
    found = console_error(raised.value)
    assert type(found) is ConsoleError
    assert (found.code, found.evidence, str(found)) == ("database_error", {"sqlstate": "22012"}, "division by zero")
