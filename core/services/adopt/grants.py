"""What birth_owner and the groups need of the company's own tables. Rights are added, none is taken away."""

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.rows.init import GRANTED, SEQUENCES
from core.services.adopt.install import has_trigger_guard
from core.services.adopt.script_draft import Draft, comma_separated


def draft(connection: Connection, made: Draft) -> None:
    """The steps that let birth_owner use the gateway's tables, and everybody read them."""
    registry = ["SELECT", "INSERT"] if made.registers_as_owner else ["SELECT"]
    wanted = {
        "collection_registry": ["SELECT", "INSERT"],
        "birth_policy": ["SELECT", "INSERT", "UPDATE"],
        "birth_registry": registry,
        "trigger_guard_alerts": ["SELECT", "INSERT"] if has_trigger_guard(made) else ["SELECT"],
    }
    theirs = {name: rights for name, rights in wanted.items() if _is_theirs(made, name)}
    held: set[tuple[str, str]] = set()
    if made.survey.owner is not None and theirs:
        rows = connection.rows(GRANTED, {"wanted": Jsonb(theirs)})
        held = {(row.table, row.right) for row in rows if row.held and row.read}
    for name, rights in theirs.items():
        if not all((name, right) in held for right in rights):
            _grant(connection, made, name, rights)


def _is_theirs(made: Draft, name: str) -> bool:
    return made.survey.owner_of("table", name) not in (None, "birth_owner")


def _grant(connection: Connection, made: Draft, name: str, rights: list[str]) -> None:
    owned = made.survey.is_superuser or made.survey.objects["table", name].owned
    table = made.in_schema(name)
    statement = sql.SQL("GRANT {} ON {} TO birth_owner; GRANT SELECT ON {} TO birth_reader").format(
        comma_separated([sql.SQL(right) for right in rights]),
        table,
        table,
    )
    if name == "birth_registry" and "INSERT" in rights:
        for row in connection.rows(SEQUENCES):
            # As the server quoted it.
            statement += sql.SQL("; GRANT USAGE ON SEQUENCE {} TO birth_owner").format(sql.SQL(row.sequence))
    made.add(
        f"birth_owner may write {name}, and the groups may read it",
        statement,
        needs="" if owned else f"its owner {made.survey.owner_of('table', name)}",
    )
