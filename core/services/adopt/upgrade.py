"""Upgrading: an installed schema is brought to this version, in one transaction, or the SQL for it is printed."""

from dataclasses import dataclass

from core.db.connection.errors import translated
from core.db.connection.installed import insist_not_newer
from core.db.connection.session import Connection
from core.db.install import relocation, script
from core.db.install import upgrade as composing
from core.db.install.script import Statement
from core.db.rows import upgrade as rows
from core.db.rows.upgrade import Installation
from core.errors import GateClosed, Json, NotAllowed, Unavailable, UsageError
from core.services.adopt import install, membership, rehearsal
from core.services.adopt.script_draft import Draft
from core.settings import DEFAULT_SCHEMA
from core.version import FIRST_VERSION, SCHEMA_VERSION, version_of

_OTHER = "birth_console"  # where the console's usual schema is the shared one


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was changed, or would be. `sql` is the whole script where it was not run."""

    before: str
    changed: list[str]
    sql: str = ""
    needs: str = ""  # who else has to run it
    moved_to: str = ""  # the schema where the console's objects are now, or would be, where they were in another

    def as_json(self) -> dict[str, Json]:
        """The document of `upgrade --json`."""
        moved: dict[str, Json] = {"schema": self.moved_to} if self.moved_to else {}
        return {"from": self.before, "to": SCHEMA_VERSION, "changed": [*self.changed], **moved}


@dataclass(frozen=True, slots=True)
class _Drafted:
    """The steps, of which the first are `done`; the version that is there; who else is needed: '' if no one is."""

    made: Draft
    before: str
    needs: str = ""
    done: int = 0
    moved_to: str = ""

    @property
    def changed(self) -> list[str]:
        """What is done or would be, for people."""
        return [each.what for each in self.made.statements if not each.is_plumbing]


def preview(connection: Connection) -> Upgrade:
    """What `upgrade` would do. Changes nothing. Raises ConsoleError."""
    _insist_installed(connection)
    with translated(read_only=connection.read_only), connection.driver.transaction(force_rollback=True):
        return _outcome(connection, _draft(connection))


def upgrade(connection: Connection) -> Upgrade:
    """Do it, in one transaction; where this login cannot do all of it, change nothing and say who can.

    Raises GateClosed while a run is being applied, for a schema that is newer, that no release made, or where what no
    file makes again was changed by hand.
    """
    _insist_installed(connection)
    return script.persistently(lambda: _upgrade(connection))


def _upgrade(connection: Connection) -> Upgrade:
    with connection.watched(), connection.transaction():
        script.begin(connection.driver)
        drafted = _draft(connection)
        if drafted.needs:
            return _outcome(connection, drafted)
        steps = drafted.made.statements[drafted.done :]
        script.run(connection.driver, steps, read_only=connection.read_only)
        granted = _granted(connection, drafted) if drafted.changed else []
        script.run(connection.driver, [*granted, *membership.leaving(drafted.made.survey)])
    changed = [*drafted.changed, *(each.what for each in granted)]
    return Upgrade(drafted.before, changed, moved_to=drafted.moved_to)


def _granted(connection: Connection, drafted: "_Drafted") -> list[Statement]:
    """What the register function turns out to need and this login can grant; `init` names the rest."""
    there = connection.elsewhere(drafted.moved_to) if drafted.moved_to else connection
    return [each for each in rehearsal.rehearse(there).grants if not each.needs]


def insist_on_rights(found: Upgrade) -> None:
    """Raise NotAllowed where an administrator has to run the script."""
    if found.needs:
        raise NotAllowed(
            f"the upgrade needs {found.needs}: nothing was changed",
            code="rights_missing",
            evidence={"needs": found.needs},
            hint="Have an administrator run the SQL above with psql.",
        )


def _insist_installed(connection: Connection) -> None:
    found = connection.rows(rows.INSTALLATIONS)
    if connection.installed is not None:
        insist_not_newer(connection.schema, connection.installed)
    elif not any(map(_is_to_be_left, found)):
        elsewhere = [each.schema for each in found]
        raise Unavailable(
            f"nothing of the console is installed in {connection.schema}",
            code="not_installed",
            evidence={"schema": connection.schema, "installed_in": elsewhere},
            hint=f"Name the schema: --schema {elsewhere[0]}."
            if elsewhere
            else "Name the schema with --schema; `birth-console init` installs it.",
        )


def _is_to_be_left(found: Installation) -> bool:
    return found.is_shared and version_of(found.comment or "") == FIRST_VERSION


def _move(connection: Connection) -> tuple[str, str] | None:
    """From where to where what is installed moves: out of a schema that it shares. None where it stays.

    Raises GateClosed where the schema that it would move into belongs to another role.
    """
    sources = [each.schema for each in connection.rows(rows.INSTALLATIONS) if _is_to_be_left(each)]
    here = connection.schema
    if here in sources:
        source, target = here, DEFAULT_SCHEMA if here != DEFAULT_SCHEMA else _OTHER
    elif connection.installed is None and len(sources) == 1:
        source, target = sources[0], here
    elif connection.installed is None and sources:
        raise UsageError(
            f"{len(sources)} schemas hold an installation",
            code="ambiguous_schema",
            evidence={"schemas": sources},
            hint=f"Name the one to upgrade: --schema {sources[0]}.",
        )
    else:
        return None
    taken = connection.row(rows.SCHEMA_OWNER, {"name": target})
    if taken is not None and taken.owner != "birth_owner":
        raise GateClosed(
            f"schema {target} belongs to {taken.owner}: the console needs a separate one",
            code="schema_taken",
            evidence={"schema": target, "owner": taken.owner, "from": source},
            hint="Name a new schema with --schema.",
        )
    return source, target


def _draft(connection: Connection) -> _Drafted:
    going = _move(connection)
    made = Draft(install.survey(connection), connection.schema)
    if going is not None:
        return _draft_move(connection, made, *going)
    change = composing.compose(connection)
    if not change.statements:
        return _Drafted(made, change.before)
    if not made.survey.is_member:
        made.statements.append(membership.joining(made.survey))
    made.statements += change.statements
    needs = [each.needs for each in made.statements if each.needs]
    return _Drafted(made, change.before, needs[0] if needs and not made.survey.is_superuser else "")


def _draft_move(connection: Connection, made: Draft, source: str, target: str) -> _Drafted:
    """As _draft, out of a shared schema. The steps are composed by what is there after the move: so it is made now."""
    found = made.survey
    if not (found.is_member or found.can_join) or not (found.is_superuser or found.server.creates_schemas):
        raise NotAllowed(
            f"this login may not move the installation from {source} to {target}",
            code="rights_missing",
            evidence={"from": source, "to": target},
            hint="Have an administrator run `birth-console upgrade`, or the SQL of `birth-console upgrade --dry-run`.",
        )
    script.begin(connection.driver)
    move = relocation.compose(connection, source, target)
    if not found.is_member:
        made.statements.append(membership.joining(found))
    made.statements += move.statements
    if found.is_superuser:
        made.statements.append(move.returning())
    script.run(connection.driver, made.statements, read_only=connection.read_only)
    done = len(made.statements)
    change = composing.compose(connection.elsewhere(target), move)
    made.statements += change.statements
    return _Drafted(made, change.before, done=done, moved_to=target)


def _outcome(connection: Connection, found: _Drafted) -> Upgrade:
    steps = [*found.made.statements, *membership.leaving(found.made.survey)]
    text = script.text_of(connection.driver, steps) if found.made.statements else ""
    return Upgrade(found.before, found.changed, text, found.needs, found.moved_to)
