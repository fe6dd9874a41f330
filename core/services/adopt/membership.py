"""Acting as birth_owner for as long as something takes: who may let himself in does, and is out again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.db.rows import init as rows
from core.services.adopt.script_draft import SUPERUSER, Survey


def look(connection: Connection) -> Survey:
    """What this login may do to the server, and birth_owner in the database. Knows nothing of its objects."""
    server = connection.one(rows.SERVER)
    owner = connection.row(rows.OWNER) if "birth_owner" in server.roles else None
    return Survey(server, owner, {}, frozenset())


def joining(found: Survey) -> Statement:
    """Make this login a member of birth_owner, for as long as this takes."""
    needs = "" if found.can_join else SUPERUSER
    options = sql.SQL(" WITH INHERIT TRUE, SET TRUE" if found.is_granular else "")
    statement = sql.SQL("GRANT birth_owner TO {}{}").format(sql.Identifier(found.login), options)
    return Statement("join birth_owner", statement, needs=needs, is_plumbing=not needs)


def leaving(found: Survey) -> list[Statement]:
    """What undoes a membership that was only for this."""
    if found.is_member or not found.can_join:
        return []
    statement = sql.SQL("REVOKE birth_owner FROM {}").format(sql.Identifier(found.login))
    return [Statement("leave birth_owner", statement, is_plumbing=True)]


@contextmanager
def borrowed(connection: Connection) -> Iterator[Survey]:
    """Inside a transaction: a member during the block, where this login can make itself one; else as it is.

    A block that fails takes its transaction with it, and the membership.
    """
    found = look(connection)
    if found.owner is not None and not found.is_member and found.can_join:
        script.run(connection.driver, [joining(found)])
        yield found
        script.run(connection.driver, leaving(found))
    else:
        yield found
