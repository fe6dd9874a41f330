"""How a session with the database begins: what is asked of the link, what holds for the session, what is installed."""

import os
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import dict_row

from core.db.connection import link, memory_watch
from core.db.connection.connect_errors import reason
from core.db.connection.dsn import readable, without_cleartext
from core.db.connection.errors import translated
from core.db.connection.no_connection import is_understood, no_connection
from core.db.connection.pooler import insist_session_mode
from core.db.connection.tls_evidence import explained
from core.settings import APPLICATION
from core.version import version_of

Row: TypeAlias = dict[str, Any]
Driver: TypeAlias = psycopg.Connection[Row]

_CONNECT_SECONDS = 10
_LOOK_SECONDS = 3  # to connect once more, only to say who holds a lock
_LONGEST_NAME = 63  # bytes: PostgreSQL cuts an application_name there
# A host that vanished is noticed within about a minute, not after the hours that the kernel would wait.
KEEPALIVE: Mapping[str, int] = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# Whatever the server, the role or the DSN sets: names mean pg_catalog's (a table's owner may have made a function
# that fits better), a query that row security would silently shorten fails, what was told to be done survives a crash,
# no statement sees an old snapshot, dates and numbers are written as the driver reads them, texts, names and NULLs mean
# what this program means by them, the login acts as itself, and no session waits for a lock without an end, unless they
# chose how long. A server that is read-only by default stays so.
# In the same round trip: which version is installed, as a comment says that only birth_owner and superusers write.
# Where the process that answers is not the one that was connected to, nothing is set: it may be others' as well.
_SESSION = """
    SELECT pg_catalog.pg_backend_pid() AS process, pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false),
        pg_catalog.set_config('role', 'none', false),
        pg_catalog.set_config('row_security', 'off', false),
        pg_catalog.set_config('default_transaction_isolation', 'read committed', false),
        pg_catalog.set_config('DateStyle', 'ISO, YMD', false),
        pg_catalog.set_config('IntervalStyle', 'postgres', false),
        pg_catalog.set_config('extra_float_digits', '1', false),
        pg_catalog.set_config('standard_conforming_strings', 'on', false),
        pg_catalog.set_config('quote_all_identifiers', 'off', false),
        pg_catalog.set_config('transform_null_equals', 'off', false),
        pg_catalog.set_config('array_nulls', 'on', false),
        -- Compiling costs more than it saves: a verify of 1,400 rows took ten times as long.
        pg_catalog.set_config('jit', 'off', false),
        CASE WHEN pg_catalog.current_setting('lock_timeout') OPERATOR(pg_catalog.=) '0'
            THEN pg_catalog.set_config('lock_timeout', '20s', false) END,
        CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'
            THEN pg_catalog.set_config('synchronous_commit', 'on', false) END,
        CASE WHEN %(read_only)s THEN pg_catalog.set_config('default_transaction_read_only', 'on', false) END,
        (SELECT coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            WHERE n.nspname OPERATOR(pg_catalog.=) %(schema)s::pg_catalog.name
              AND c.relname OPERATOR(pg_catalog.=) 'birth_migration'::pg_catalog.name
              AND c.relowner OPERATOR(pg_catalog.=) pg_catalog.to_regrole('birth_owner')::pg_catalog.oid) AS installed,
        (SELECT CASE WHEN n.nspowner OPERATOR(pg_catalog.<>) o.oid THEN n.nspowner::pg_catalog.regrole::pg_catalog.text
                ELSE (SELECT coalesce(nullif(g.grantee::pg_catalog.regrole::pg_catalog.text, '-'), 'PUBLIC')
                    FROM pg_catalog.aclexplode(n.nspacl) AS g
                    WHERE g.privilege_type OPERATOR(pg_catalog.=) 'CREATE'
                      AND g.grantee OPERATOR(pg_catalog.<>) n.nspowner LIMIT 1) END
            FROM pg_catalog.pg_namespace AS n, pg_catalog.to_regrole('birth_owner') AS o(oid)
            WHERE n.nspname OPERATOR(pg_catalog.=) %(schema)s::pg_catalog.name) AS creator
    WHERE pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) %(process)s OR %(is_ours)s"""


def own_name() -> str:
    """What this process calls itself at the server, where every login can read it: `birth-console PID@HOST`."""
    return f"{APPLICATION} {os.getpid()}@{socket.gethostname()}"[:_LONGEST_NAME]


def opened(
    dsn: str, schema: str, *, read_only: bool, timeout: int | None, keepalive: Mapping[str, int]
) -> tuple[Driver, Row | None, Callable[[], Driver]]:
    """A session, what is known of it, and how to connect once more. Raises as Connection.open does."""
    given = readable(dsn)
    options: dict[str, Any] = {name: value for name, value in keepalive.items() if name not in given}
    options |= without_cleartext(given)
    if timeout is None and "connect_timeout" not in given and "PGCONNECT_TIMEOUT" not in os.environ:
        timeout = _CONNECT_SECONDS
    if timeout is not None:
        options["connect_timeout"] = timeout
    with translated():
        driver = connected(dsn, options)
        beginning = link.Beginning(driver)
        memory_watch.watch(beginning)
        try:
            found = begun(driver, schema, read_only=read_only)
            if found is None:
                insist_session_mode(driver, dsn, options)
                found = begun(driver, schema, read_only=read_only, is_ours=True)
        except BaseException as error:
            driver.close()
            if (too_large := memory_watch.explanation(beginning)) is not None:
                raise too_large from error
            raise
    return driver, found, partial(connected, dsn, {**options, "connect_timeout": _LOOK_SECONDS})


def connected(dsn: str, options: Mapping[str, Any]) -> Driver:
    """The driver's connection. Raises the driver's error, or Unavailable where the reason was made out."""
    try:
        return psycopg.connect(
            dsn,
            autocommit=True,
            row_factory=dict_row,
            application_name=own_name(),
            client_encoding="utf8",
            prepare_threshold=None,
            **options,
        )
    except psycopg.OperationalError as error:
        message = str(error).split("\n", 1)[0]
        if (found := explained(error, message)) is not None:
            raise found from error
        if is_understood(message) or not (code := reason(dsn, message, _asked_for(error), **options)):
            raise
        raise no_connection(message, code) from error


def _asked_for(error: psycopg.OperationalError) -> tuple[str, str]:
    """Login and database of a connection that never came about."""
    if error.pgconn is None:
        return "", ""
    return error.pgconn.user.decode(), error.pgconn.db.decode()


def begun(driver: Driver, schema: str, *, read_only: bool, is_ours: bool = False) -> Row | None:
    """Set what holds for the session; its process, and what is installed. None, and nothing set, if not ours."""
    known = {"process": driver.info.backend_pid, "read_only": read_only, "is_ours": is_ours, "schema": schema}
    return driver.execute(_SESSION, known).fetchone()


def version_told(comment: str | None) -> str | None:
    """The version that the comment of an installed schema tells, None where nothing is installed."""
    return None if comment is None else version_of(comment)
