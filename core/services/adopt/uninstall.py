"""Removing the console from a database: what init installed goes, what is the company's stays."""

from dataclasses import asdict, dataclass

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.db.rows import uninstall as rows
from core.db.sources.counts import row_count
from core.errors import GateClosed, Json, Unavailable


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes, or went: `rows` are those of the tables that go with it, where there are any."""

    database: str
    schema: str
    removed: list[str]
    rows: dict[str, int]
    certified_runs: int
    sql: str

    def as_json(self) -> dict[str, Json]:
        """The document of `init --uninstall --json`."""
        return asdict(self)


def survey(connection: Connection) -> Removal:
    """What an uninstall would remove. Changes nothing. Raises Unavailable where nothing is installed."""
    statements = _statements(connection)
    if not statements:
        raise Unavailable(
            f"the console is not installed in {connection.schema}",
            code="not_installed",
            evidence={"schema": connection.schema},
            hint="Name the schema with --schema.",
        )
    return _removal(connection, statements)


def insist_on_leave(found: Removal, *, even_certified: bool) -> None:
    """Raise GateClosed where certified runs would go without leave."""
    if found.certified_runs and not even_certified:
        raise GateClosed(
            f"{found.certified_runs} certified runs would be removed, with the ledger that proves them",
            code="certified_runs",
            evidence={"certified_runs": found.certified_runs, "database": found.database, "schema": found.schema},
            hint="Keep a dump of the schema and an anchor elsewhere, then add --even-certified.",
        )


def uninstall(connection: Connection, *, even_certified: bool) -> Removal:
    """Remove it, in one transaction. What the company built upon it stops the whole. Raises ConsoleError."""
    with connection.watched(), connection.transaction():
        script.begin(connection.driver)
        statements = _statements(connection)
        found = _removal(connection, statements)
        insist_on_leave(found, even_certified=even_certified)
        script.run(connection.driver, statements, read_only=connection.read_only)
    return found


def _removal(connection: Connection, statements: list[Statement]) -> Removal:
    place = connection.one(rows.PLACE)
    counted = {
        table.name: connection.one(row_count(sql.Identifier(connection.schema, table.name))).rows
        for table in connection.rows(rows.TABLES)
    }
    certified = counted.get("birth_backfill_certificate", 0)
    return Removal(
        database=place.database,
        schema=connection.schema,
        removed=[each.what for each in statements],
        rows={name: count for name, count in counted.items() if count},
        certified_runs=certified,
        sql=script.text_of(connection.driver, statements),
    )


def _statements(connection: Connection) -> list[Statement]:
    """What depends goes before what it depends on. Each text is as the server quoted it."""
    return [Statement(step.what, sql.Composed([sql.SQL(step.statement)])) for step in connection.rows(rows.STATEMENTS)]
