"""Installs the console's objects: numbered migrations, in one transaction, recorded."""

import hashlib
from importlib import resources

from psycopg import Cursor, sql

from core.db.connection import Driver, Row
from core.db.queries import within
from core.db.refusals import translated

# Any two installers meet here, whatever schema they install into.
_ADVISORY_LOCK = 7_216_350_012


def install(driver: Driver, schema: str, *, reference: bool) -> list[str]:
    """Install what is missing into `schema`, and say what was installed.

    `reference` also installs the stand-ins for the gateway. Needs a role that may create roles and become
    birth_owner; the trigger guard needs a superuser. Raises a ConsoleError; nothing is kept then.
    """
    with translated(), driver.transaction(), driver.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        done = _recorded(cursor, schema)
        names = _migrations("install")
        if reference:
            # The stand-ins come before the console's own objects that build on them, the event triggers last of all.
            gateway, guard = _migrations("reference")
            names = [names[0], gateway, *names[1:], guard]
        installed = [name for name in names if name not in done]
        for name in installed:
            _apply(cursor, schema, name)
        return installed


def _migrations(folder: str) -> list[str]:
    return sorted(
        f"{folder}/{each.name}"
        for each in resources.files(f"core.sql.{folder}").iterdir()
        if each.name.endswith(".sql")
    )


def _recorded(cursor: Cursor[Row], schema: str) -> set[str]:
    cursor.execute("SELECT to_regclass(format('%%I.birth_migration', %s::text)) IS NOT NULL AS there", [schema])
    if not (found := cursor.fetchone()) or not found["there"]:
        return set()
    cursor.execute(sql.SQL("SELECT name FROM {}.birth_migration").format(sql.Identifier(schema)))
    return {row["name"] for row in cursor.fetchall()}


def _apply(cursor: Cursor[Row], schema: str, name: str) -> None:
    folder, _, file = name.partition("/")
    text = (resources.files(f"core.sql.{folder}") / file).read_text(encoding="utf-8")
    as_owner = not file.startswith("0001_roles") and "guard" not in file
    if as_owner:
        cursor.execute("SET LOCAL ROLE birth_owner")
    cursor.execute(within(text, schema))
    cursor.execute("SET LOCAL ROLE birth_owner")
    _record(cursor, schema, name, text)
    cursor.execute("RESET ROLE")


def _record(cursor: Cursor[Row], schema: str, name: str, text: str) -> None:
    cursor.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {}.birth_migration (name text PRIMARY KEY, sha256 text NOT NULL,"
            " installed_at timestamptz NOT NULL DEFAULT clock_timestamp(),"
            " installed_by text NOT NULL DEFAULT session_user)"
        ).format(sql.Identifier(schema))
    )
    cursor.execute(
        sql.SQL("INSERT INTO {}.birth_migration (name, sha256) VALUES (%s, %s)").format(sql.Identifier(schema)),
        [name, hashlib.sha256(text.encode()).hexdigest()],
    )
