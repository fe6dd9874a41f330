"""`birth-console` itself: the group of all commands, and the console where none is given."""

from collections.abc import Callable
from typing import Any

import click

from core.cli.command_index import CommandGroup
from core.cli.options import connecting, connecting_options
from core.cli.shared_options import merged
from core.errors import UsageError
from core.settings import Settings, resolve


def root(open_console: Callable[[Settings], None]) -> click.Command:
    """The group; without a command it opens the console."""

    @click.group(
        name="birth-console",
        cls=CommandGroup,
        invoke_without_command=True,
        context_settings={"max_content_width": 100},
    )
    @connecting
    @click.version_option(package_name="birth-console")
    @click.pass_context
    def console(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes what the options declare
        """Classify how rows are identified, and backfill a birth registry through gates in the database.

        Without a command, the terminal console opens. Without a DSN, it works on the embedded demo.
        """
        context.obj = merged(None, options)
        if context.invoked_subcommand is None:
            if context.obj["as_json"]:
                raise UsageError("--json needs a command", hint="birth-console status --json")
            open_console(resolve(**connecting_options(context.obj)))  # type: ignore[arg-type]  # click passes what the options declare

    return console
