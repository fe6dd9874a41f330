"""The entry points: argv to one command, its exit status, and no traceback."""

import io
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from core.cli import ascii_signs
from core.cli.argv import hide_passwords
from core.cli.command_index import CommandGroup, load
from core.cli.error_text import print_error
from core.cli.options import connecting, connecting_options
from core.cli.output import ReaderGone
from core.cli.shared_options import merged
from core.cli.usage import usage_error
from core.domain.text import visible
from core.errors import ConsoleError, Interrupted, UsageError
from core.settings import Settings, resolve

HELP = ["-h", "--help"]
OpenConsole = Callable[[Settings], None]


def main(open_console: OpenConsole, argv: Sequence[str] | None = None) -> None:
    """Run `birth-console`; without a command, open the terminal console."""
    arguments = list(sys.argv[1:] if argv is None else argv)

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

    _run(console, arguments)


def plan_main() -> None:
    """Run `dot-birth-backfill-plan`."""
    _run(load("plan"), sys.argv[1:])


def apply_main() -> None:
    """Run `dot-birth-backfill-apply`."""
    _run(load("apply"), sys.argv[1:])


def _run(command: click.Command, arguments: list[str]) -> None:
    _make_streams_safe()
    # The driver warns of links that break while it cleans up: what matters of that is told as our own error.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        _refuse_unreadable(arguments)
        if arguments == sys.argv[1:]:
            hide_passwords(options)
        command.main(arguments, standalone_mode=False, help_option_names=HELP)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        hint = "Committed work is kept. Repeat the command to resume a run."
        print_error(Interrupted("interrupted", hint=hint), as_json="--json" in options)
        _leave(Interrupted.exit_status)
    except click.exceptions.Exit as leave:
        _leave(leave.exit_code)
    except BrokenPipeError:
        _leave(0)
    except ReaderGone as gone:
        # That is no failure of ours, and there is no reader left to tell.
        _leave(gone.status)
    except Exception as found:  # noqa: BLE001 - the last resort: no traceback reaches a user
        error = _as_console_error(found)
        if "--debug" in options:
            _show_traceback(found)
        print_error(error, as_json="--json" in options)
        _leave(error.exit_status)


def _make_streams_safe() -> None:
    """A closed or narrow stream must not become a failure of ours."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            # Python takes the C locale for UTF-8; a terminal that is told so explicitly shows other signs for ours.
            encoding = "ascii" if ascii_signs.is_plain(os.environ) else None
            stream.reconfigure(encoding=encoding, errors=ascii_signs.ERRORS)


def _show_traceback(found: Exception) -> None:
    """On stderr; what it quotes from the database is made visible like everything else."""
    for line in "".join(traceback.format_exception(found)).rstrip("\n").split("\n"):
        sys.stderr.write(visible(line) + "\n")


def _leave(status: int) -> NoReturn:
    """Exit; output that can no longer be written anywhere is dropped without another complaint."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _refuse_unreadable(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise UsageError(
                "invalid argument: not text in this terminal's encoding",
                code="bad_encoding",
                evidence={"argument": ascii(argument)},
                hint="Set a UTF-8 locale, then repeat the command.",
            )


def _as_console_error(found: Exception) -> ConsoleError:
    if isinstance(found, ConsoleError):
        return found
    if isinstance(found, click.ClickException):
        return usage_error(found)
    if isinstance(found, OSError):
        return ConsoleError(
            str(found),
            code="system_error",
            hint="The operating system refused: check path, permissions and free space.",
        )
    return ConsoleError(
        f"{type(found).__name__}: {found}",
        hint="This is a bug. Repeat with --debug and report the output.",
    )
