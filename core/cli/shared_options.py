"""The options of every command: they may stand anywhere, and the root page of help alone lists them."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click

from core.cli import log
from core.errors import ConsoleError
from core.settings import DEMO_LOGINS


class _Shared(click.Option):
    """An option of every command."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Its line of help: on the root page only."""
        is_root = ctx.parent is None and isinstance(ctx.command, click.Group)
        return super().get_help_record(ctx) if is_root else None


def _option(*names: str, **settings: Any) -> Any:  # noqa: ANN401 - click's own signature
    return click.option(*names, cls=_Shared, **settings)


def _profiles(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from core import profiles, settings  # noqa: PLC0415 - only completing reads the file

    with suppress(ConsoleError):
        return [name for name in profiles.names(settings.config_file()) if name.startswith(typed)]
    return []


def _logins(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    return [name for name in DEMO_LOGINS if name.startswith(typed)]


CONNECTED: Final = ("dsn", "schema", "profile", "login", "read_only", "connect_timeout")
SHOWING: Final = ("as_json", "wide", "quiet", "color")
_UNSAID = {"read_only": False, "as_json": False, "wide": False, "quiet": False, "color": "auto", "no_pager": False}
SHARED: Final = (
    _option("--dsn", metavar="DSN", help="Any libpq string (default: the embedded demo)."),
    _option("--schema", metavar="S", help="Schema of the console's objects (default: birth)."),
    _option("--profile", metavar="NAME", help="Profile of the configuration file.", shell_complete=_profiles),
    _option(
        "--as",
        "login",
        metavar="LOGIN",
        shell_complete=_logins,
        help="Demo login: operator1 (default), operator2, gatekeeper1, reviewer1, viewer1.",
    ),
    _option("--read-only", is_flag=True, help="Open a read-only session: the server refuses every write."),
    _option(
        "--connect-timeout",
        type=click.IntRange(1, 3600),
        metavar="S",
        help="Give up if the server accepts no connection for this long (seconds, default 10).",
    ),
    _option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout."),
    _option("--wide", is_flag=True, help="Print tables in full width, wider than the terminal."),
    _option("--color", type=click.Choice(["auto", "always", "never"]), help="Colour the output (default auto)."),
    _option("--no-pager", is_flag=True, help="Print long answers without a pager (BIRTH_CONSOLE_PAGER, PAGER, less)."),
    _option("-q", "--quiet", is_flag=True, help="Omit progress on stderr; errors are still shown."),
    _option(
        "--log-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Also append progress, events and errors to a file.",
    ),
    _option("--debug", is_flag=True, help="Show the traceback of an error."),
)


def merged(before: Mapping[str, Any] | None, given: dict[str, Any]) -> dict[str, Any]:
    """Take the options of every command out of `given`; those that are not there are as they were `before`."""
    found: dict[str, Any] = {}
    for name in (*CONNECTED, *SHOWING, "no_pager"):
        value = given.pop(name)
        # An empty value is no absent one: it is refused, never passed over.
        value = (before or {}).get(name) if value in (None, False) else value
        found[name] = _UNSAID.get(name) if value is None else value
    del given["debug"]  # read from argv, so that it also holds where parsing fails
    if (file := given.pop("log_file")) is not None:
        log.to_file(file)
    return found
