"""Removing the console from a server: what init made goes, what is the company's stays."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from psycopg import sql

from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.db.queries import named_query
from core.db.rows import uninstall as rows
from core.db.sources.counts import row_count
from core.errors import GateClosed, Json, NotAllowed, Unavailable
from core.services.adopt import membership
from core.services.adopt.script_draft import Left


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes, or went: `rows` are those of the tables that go with it, where there are any.

    `left` stays, each with the reason: rights and roles that others hold, and the logins of people.
    """

    database: str
    schema: str
    removed: list[str]
    rows: dict[str, int]
    certified_runs: int
    left: list[Left]
    sql: str

    def as_json(self) -> dict[str, Json]:
        """The document of `init --uninstall --json`."""
        return asdict(self)


def survey(connection: Connection) -> Removal:
    """What an uninstall would remove. Changes nothing. Raises Unavailable where nothing is installed."""
    with connection.watched(), connection.driver.transaction(force_rollback=True), membership.borrowed(connection):
        return _removal(connection, _steps(connection))


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
        with membership.borrowed(connection):
            steps = _steps(connection)
            found = _removal(connection, steps)
            insist_on_leave(found, even_certified=even_certified)
            _insist_on_rights(steps)
            doing = [each for each in steps if each.able]
            script.run(connection.driver, _statements(doing), read_only=connection.read_only)
        before = {each.name for each in connection.rows(rows.ROLES_LEFT)}
        script.run(connection.driver, [_roles(connection)], read_only=connection.read_only)
        roles = connection.rows(rows.ROLES_LEFT)
    gone = sorted(before - {each.name for each in roles})
    left = [*found.left, *(Left(f"role {each.name}", _held(each)) for each in roles)]
    return replace(found, removed=[*[each.what for each in doing], *(f"role {name}" for name in gone)], left=left)


def _steps(connection: Connection) -> list[rows.Statement]:
    steps = connection.rows(rows.STATEMENTS)
    if not steps:
        raise Unavailable(
            f"the console is not installed in {connection.schema}",
            code="not_installed",
            evidence={"schema": connection.schema},
            hint="Name the schema with --schema.",
        )
    return steps


def _insist_on_rights(steps: Sequence[rows.Statement]) -> None:
    """What only another owner can drop stops the whole; rights that stay do no harm without our roles' objects."""
    lacking = [each for each in steps if not each.able and not each.may_stay]
    if lacking:
        raise NotAllowed(
            f"{len(lacking)} steps need more privileges: nothing was removed",
            code="rights_missing",
            evidence={"steps": [f"{each.what}: its owner {each.owner}" for each in lacking]},
            hint="Ask their owner or an administrator to run the script that `init --uninstall --dry-run` prints.",
        )


def _removal(connection: Connection, steps: Sequence[rows.Statement]) -> Removal:
    place = connection.one(rows.PLACE)
    counted = {
        table.name: connection.one(row_count(sql.Identifier(connection.schema, table.name))).rows
        for table in connection.rows(rows.TABLES)
    }
    certified = counted.get("birth_backfill_certificate", 0)
    people = connection.rows(rows.PEOPLE) if "birth_person_login" in counted else []
    return Removal(
        database=place.database,
        schema=connection.schema,
        removed=[each.what for each in steps],
        rows={name: count for name, count in counted.items() if count},
        certified_runs=certified,
        left=[
            *(Left(each.what, f"revoking needs its owner {each.owner}: {each.statement};")
              for each in steps if each.may_stay and not each.able),
            *(Left(f"login {each.name}", "a person's: drop it if nothing else uses it") for each in people),
        ],
        sql=script.text_of(connection.driver, [*_statements(steps), _roles(connection)]),
    )  # fmt: skip


def _statements(steps: Sequence[rows.Statement]) -> list[Statement]:
    """What depends goes before what it depends on. Each text is as the server quoted it."""
    return [Statement(step.what, sql.Composed([sql.SQL(step.statement)])) for step in steps]


def _roles(connection: Connection) -> Statement:
    return Statement("roles that nothing needs any more", named_query(rows.DROP_ROLES.name, connection.schema))


def _held(role: rows.Role) -> str:
    return f"needed by {', '.join(role.held_by)}" if role.held_by else "dropping it needs more privileges"
