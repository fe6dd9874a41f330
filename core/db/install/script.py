"""A script: statements that are either run in one transaction, or printed for an administrator with psql."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import Cursor, sql
from psycopg.rows import tuple_row

from core.db.connection.connecting import Driver
from core.db.connection.errors import translated
from core.db.install.installer import ADVISORY_LOCK, Part
from core.errors import ConsoleError, GateClosed

# A table that is held for longer is not waited for: meanwhile no other session would get at it either.
_LOCK_TIMEOUT = "10s"
_OTHERS_TIMEOUT = "60s"
_ATTEMPTS = 3
Done = TypeVar("Done")
# Citus repeats what is made on its workers, as the role that made it: birth_owner has no login there. No row elsewhere.
_HERE_ONLY = (
    "SELECT pg_catalog.set_config('citus.enable_ddl_propagation', 'off', true) FROM pg_catalog.pg_extension"
    " WHERE extname = 'citus'"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One step. `needs` says who can do it where this login cannot.

    `as_owner`: birth_owner does it. Nothing that makes or alters an object, nor grants it: event triggers of the
    company's run then, as the login that did that, and birth_owner has no rights on their tables.
    """

    what: str
    sql: sql.Composed
    as_owner: bool = False
    needs: str = ""
    is_plumbing: bool = False  # serves the steps around it, and is not worth telling
    elsewhere: bool = False  # done on other servers, where nothing takes it back: never rehearsed


def making(part: Part, schema: str, what: str = "") -> list[Statement]:
    """What makes a part of an installation, and gives it to birth_owner."""
    steps = [Statement(what or part.name, part.statement(schema))]
    if (given := part.handed_over(schema)).as_string():
        # Not in one with it: the trigger guard reads the text of a statement that alters a table.
        steps.append(Statement(f"{what or part.name}: birth_owner's", given, is_plumbing=True))
    return steps


def text_of(driver: Driver, statements: Sequence[Statement]) -> str:
    """The whole script as psql takes it."""
    settings = (
        f"BEGIN;\nSET LOCAL search_path = pg_catalog, pg_temp;\nSET LOCAL lock_timeout = '{_LOCK_TIMEOUT}';\n"
        "SET LOCAL check_function_bodies = off;\nSET LOCAL standard_conforming_strings = on;\n"
        f"{_HERE_ONLY};\nSELECT pg_advisory_xact_lock({ADVISORY_LOCK});\n"
    )
    lines = [settings]
    owner = False
    for each in statements:
        if each.as_owner != owner:
            owner = each.as_owner
            lines.append("SET LOCAL ROLE birth_owner;\n" if owner else "SET LOCAL ROLE NONE;\n")
        # A name may hold the end of a line, and what follows it would be SQL.
        told = re.sub(r"\s+", " ", f"{each.what} (needs {each.needs})" if each.needs else each.what)
        lines.append(f"-- {told}\n{formatted(driver, each)}\n")
    return "\n".join([*lines, "SET LOCAL ROLE NONE;\nCOMMIT;\n"])


def formatted(driver: Driver, statement: Statement) -> str:
    """One statement for people. Each ends with a semicolon."""
    import sqlparse  # noqa: PLC0415 - only what is printed pays for it
    from sqlparse.exceptions import SQLParseError  # noqa: PLC0415

    text = statement.sql.as_string(driver).strip()
    text = text if text.endswith(";") else f"{text};"
    with suppress(SQLParseError):  # thousands of names in one statement are more than the formatter takes
        text = str(sqlparse.format(text, keyword_case="upper", reindent=text.startswith("INSERT")))
    return text


def run(driver: Driver, statements: Iterable[Statement], *, read_only: bool = False) -> None:
    """Run them inside the caller's transaction. Raises a ConsoleError. `read_only`: the caller asked for no writes.

    RESET ROLE would lead to the role that a login begins as (ALTER ROLE … SET role), not to the login.
    """
    with translated(read_only=read_only), driver.cursor(row_factory=tuple_row) as cursor:
        watching = _event_triggers(cursor)
        for each in statements:
            cursor.execute("SET LOCAL ROLE birth_owner" if each.as_owner else "SET LOCAL ROLE NONE")
            with _named(watching):
                cursor.execute(each.sql)
        cursor.execute("SET LOCAL ROLE NONE")


def _event_triggers(cursor: Cursor[tuple[Any, ...]]) -> Mapping[str, str]:
    """The name of each event trigger by its function, as the server's words on an error would tell that."""
    cursor.execute(
        "SELECT e.evtname::text AS name, e.evtfoid::pg_catalog.regprocedure::text AS function"
        " FROM pg_catalog.pg_event_trigger AS e WHERE e.evtenabled <> 'D' ORDER BY 1"
    )
    return {function: name for name, function in cursor.fetchall()}


@contextmanager
def _named(watching: Mapping[str, str]) -> Iterator[None]:
    """Raise GateClosed, with its name, where an event trigger of the company's refuses a statement."""
    try:
        yield
    except psycopg.Error as error:
        context = error.diag.context or ""
        refusing = next((each for each in watching if f" {each} " in context), None)
        if refusing is None:
            raise
        raise GateClosed(
            f"the event trigger {watching[refusing]} refuses a statement of this installation",
            code="event_trigger",
            evidence={
                "event_trigger": watching[refusing],
                "function": refusing,
                "sqlstate": error.sqlstate,
                "message": error.diag.message_primary,
            },
            hint=f"Let its function run as its owner: ALTER FUNCTION {refusing} SECURITY DEFINER SET search_path ="
            f" pg_catalog, pg_temp; or disable the trigger for the installation: ALTER EVENT TRIGGER"
            f" {watching[refusing]} DISABLE.",
        ) from error


def persistently(work: Callable[[], Done]) -> Done:
    """Do a whole transaction, and again where a deadlock undid it, three times in all.

    A vacuum or ANALYZE of the server's own is enough: it waits for who granted on a table, and keeps others from
    altering that. Raises what `work` does.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return work()
        except ConsoleError as error:
            if error.code != "try_again":
                raise
    return work()


def begin(driver: Driver) -> None:
    """Wait for other installers; inside a transaction."""
    with translated(), driver.cursor() as cursor:
        # Functions call each other in every direction; what a body says is looked at when it is called.
        cursor.execute("SET LOCAL check_function_bodies = off")
        cursor.execute(_HERE_ONLY)
        # A session that chose to wait less, does. Another installer is waited for longer than a table's lock: on a busy
        # server it takes its time, and delays only other installers.
        chosen = cursor.execute(
            "SELECT 1 FROM pg_settings WHERE name = 'lock_timeout' AND setting::integer BETWEEN 1 AND 10000"
        ).fetchone()
        if not chosen:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_OTHERS_TIMEOUT])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        if not chosen:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
