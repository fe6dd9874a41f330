"""The commands by name. A command's module is imported when it runs: help must not wait for a database driver."""

from importlib import import_module
from typing import NamedTuple

import click

from core.cli.examples import OVERVIEW, with_examples
from core.cli.usage import meant


class Place(NamedTuple):
    """Where a command is defined, and the line that the overview shows of it."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "status": Place("status", "status", "Show readiness: the eight metrics and what blocks the gate."),
    "matrix": Place("matrix", "matrix", "List every collection: identity, table, trigger, verdict."),
    "overview": Place("overview", "overview", "Show a line for the database of each profile."),
    "metrics": Place("metrics", "metrics", "Print figures for a monitor (Prometheus)."),
    "columns": Place("columns", "columns", "Show evidence for each column of a collection."),
    "suggest": Place("suggest", "suggest", "Rank identities for unclassified collections, with evidence."),
    "classify": Place("classify", "classify", "Classify a collection: prove and record its identity."),
    "permit": Place("permit", "permit", "Request, grant, open, close and list permits."),
    "plan": Place("plan", "plan", "Plan a run: store exactly which rows are missing."),
    "reconcile": Place("plan", "reconcile", "Recount a plan by a second query: equal, or stale."),
    "apply": Place("apply", "apply", "Register the planned rows in gated batches."),
    "control": Place("apply", "control", "Pause, resume or cancel a running apply."),
    "withdraw": Place("withdraw", "withdraw", "Plan to take back the registry rows of a run."),
    "verify": Place("verify", "verify", "Check the acceptance gates of a run on live data."),
    "certify": Place("trust", "certify", "Certify a run as an independent reviewer."),
    "ledger": Place("ledger", "ledger", "List runs, show their entries, compare row by row."),
    "audit": Place("trust", "audit", "Verify the ledger's hash chain; write or check an anchor."),
    "packet": Place("packet", "packet", "Write the evidence packet as Markdown, JSON or HTML."),
    "doctor": Place("trust", "doctor", "Check the installation: ways around the gates, and cures."),
    "init": Place("init", "init", "Set up an existing database and enrol its tables."),
    "upgrade": Place("upgrade", "upgrade", "Upgrade an installed schema to this version."),
    "people": Place("people", "people", "List, add and retire people: logins and their groups."),
    "docs": Place("docs", "docs", "Read the runbook, the glossary and the other pages."),
    "completion": Place("completion", "completion", "Print the completion script for bash, zsh or fish."),
    "demo": Place("demo", "demo", "Start, stop or reset the demo database; print its DSN."),
}

# What help groups them under, in the order of the work.
GROUPS = {
    "Read": ("status", "overview", "matrix", "columns", "ledger", "packet", "metrics"),
    "Decide": ("suggest", "classify", "permit"),
    "Run": ("plan", "reconcile", "apply", "control", "withdraw"),
    "Prove": ("verify", "certify", "audit", "doctor"),
    "Set up": ("init", "upgrade", "people", "docs", "completion", "demo"),
}

EXITS = (
    ("0", "done"),
    ("1", "unexpected failure"),
    ("2", "usage"),
    ("3", "a gate is closed; stderr names each with its evidence"),
    ("4", "stale: the database differs from what the plan or the review saw"),
    ("5", "verification failed"),
    ("6", "this login may not do that"),
    ("7", "stopped before the end; the same command resumes it"),
    ("130", "interrupted; the same command resumes it"),
)

# Names that scripts may use: each is the command that help shows under its present name.
ALIASES = {"profile": "columns"}


def load(name: str) -> click.Command:
    """Import the command `name`, which may be an alias."""
    name = ALIASES.get(name, name)
    place = COMMANDS[name]
    command = getattr(import_module(f"core.cli.commands.{place.module}"), place.attribute)
    assert isinstance(command, click.Command)  # noqa: S101 - a wrong entry of the table above is a bug
    return with_examples(command, name)


class CommandGroup(click.Group):
    """A group that knows its commands by name and imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command, or None for a name that is none."""
        return load(cmd_name) if cmd_name in COMMANDS or cmd_name in ALIASES else None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write commands, examples and exit codes, then the options that every command takes."""
        self.format_commands(ctx, formatter)
        with formatter.section("Examples"):
            formatter.write_dl(list(OVERVIEW))
        with formatter.section("Exit status"):
            formatter.write_dl(list(EXITS))
        records = [record for each in self.get_params(ctx) if (record := each.get_help_record(ctx)) is not None]
        with formatter.section("Options of every command, before or after its name"):
            formatter.write_dl(records)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the overview from the table, without importing anything."""
        grouped = {name for names in GROUPS.values() for name in names}
        groups = {**GROUPS, "More": tuple(name for name in COMMANDS if name not in grouped)}
        for group, names in groups.items():
            if names:
                with formatter.section(group):
                    formatter.write_dl([(name, COMMANDS[name].help) for name in names])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; a name that is none is told with those that are alike."""
        if args and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"No such command '{args[0]}'.{meant(args[0], [*COMMANDS, *ALIASES])}")
        return super().resolve_command(ctx, args)
