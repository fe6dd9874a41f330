"""Upgrading: an installed schema is brought to this version, in one transaction, or the SQL for it is printed."""

from dataclasses import dataclass

from core.db.connection.errors import translated
from core.db.connection.installed import insist_not_newer
from core.db.connection.session import Connection
from core.db.install import script
from core.db.install import upgrade as composing
from core.errors import Json, NotAllowed, Unavailable
from core.services.adopt import install, membership
from core.services.adopt.script_draft import Draft
from core.version import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was changed, or would be. `sql` is the whole script where it was not run."""

    before: str
    changed: list[str]
    sql: str = ""
    needs: str = ""  # who else has to run it

    def as_json(self) -> dict[str, Json]:
        """The document of `upgrade --json`."""
        return {"from": self.before, "to": SCHEMA_VERSION, "changed": [*self.changed]}


def preview(connection: Connection) -> Upgrade:
    """What `upgrade` would do. Changes nothing. Raises ConsoleError."""
    _insist_installed(connection)
    with translated(read_only=connection.read_only), connection.driver.transaction(force_rollback=True):
        made, before, needs = _draft(connection)
        return _outcome(connection, before, made, needs)


def upgrade(connection: Connection) -> Upgrade:
    """Do it, in one transaction; where this login cannot do all of it, change nothing and say who can.

    Raises GateClosed while a run is being applied, for a schema that is newer, that no release made, or where what no
    file makes again was changed by hand.
    """
    _insist_installed(connection)
    with connection.transaction():
        script.begin(connection.driver)
        made, before, needs = _draft(connection)
        if needs:
            return _outcome(connection, before, made, needs)
        script.run(
            connection.driver, [*made.statements, *membership.leaving(made.survey)], read_only=connection.read_only
        )
    return Upgrade(before, [each.what for each in made.statements if not each.is_plumbing])


def insist_on_rights(found: Upgrade) -> None:
    """Raise NotAllowed where somebody else has to run the script."""
    if found.needs:
        raise NotAllowed(
            f"the upgrade needs {found.needs}: nothing was changed",
            code="rights_missing",
            evidence={"needs": found.needs},
            hint="Have an administrator run the SQL above with psql.",
        )


def _insist_installed(connection: Connection) -> None:
    if connection.installed is None:
        raise Unavailable(
            f"nothing of the console is installed in {connection.schema}",
            code="not_installed",
            evidence={"schema": connection.schema},
            hint="Name the schema with --schema; `birth-console init` installs it.",
        )
    insist_not_newer(connection.schema, connection.installed)


def _draft(connection: Connection) -> tuple[Draft, str, str]:
    """The steps, the version that is there, and who else is needed: '' where this login can do all of it."""
    made = Draft(install.survey(connection), connection.schema)
    change = composing.compose(connection)
    if not change.statements:
        return made, change.before, ""
    if not made.survey.is_member:
        made.statements.append(membership.joining(made.survey))
    made.statements += change.statements
    needs = [each.needs for each in made.statements if each.needs]
    return made, change.before, needs[0] if needs and not made.survey.is_superuser else ""


def _outcome(connection: Connection, before: str, made: Draft, needs: str) -> Upgrade:
    text = (
        script.text_of(connection.driver, [*made.statements, *membership.leaving(made.survey)])
        if made.statements
        else ""
    )
    return Upgrade(before, [each.what for each in made.statements if not each.is_plumbing], text, needs)
