"""What birth_owner and the groups need of the company's own tables. Rights are added, none is taken away."""

from collections.abc import Iterator

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.rows.init import GRANTED, SEQUENCES
from core.services.adopt.company_tables import NAMES
from core.services.adopt.install import has_trigger_guard
from core.services.adopt.script_draft import CompanyTable, Draft, comma_separated


def draft(connection: Connection, made: Draft) -> None:
    """The steps that let birth_owner use the gateway's tables, and everybody read them."""
    tables = {table.part: table for table in _theirs(made)}
    wanted = {
        "registry": ["SELECT", "INSERT"] if made.registers_as_owner else ["SELECT"],
        "collections": ["SELECT"],
        # A gatekeeper's decision about a collection that the company's own policy names is written there.
        "policy": ["SELECT", "UPDATE"],
        "alerts": ["SELECT", "INSERT"] if has_trigger_guard(made) else ["SELECT"],
    }
    if made.survey.owner_of("table", "collection_registry") not in (None, "birth_owner"):
        # An older installation, which shares its schema with the company.
        wanted["collections"] = ["SELECT", "INSERT"]
        wanted["policy"] = ["SELECT", "INSERT", "UPDATE"]
    held: set[tuple[int, str]] = set()
    if made.survey.owner is not None and tables:
        rights = {str(table.relid): wanted[part] for part, table in tables.items()}
        held = {(row.relid, row.right) for row in connection.rows(GRANTED, {"wanted": Jsonb(rights)})
                if row.held and row.read}  # fmt: skip
    for part, table in tables.items():
        if not all((table.relid, right) in held for right in wanted[part]):
            _grant(connection, made, table, wanted[part])


def _theirs(made: Draft) -> Iterator[CompanyTable]:
    """The company's tables: those that are bound, and those that an older installation shares its schema with."""
    yield from made.tables.values()
    for part, name in NAMES.items():
        found = made.survey.objects.get(("table", name))
        if part not in made.tables and found is not None and found.owner != "birth_owner":
            yield CompanyTable(part, made.schema, name, found.owner, found.owned, found.relid, {})


def _grant(connection: Connection, made: Draft, table: CompanyTable, rights: list[str]) -> None:
    owned = made.survey.is_superuser or table.owned
    statement = sql.SQL(
        "GRANT USAGE ON SCHEMA {} TO birth_owner, birth_reader; GRANT {} ON {} TO birth_owner;"
        " GRANT SELECT ON {} TO birth_reader"
    ).format(
        sql.Identifier(table.schema),
        comma_separated([sql.SQL(right) for right in rights]),
        table.identifier,
        table.identifier,
    )
    if table.part == "registry" and "INSERT" in rights:
        for row in connection.rows(SEQUENCES, {"relid": table.relid}):
            # As the server quoted it.
            statement += sql.SQL("; GRANT USAGE ON SEQUENCE {} TO birth_owner").format(sql.SQL(row.sequence))
    made.add(
        f"birth_owner may use {table.name}, and the groups may read it",
        statement,
        needs="" if owned else f"its owner {table.owner}",
    )
