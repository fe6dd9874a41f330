"""`init`: set an existing database up, or show what would go."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from core.cli.list_options import ListCommand
from core.cli.options import Invocation, invocation
from core.domain.text import harmless
from core.errors import UsageError
from core.services import demo
from core.services.adopt import init as service
from core.services.adopt import uninstall as removing
from core.services.adopt.init import Outcome, Wish
from core.services.adopt.install import AUTHENTICATION, DISTRIBUTED, TRIGGER_GUARD
from core.settings import data_home

_FEW = 10
_BOUND = {
    "registry": "the birth registry",
    "collections": "the registry of collections",
    "policy": "the policy of each collection",
    "alerts": "the trigger guard's alerts",
}
_LISTS = (
    "--collections",
    "--exempt",
    "--bind",
    "--register-column",
    "--register-writes",
    *(f"--bind-{part}" for part in _BOUND),
)


class _Init(ListCommand):
    lists = _LISTS


def _binding_tables(command: Callable[..., None]) -> Callable[..., None]:
    """The options that name the company's own tables, one for each part that they play."""
    for part, title in reversed(_BOUND.items()):
        metavar = "TABLE" if part == "alerts" else "TABLE [column=COLUMN…]"
        command = click.option(
            f"--bind-{part}", multiple=True, metavar=metavar, help=f"Bind the company's table of {title}."
        )(command)
    return command


@click.command(cls=_Init)
@click.option(
    "--company-schema",
    metavar="S2",
    default="",
    help="Schema that holds the company's registry, policy and gateway (default: the search path, then public).",
)
@_binding_tables
@click.option("--gateway", metavar="FUNCTION", default="", help="Bind the company's gateway: its triggers' function.")
@click.option("--trigger", metavar="PATTERN", default="", help="Its triggers' name; * stands for the table's name.")
@click.option(
    "--collections",
    multiple=True,
    metavar="GLOB…",
    help="Tables to enrol as REQUIRED, as schema.table (default public.*).",
)
@click.option("--exempt", multiple=True, metavar="GLOB…", help="Tables to enrol as EXEMPT.")
@click.option(
    "--bind",
    multiple=True,
    metavar="FUNCTION parameter=$value…",
    help="Bind the gateway's register function to the console's values.",
)
@click.option(
    "--register-column",
    "register_columns",
    multiple=True,
    metavar="COLUMN=SOURCE…",
    help="Fill a column of the registry: a constant, $collection, or a look-up (see `docs adopt`).",
)
@click.option(
    "--register-writes",
    multiple=True,
    metavar="TABLE…",
    help="Tables that the register function writes besides the registry.",
)
@click.option(
    "--allow-withdraw",
    is_flag=True,
    help="Allow runs to be withdrawn from the registry; needs the registry owner's rights.",
)
@click.option(
    "--attest-authentication",
    metavar="T",
    help="State how a managed server authenticates, if its pg_hba is not readable; recorded in the ledger.",
)
@click.option(
    "--attest-trigger-guard",
    metavar="T",
    help="State how changes of triggers are noticed, if the server allows no event trigger; recorded in the ledger.",
)
@click.option(
    "--attest-distributed",
    metavar="T",
    help="State what registers new rows of distributed tables, where no trigger fires (Citus); recorded in the ledger.",
)
@click.option("--include-system", is_flag=True, help="Also enrol the own tables of Directus, Django, Rails ….")
@click.option("--uninstall", is_flag=True, help="Remove the console's objects; the company's objects stay.")
@click.option("--even-certified", is_flag=True, help="With --uninstall: remove certified runs, too.")
@click.option("--confirm", metavar="DATABASE", help="With --uninstall: confirm by the database's name.")
@click.option("--dry-run", is_flag=True, help="Print the SQL; change nothing.")
@invocation
def init(call: Invocation, /, **given: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Install the console's objects on an existing database, and enrol its tables as observed and REQUIRED.

    Existing objects are never replaced. If privileges are missing, the SQL for an administrator is printed (exit 6).
    """
    if call.settings.is_demo:
        _on_the_demo(call, given)
        return
    if given["uninstall"]:
        _uninstall(call, given)
        return
    if given["even_certified"] or given["confirm"]:
        raise UsageError("--even-certified and --confirm need --uninstall", hint="Omit them, or add --uninstall.")
    for option in ("attest_authentication", "attest_trigger_guard", "attest_distributed"):
        if given[option] is not None and not given[option].strip():
            raise UsageError(
                f"--{option.replace('_', '-')} is blank",
                code="empty_option",
                hint="State the fact, or omit the option.",
            )
    wish = Wish(
        collections=given["collections"],
        exempt=given["exempt"],
        bind=given["bind"],
        register_columns=given["register_columns"],
        register_writes=given["register_writes"],
        allow_withdraw=given["allow_withdraw"],
        attestations={
            name: words
            for name, words in (
                (AUTHENTICATION, given["attest_authentication"]),
                (TRIGGER_GUARD, given["attest_trigger_guard"]),
                (DISTRIBUTED, given["attest_distributed"]),
            )
            if words
        },
        include_system=given["include_system"],
        company_schema=given["company_schema"],
        gateway=given["gateway"],
        trigger=given["trigger"],
        bound_tables={part: given[f"bind_{part}"] for part in _BOUND},
    )
    with call.install() as connection:
        outcome = (service.preview if given["dry_run"] else service.init)(connection, wish)
    if call.output.as_json:
        call.output.document(outcome.as_json())
    elif outcome.dry_run:
        _show_script(call, outcome)
    else:
        _show(call, outcome)
    if not outcome.dry_run:
        service.insist_on_all(outcome)


def _on_the_demo(call: Invocation, given: dict[str, Any]) -> None:
    """The demo is set up; what it leaves to an administrator is that runs may be withdrawn."""
    others = [name for name, value in given.items() if value and name != "allow_withdraw"]
    if others or not given["allow_withdraw"]:
        raise UsageError(
            "init does not work on the demo: it is already set up",
            code="demo",
            hint="Name your database with --dsn. On the demo, only --allow-withdraw works.",
        )
    demo.allow_withdraw(data_home(), call.output.progress)
    if call.output.as_json:
        call.output.document({"installed": ["runs may be withdrawn"]})
    else:
        call.output.text("+ runs of the demo may be withdrawn")


def _show_script(call: Invocation, outcome: Outcome) -> None:
    """The SQL alone on stdout, so that it can be kept in a file; what to know of it on stderr."""
    for each in outcome.left:
        call.output.progress(f"unchanged: {each.object}: {each.why}")
    if outcome.not_rehearsed:
        call.output.progress(f"not rehearsed in full: {outcome.not_rehearsed}")
    if outcome.changes_nothing:
        call.output.progress("everything is installed: init would change nothing")
    else:
        _script(call, outcome.sql)


def _show(call: Invocation, outcome: Outcome) -> None:
    """What was done and left. Where SQL is among it, all else is a comment: psql takes the whole as it is."""
    out = call.output
    margin = "-- " if outcome.needs or outcome.remedies else ""
    for what in _installed(outcome):
        out.text(f"{margin}+ {what}")
    for each in outcome.left:
        out.text(f"{margin}= {each.object}: {each.why}")
    for role, count in sorted(outcome.out_of_scope.items()):
        out.text(f"{margin}= {count} {'collection is' if count == 1 else 'collections are'} {role}: not REQUIRED")
    if outcome.changes_nothing and not outcome.needs:
        out.text(f"{margin}everything is installed: nothing was changed")
    for need in outcome.needs:
        out.text()
        out.text(f"-- {need.what}: needs {need.needs}")
        _script(call, need.sql)
    # One of them may take away what this login still needs to do the rest.
    if outcome.remedies and not outcome.needs:
        out.text()
        out.text(
            "-- Run these statements as an administrator, so that doctor passes. They change the company's objects:"
        )
        for remedy in outcome.remedies:
            _script(call, f"{remedy['sql']}  -- {remedy['check']}")


def _installed(outcome: Outcome) -> Iterator[str]:
    """What was installed; many of a kind as one."""
    migrations = [what for what in outcome.installed if what.startswith(("schema/", "functions/"))]
    triggers = [what for what in outcome.installed if what.startswith("trg_")]
    if migrations:
        yield f"the console's own objects: {len(migrations)} files of SQL"
    if len(triggers) > _FEW:
        yield f"trg_birth_gateway on {len(triggers)} tables"
    else:
        yield from triggers
    yield from (what for what in outcome.installed if what not in migrations and what not in triggers)


def _script(call: Invocation, text: str) -> None:
    """SQL as psql takes it. What could act on a terminal is escaped: a name that holds such a thing is not found."""
    call.output.source("\n".join(harmless(line) for line in text.split("\n")))


def _uninstall(call: Invocation, given: dict[str, Any]) -> None:
    with call.install() as connection:
        found = removing.survey(connection)
        if given["dry_run"]:
            removal = found
        else:
            removing.insist_on_leave(found, even_certified=given["even_certified"])
            _insist_on_name(found.database, given["confirm"])
            removal = removing.uninstall(connection, even_certified=given["even_certified"])
    if call.output.as_json:
        call.output.document({**removal.as_json(), "dry_run": given["dry_run"]})
    elif given["dry_run"]:
        for name, rows in removal.rows.items():
            call.output.progress(f"{name}: {rows:,} rows would be removed")
        _script(call, removal.sql)
    else:
        for what in removal.removed:
            call.output.text(f"- {what}")
        for each in removal.left:
            call.output.text(f"  {each.object} stays: {each.why}")


def _insist_on_name(database: str, confirmed: str | None) -> None:
    if confirmed is None and sys.stdin.isatty():
        confirmed = click.prompt(
            f"type {database} to remove the console from it", default="", show_default=False, err=True
        )
    if confirmed != database:
        raise UsageError(
            f"not confirmed: nothing was removed from {database}",
            code="not_confirmed",
            evidence={"database": database},
            hint=f"Give --confirm {database}, or type the name at the prompt.",
        )
