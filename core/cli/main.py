"""The entry points: argv to one command, its exit status, and no traceback."""

import io
import logging
import os
import sys
from collections.abc import Callable, Sequence

from core.cli import ascii_signs
from core.cli.argv import hide_passwords
from core.cli.bare_start import bare_start
from core.errors import UsageError
from core.settings import Settings, resolve

HELP = ["-h", "--help"]
OpenConsole = Callable[[Settings], None]


def main(open_console: OpenConsole, argv: Sequence[str] | None = None) -> None:
    """Run `birth-console`; without a command, open the terminal console."""
    arguments = list(sys.argv[1:] if argv is None else argv)

    def work() -> None:
        if (where := bare_start(arguments, os.environ)) is not None:
            open_console(resolve(**where))  # type: ignore[arg-type]  # each by the name of its parameter
            return
        from core.cli.root import root  # noqa: PLC0415 - the console does not wait for what its commands need

        root(open_console).main(arguments, standalone_mode=False, help_option_names=HELP)

    _run(work, arguments)


def plan_main() -> None:
    """Run `dot-birth-backfill-plan`."""
    _run_alone("plan")


def apply_main() -> None:
    """Run `dot-birth-backfill-apply`."""
    _run_alone("apply")


def _run_alone(name: str) -> None:
    def work() -> None:
        from core.cli.command_index import load  # noqa: PLC0415 - as said

        load(name).main(sys.argv[1:], standalone_mode=False, help_option_names=HELP)

    _run(work, sys.argv[1:])


def _run(work: Callable[[], None], arguments: list[str]) -> None:
    _make_streams_safe()
    # The driver warns of links that break while it cleans up: what matters of that is told as our own error.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        _refuse_unreadable(arguments)
        if arguments == sys.argv[1:]:
            hide_passwords(options)
        work()
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as found:  # noqa: BLE001 - the last resort: no traceback reaches a user
        from core.cli.ending import end  # noqa: PLC0415 - only what fails pays for it

        end(found, options)


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


def _refuse_unreadable(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise UsageError(
                "invalid argument: not text in this terminal's encoding",
                code="bad_encoding",
                evidence={"argument": ascii(argument)},
                hint="Set a UTF-8 locale, then repeat the command.",
            )
