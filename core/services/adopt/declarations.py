"""What whoever installs states, and the console cannot find out: kept as settings, each an event of the ledger."""

from collections.abc import Sequence

from psycopg import sql
from psycopg.types.json import Jsonb

from core.services.adopt.script_draft import Draft


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


def attestation(made: Draft, words: str) -> None:
    """The step that keeps what somebody says of how the server authenticates; heard where pg_hba cannot be read."""
    if words:
        made.add(
            "the statement on the server's authentication",
            sql.SQL(
                "INSERT INTO {} VALUES ('authentication_attested', {}) ON CONFLICT (name) DO UPDATE SET value ="
                " excluded.value; SELECT {}('authentication_attested', {})"
            ).format(
                made.in_schema("birth_setting"),
                sql.Literal([words]),
                made.in_schema("birth_ledger_append"),
                sql.Literal(Jsonb({"words": words})),
            ),
            as_owner=True,
        )
