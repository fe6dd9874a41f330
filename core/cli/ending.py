"""How a command ends that did not reach its end: what is told, and the exit status."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from core.cli.error_text import print_error
from core.cli.output import ReaderGone
from core.cli.usage import usage_error
from core.domain.text import visible
from core.errors import ConsoleError, Interrupted


def end(found: BaseException, options: Sequence[str]) -> NoReturn:
    """Tell of what was raised, as the options ask for it, and exit. No traceback reaches a user who asked for none."""
    if isinstance(found, (click.Abort, KeyboardInterrupt)):
        hint = "Committed work is kept. Repeat the command to resume a run."
        print_error(Interrupted("interrupted", hint=hint), as_json="--json" in options)
        _leave(Interrupted.exit_status)
    if isinstance(found, click.exceptions.Exit):
        _leave(found.exit_code)
    if isinstance(found, BrokenPipeError):
        _leave(0)
    if isinstance(found, ReaderGone):
        # That is no failure of ours, and there is no reader left to tell.
        _leave(found.status)
    error = _as_console_error(found)
    if "--debug" in options:
        _show_traceback(found)
    print_error(error, as_json="--json" in options)
    _leave(error.exit_status)


def _show_traceback(found: BaseException) -> None:
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


def _as_console_error(found: BaseException) -> ConsoleError:
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
