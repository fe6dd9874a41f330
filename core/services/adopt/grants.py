"""What our roles need of the company's own tables. Rights are added, none is taken away."""

from collections.abc import Mapping
from typing import Final

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.rows.enrolment import GRANTED
from core.services.adopt.company_tables import NAMES
from core.services.adopt.install import has_trigger_guard
from core.services.adopt.script_draft import CompanyTable, Draft, comma_separated

# All of them are read as birth_caller. A gatekeeper's decision about a collection that the company's own policy names
# is written there; what else the caller needs is found by rehearsing.
_CALLER: Final[Mapping[str, tuple[str, ...]]] = {"policy": ("SELECT", "UPDATE")}
_READS: Final = ("SELECT",)


def draft(connection: Connection, made: Draft) -> None:
    """The steps that let birth_owner read the gateway's tables, and every reader of the console."""
    tables = made.tables
    wanted = {part: ["SELECT"] for part in NAMES}
    if has_trigger_guard(made):
        wanted["alerts"] = ["SELECT", "INSERT"]
    held: set[tuple[int, str, str]] = set()
    if made.survey.owner is not None and made.survey.server.has_caller and tables:
        rights = {
            str(table.relid): {"birth_owner": wanted[part], "birth_caller": [*_CALLER.get(part, _READS)]}
            for part, table in tables.items()
        }
        held = {(row.relid, row.role, row.right) for row in connection.rows(GRANTED, {"wanted": Jsonb(rights)})
                if row.held and row.read}  # fmt: skip
    for part, table in tables.items():
        given = {"birth_owner": wanted[part], "birth_caller": [*_CALLER.get(part, _READS)]}
        if not all((table.relid, role, right) in held for role, rights in given.items() for right in rights):
            _grant(made, table, given)


def _grant(made: Draft, table: CompanyTable, given: Mapping[str, list[str]]) -> None:
    owned = made.survey.is_superuser or table.owned
    statement = sql.SQL("GRANT USAGE ON SCHEMA {} TO birth_owner, birth_reader, birth_caller").format(
        sql.Identifier(table.schema)
    )
    for role, rights in (*given.items(), ("birth_reader", ["SELECT"])):
        if rights:
            statement += sql.SQL("; GRANT {} ON {} TO {}").format(
                comma_separated([sql.SQL(right) for right in rights]), table.identifier, sql.Identifier(role)
            )
    made.add(
        f"the console uses {table.name}, and the groups may read it",
        statement,
        needs="" if owned else f"its owner {table.owner}",
    )
