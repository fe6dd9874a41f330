"""The process's own arguments, which every user of the machine can read."""

import os
import sys
from collections.abc import Sequence
from typing import Final

# What starts `dot-birth-backfill-apply` again. -P: what lies in the working folder under the name of a module is not
# for us.
APPLY: Final = (sys.executable, "-P", "-c", "from core.cli.main import apply_main; apply_main()")


def hide_passwords(options: Sequence[str]) -> None:
    """Begin again with the password of a typed DSN in PGPASSWORD instead of the arguments; else do nothing.

    The arguments of a process stand in `ps` as long as it lives, its environment only its own user can read.
    """
    cleaned, password = list(options), None
    for place, given in enumerate(options):
        name, equals, value = given.partition("=")
        if given == "--dsn" and place + 1 < len(options):
            cleaned[place + 1], found = _without_password(options[place + 1])
        elif name == "--dsn" and equals:
            value, found = _without_password(value)
            cleaned[place] = f"--dsn={value}"
        else:
            continue
        password = found or password
    rest = sys.argv[1 + len(options) :]
    if password is not None and sys.orig_argv[-len(sys.argv) + 1 :] == sys.argv[1:]:
        before = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
        os.execve(sys.executable, [sys.executable, *before, *cleaned, *rest], {**os.environ, "PGPASSWORD": password})  # noqa: S606 - our own program again


def _without_password(dsn: str) -> tuple[str, str | None]:
    """The DSN without its password, and that. What cannot be read stays as it is: it is refused in a moment."""
    if "password" not in dsn and "@" not in dsn:
        return dsn, None
    from psycopg import ProgrammingError  # noqa: PLC0415 - only a password pays for the driver
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415

    try:
        given = conninfo_to_dict(dsn)
    except ProgrammingError:
        return dsn, None
    password = given.pop("password", None)
    if password is None:
        return dsn, None
    return make_conninfo(**{name: str(value) for name, value in given.items()}), str(password)
