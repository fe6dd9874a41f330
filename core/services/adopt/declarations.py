"""What an administrator states, as the console cannot find it out: kept as settings, each an event of the ledger."""

from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows.company import WRITTEN_TABLE
from core.db.rows.init import REGISTER_WRITES
from core.services.adopt import typed_names
from core.services.adopt.install import AUTHENTICATION, DISTRIBUTED, TRIGGER_GUARD
from core.services.adopt.script_draft import Draft

# What is said of each, and its event.
_STATEMENTS: Final[Mapping[str, tuple[str, str]]] = {
    AUTHENTICATION: ("the statement on the server's authentication", "SELECT {}('authentication_attested', {})"),
    DISTRIBUTED: ("the statement on rows of distributed tables", "SELECT {}('distributed_attested', {})"),
    TRIGGER_GUARD: ("the statement on changes of triggers", "SELECT {}('trigger_guard_attested', {})"),
}


def register_writes(connection: Connection, made: Draft, tables: Sequence[str]) -> None:
    """The step that says which tables the register function writes besides the registry, where that is new.

    They are kept by the names that a batch finds them under. Raises UsageError for a table that is not there.
    """
    tables = [_written(connection, name) for name in tables]
    known = connection.row(REGISTER_WRITES) if installer.COLLECTION in made.survey.recorded else None
    if tables and (known is None or known.tables != tuple(tables)):
        made.add(
            f"the register function also writes {', '.join(tables)}",
            sql.SQL(
                "UPDATE {} SET value = {} WHERE name = 'register_writes'; SELECT {}('register_writes_set', {})"
            ).format(
                made.in_schema("birth_setting"),
                sql.Literal(list(tables)),
                made.in_schema("birth_ledger_append"),
                sql.Literal(Jsonb({"tables": list(tables)})),
            ),
            as_owner=True,
        )


def _written(connection: Connection, name: str) -> str:
    row = connection.row(WRITTEN_TABLE, {"parts": list(typed_names.parts(connection, name))})
    if row is None:
        raise typed_names.unknown_table(name)
    return row.name


def allow_withdraw(made: Draft, *, wanted: bool) -> None:
    """The steps that let runs be withdrawn: by a login that may grant DELETE on the registry, as an event."""
    if not wanted:
        return
    table = made.tables.get("registry")
    name = made.in_schema("birth_registry") if table is None else table.identifier
    needs = "" if table is None or made.survey.is_superuser or table.owned else f"its owner {table.owner}"
    made.add(
        "birth_caller may withdraw rows of the registry",
        sql.SQL("GRANT SELECT, DELETE ON {} TO birth_caller").format(name),
        as_owner=table is None,
        needs=needs,
    )
    allowed = sql.SQL("SELECT {}()").format(made.in_schema("_birth_withdraw_allow"))
    made.add("runs may be withdrawn", allowed, as_owner=True, needs=needs)


def attestations(made: Draft, known: Mapping[str, str]) -> None:
    """The steps that keep what a person stands for and did not say before, in the same words.

    Each is heard only where the console cannot see for itself.
    """
    for name, words in made.survey.attested.items():
        if known.get(name) == words:
            continue
        title, event = _STATEMENTS[name]
        kept = sql.SQL("INSERT INTO {} VALUES ({}, {}) ON CONFLICT (name) DO UPDATE SET value = excluded.value; ")
        noted = sql.SQL(event).format(made.in_schema("birth_ledger_append"), sql.Literal(Jsonb({"words": words})))
        place = made.in_schema("birth_setting")
        made.add(title, kept.format(place, sql.Literal(name), sql.Literal([words])) + noted, as_owner=True)
