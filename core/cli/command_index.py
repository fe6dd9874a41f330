"""The commands by name. A command's module is imported when it runs: help must not wait for a database driver."""

from importlib import import_module
from typing import NamedTuple

import click

from core.cli.examples import with_examples


class Place(NamedTuple):
    """Where a command is defined, and the line that the overview shows of it."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "status": Place("status", "status", "The readiness dashboard, and why the gate is closed."),
    "matrix": Place("matrix", "matrix", "One row per collection: identity, table, trigger, verdict."),
    "profile": Place("profile", "profile", "The evidence of each column of a collection."),
    "suggest": Place("suggest", "suggest", "Ranked identities of unclassified collections, each explained."),
    "classify": Place("classify", "classify", "Prove and record what identifies a collection's rows."),
    "permit": Place("permit", "permit", "Admission permits: open, close, list."),
    "plan": Place("plan", "plan", "Store exactly which rows are missing."),
    "reconcile": Place("plan", "reconcile", "Recount a plan by another query; equal, or stale."),
    "apply": Place("apply", "apply", "Register the planned rows, in gated batches."),
    "control": Place("apply", "control", "Pause, resume or cancel a running apply."),
    "verify": Place("verify", "verify", "The acceptance gates of a run, on live data."),
    "certify": Place("trust", "certify", "Stand for a run, as a reviewer who took no part."),
    "ledger": Place("ledger", "ledger", "Runs and their entries."),
    "audit": Place("trust", "audit", "Verify the ledger's hash chain, also against an anchor."),
    "packet": Place("packet", "packet", "The evidence packet: Markdown, JSON or HTML."),
    "doctor": Place("trust", "doctor", "What could be used to get around the gates."),
    "init": Place("init", "init", "Set an existing database up: install what is missing, enrol its tables."),
    "people": Place("people", "people", "Who may do what: list, add, retire."),
    "docs": Place("docs", "docs", "The runbook and the other documents."),
    "completion": Place("completion", "completion", "Completion for bash, zsh or fish."),
    "demo": Place("demo", "demo", "The embedded database: start, stop, reset, dsn."),
}


def load(name: str) -> click.Command:
    """Import the command `name`."""
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
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the overview from the table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])
