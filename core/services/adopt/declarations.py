"""What whoever installs states, and the console cannot find out: kept as settings, each an event of the ledger."""

from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import sql
from psycopg.types.json import Jsonb

from core.services.adopt.install import AUTHENTICATION, TRIGGER_GUARD
from core.services.adopt.script_draft import Draft

# What is said of each, and its event.
_STATEMENTS: Final[Mapping[str, tuple[str, str]]] = {
    AUTHENTICATION: ("the statement on the server's authentication", "SELECT {}('authentication_attested', {})"),
    TRIGGER_GUARD: ("the statement on changes of triggers", "SELECT {}('trigger_guard_attested', {})"),
}


def register_writes(made: Draft, tables: Sequence[str]) -> None:
    """The step that says which tables the register function writes besides the registry."""
    if tables:
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


def attestations(made: Draft, known: Mapping[str, str]) -> None:
    """The steps that keep what somebody stands for and did not say before, in the same words.

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
