"""Setting a database up: what is missing is installed, tables are enrolled, and nothing that is there is replaced."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from core.db.connection.errors import translated
from core.db.connection.installed import insist_current
from core.db.connection.session import Connection
from core.db.install import script
from core.db.install.script import Statement
from core.db.rows import init as rows
from core.errors import ConsoleError, Json, NotAllowed, UsageError
from core.services.adopt import (
    binding,
    company_gateway,
    company_tables,
    declarations,
    enrol,
    grants,
    membership,
    nodes,
    obstacles,
    register_columns,
    registry_nodes,
    rehearsal,
)
from core.services.adopt import install as installing
from core.services.adopt.script_draft import SUPERUSER, Draft, Left


@dataclass(frozen=True, slots=True)
class Wish:
    """What `init` was asked for."""

    collections: Sequence[str] = ()
    exempt: Sequence[str] = ()
    bind: Sequence[str] = ()
    register_writes: Sequence[str] = ()
    allow_withdraw: bool = False
    attestations: Mapping[str, str] = field(default_factory=dict)  # words by the setting that keeps them
    include_system: bool = False
    company_schema: str = ""
    gateway: str = ""
    trigger: str = ""
    register_columns: Sequence[str] = ()
    bound_tables: Mapping[str, Sequence[str]] = field(default_factory=dict)  # words of --bind-registry … by part


@dataclass(frozen=True, slots=True)
class Need:
    """What this login cannot do: who can, and by which SQL."""

    what: str
    needs: str
    sql: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Which are done, or would be, and which are left for an administrator."""

    doing: Sequence[Statement]
    waiting: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, or would be. `sql` is the whole script; `remedies` make failed audits pass: for an administrator.

    `out_of_scope` counts the collections that are not REQUIRED by their governance role. `not_rehearsed` is why a dry
    run could not run all of its script in a transaction that it takes back; "" where it did.
    """

    schema: str
    dry_run: bool
    installed: list[str]
    enrolled: list[dict[str, Json]]
    out_of_scope: dict[str, int]
    bound: Json
    left: list[Left]
    needs: list[Need]
    remedies: list[dict[str, Json]]
    sql: str
    not_rehearsed: str = ""

    def as_json(self) -> dict[str, object]:
        """The document of `init --json`."""
        return asdict(self)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything was there already."""
        return not self.installed


def preview(connection: Connection, wish: Wish) -> Outcome:
    """What `init` would do. Changes nothing: what it takes to look is taken back. Raises as `init` does."""
    _refuse_reserved(connection.schema)
    insist_current(connection.schema, connection.installed)
    with connection.watched(), connection.driver.transaction(force_rollback=True):
        script.begin(connection.driver)
        made = _draft(connection, wish)
        reason = _rehearse_script(connection, made)
        made.obstacles.insist_on_none()
        text = script.text_of(connection.driver, [*made.statements, *membership.leaving(made.survey)])
        needs = [each for each in made.statements if each.needs]
        steps = Steps(made.statements, needs)
        return _outcome(connection, made, steps, _remedies(connection, made), text, not_rehearsed=reason)


def init(connection: Connection, wish: Wish) -> Outcome:
    """Do what this login can, in one transaction, and say what is left to an administrator.

    Raises GateClosed for what stops the installation, all of it at once, and other ConsoleErrors.
    """
    _refuse_reserved(connection.schema)
    insist_current(connection.schema, connection.installed)
    met: list[ConsoleError] = []
    try:
        return script.persistently(lambda: _install(connection, wish, met))
    except ConsoleError as error:
        if error in met:
            _meet_all(connection, wish, error)
        raise


def _install(connection: Connection, wish: Wish, met: list[ConsoleError]) -> Outcome:
    """As init. What the server refused of the script itself is put into `met`, too."""
    with connection.watched(), connection.transaction():
        script.begin(connection.driver)
        made = _draft(connection, wish)
        if made.obstacles.found:
            obstacles.meet(connection, made.possible, made.obstacles)
            made.obstacles.insist_on_none()
        doing = made.possible
        with obstacles.remembered(met):
            script.run(connection.driver, doing, read_only=connection.read_only)
        granted = _rehearse(connection, made)
        script.run(connection.driver, granted, read_only=connection.read_only)
        doing = [*doing, *granted]
        remedies = _remedies(connection, made)
        script.run(connection.driver, membership.leaving(made.survey), read_only=connection.read_only)
    waiting = [each for each in made.statements if each not in doing]
    if not made.survey.can_install:
        # Until an administrator made the roles and let this login in, there is no use in telling the rest.
        waiting = installing.first_steps(made.survey, connection.schema)
    steps = Steps(doing, [each for each in waiting if not each.is_plumbing])
    return _outcome(connection, made, steps, remedies)


def _meet_all(connection: Connection, wish: Wish, first: ConsoleError) -> None:
    """After a first refusal, look for all others in a transaction that is taken back; raise what is more than one."""
    with connection.watched(), connection.driver.transaction(force_rollback=True):
        script.begin(connection.driver)
        made = _draft(connection, wish)
        obstacles.meet(connection, made.possible, made.obstacles)
    made.obstacles.note(first)
    if len(made.obstacles.found) > 1:
        made.obstacles.insist_on_none()


def _rehearse_script(connection: Connection, made: Draft) -> str:
    """Run the script as far as this login could, and take it back. Note what a server refuses; why not all was run."""
    if connection.read_only:
        return "this session is read-only"
    needs = sum(bool(each.needs) for each in made.statements)
    if needs or made.obstacles.found:
        obstacles.meet(connection, made.possible, made.obstacles)
        return f"{needs} steps need more privileges: other steps were run, and taken back" if needs else ""
    try:
        with translated(), connection.driver.transaction(force_rollback=True):
            script.run(connection.driver, [each for each in made.possible if not each.elsewhere])
            _rehearse(connection, made)
    except ConsoleError as error:
        if not obstacles.is_one(error):
            raise
        obstacles.meet(connection, made.possible, made.obstacles)
        made.obstacles.note(error)
    return ""


def _rehearse(connection: Connection, made: Draft) -> list[Statement]:
    """Grants that the register function turned out to need, of those that this login can give; the others are noted."""
    if not (made.possible or made.survey.recorded):
        return []
    found = rehearsal.rehearse(connection)
    made.statements += found.grants
    if found.refusal:
        made.leave("the register function", f"a rehearsal for an invented code ends with: {found.refusal}")
    if found.written:
        tables = " ".join(sorted(found.written))
        made.leave(
            "the register function",
            f"it also writes {tables}. Applies refuse that: `birth-console init --register-writes"
            f" {shlex.join(sorted(found.written))}` allows it",
        )
    return [each for each in found.grants if not each.needs]


def insist_on_all(outcome: Outcome) -> None:
    """Raise NotAllowed where something is left for an administrator to do."""
    if outcome.needs:
        raise NotAllowed(
            f"{len(outcome.needs)} steps need more privileges",
            code="rights_missing",
            evidence={"steps": [f"{each.what}: {each.needs}" for each in outcome.needs]},
            hint="Ask an administrator to run the SQL above with psql, then run init again.",
        )


def _refuse_reserved(schema: str) -> None:
    # The server would refuse it, too, but only where the schema is to be made, and in words of its own.
    if schema.startswith("pg_") or schema == "information_schema":
        raise UsageError(
            f"invalid schema name {schema}: reserved by PostgreSQL",
            code="bad_schema",
            evidence={"schema": schema},
            hint="Name another schema with --schema.",
        )


def _draft(connection: Connection, wish: Wish) -> Draft:
    """Everything that is to be done, by the catalogs as they are. Raises ConsoleError."""
    nodes.insist_on_coordinator(connection)
    found = installing.survey(connection)
    made = Draft(replace(found, attested={**found.attested, **wish.attestations}), connection.schema)
    made.company_schemas = company_tables.schemas(connection, wish.company_schema)
    made.tables = company_tables.find(connection, made, wish.bound_tables)
    made.gateway = company_gateway.find(connection, made, wish.gateway, wish.trigger)
    binding.look(connection, made, wish.bind)
    filled = register_columns.bound_columns(connection, made, wish.register_columns)
    installing.draft(connection, made, binds=bool(wish.bind), filled=filled)
    company_tables.draft(connection, made)
    company_gateway.draft(made)
    with made.obstacles.noted():
        binding.draft(connection, made, wish.bind)
    with made.obstacles.noted():
        register_columns.draft(connection, made, wish.register_columns)
    declarations.register_writes(connection, made, wish.register_writes)
    declarations.attestations(made, found.attested)
    grants.draft(connection, made)
    declarations.allow_withdraw(made, wanted=wish.allow_withdraw)
    registry_nodes.draft(connection, made, withdraws=wish.allow_withdraw)
    enrol.draft(connection, made, wish.collections, wish.exempt, include_system=wish.include_system)
    installing.finish(made)
    return made


def _outcome(
    connection: Connection,
    made: Draft,
    steps: Steps,
    remedies: list[dict[str, Json]],
    text: str = "",
    *,
    not_rehearsed: str = "",
) -> Outcome:
    return Outcome(
        schema=connection.schema,
        dry_run=bool(text),
        installed=[each.what for each in steps.doing if not each.is_plumbing],
        enrolled=made.enrolled if steps.doing else [],
        out_of_scope=made.out_of_scope,
        bound=made.bound,
        left=made.left,
        needs=[
            Need(each.what, each.needs or SUPERUSER, script.formatted(connection.driver, each))
            for each in steps.waiting
        ],
        remedies=remedies,
        sql=text,
        not_rehearsed=not_rehearsed,
    )


def _remedies(connection: Connection, made: Draft) -> list[dict[str, Json]]:
    """What the audit would have an administrator run; nothing where it is not installed, or not this login's to see."""
    if not connection.one(rows.SEES_REMEDIES).sees:
        return []
    found = connection.rows(rows.REMEDIES)
    # A membership that was only for this is over in a moment.
    over = f"REVOKE birth_owner FROM {made.survey.server.quoted}" if membership.leaving(made.survey) else ";"
    return [
        {"check": each.id, "sql": each.statement}
        for each in found
        if not each.statement.startswith((f"{over};", f"{over} "))
    ]
