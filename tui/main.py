"""The console script: the command line, which opens the terminal UI when no command is given."""

import gc
import sys
from typing import TYPE_CHECKING

from core.domain.text import visible
from core.errors import ConsoleError, UsageError

if TYPE_CHECKING:
    from core.settings import Settings

PATIENCE_SECONDS = 20.0


def main() -> None:
    """Run `birth-console`."""
    from core.cli.main import main as command_line  # noqa: PLC0415 - this module stays free of cost

    command_line(open_console=_open_console)


def _open_console(settings: "Settings") -> None:
    """Run the terminal UI until it is left, then let go of the session. Raises UsageError without a terminal."""
    # Textual draws on the third of them.
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "the console needs a terminal",
            code="no_terminal",
            hint="Redirect nothing, or run a command such as `birth-console status`. Over SSH, use `ssh -t`.",
        )
    # What is imported and built before the first figures stand stays: looking for garbage in it takes a tenth of that
    # time. `ConsoleApp` switches the collector on again.
    gc.disable()
    # `birth-console --help` must not wait for Textual, nor for the driver.
    from tui.runtime.first_read import FirstRead  # noqa: PLC0415 - as said
    from tui.runtime.source import SessionSource  # noqa: PLC0415

    source = SessionSource(settings)
    source.load()  # here: two threads that import the same at once get into each other's way
    first = FirstRead(source)
    ended = first.ended
    try:
        from tui.app import ConsoleApp  # noqa: PLC0415 - the server works while this is loaded

        console = ConsoleApp(source, keymap=settings.keymap, first=first)
        ended = console.poller.ended
        try:
            console.run(mouse=settings.mouse)
        finally:
            console.poller.stop()
    finally:
        source.stop()
        # A server that is just being started has to be stopped as well, or it would outlive its user.
        if settings.is_demo and not ended(0.5):
            sys.stderr.write("stopping the embedded PostgreSQL…\n")
            ended(PATIENCE_SECONDS)
        source.close()
    for each in console.work.waiting():
        if each.writes:
            sys.stderr.write(f"{visible(each.text)}: the server did not answer. Check: birth-console ledger\n")
    if console.defect is not None:
        raise ConsoleError(
            f"the console failed: {type(console.defect).__name__}: {console.defect}",
            hint="This is a bug. Repeat with --debug and report the output.",
        ) from console.defect
    if console.return_code:
        sys.exit(console.return_code)
