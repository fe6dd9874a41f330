"""Names of the company's objects as an administrator types them, read as the server reads names."""

from typing import Final

from core.db.connection.session import Connection
from core.db.rows import gateway as rows
from core.errors import ConsoleError, UsageError

_NO_IDENTIFIER: Final = "22023"


def parts(connection: Connection, name: str) -> tuple[str, ...]:
    """What a name consists of; nothing where it cannot be one."""
    try:
        with connection.transaction():  # within the caller's: what is refused does not end that
            return connection.one(rows.PARTS, {"name": name}).parts
    except ConsoleError as error:
        if error.sqlstate == _NO_IDENTIFIER or isinstance(error, UsageError):
            return ()
        raise


def unknown_table(name: str) -> UsageError:
    """The error of a table that is not there, or whose name cannot be one."""
    return UsageError(
        f"invalid table {name}: there is no such table",
        code="unknown_table",
        evidence={"table": name},
        hint="Write schema.table; names with capitals or spaces in double quotes.",
    )
