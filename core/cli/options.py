"""The options that every command takes, and the invocation they make."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from core import settings as settings_module
from core.cli.output import Output

if TYPE_CHECKING:
    from core.db.connection.session import Connection
    from core.services.session import Session

P = ParamSpec("P")
R = TypeVar("R")

_CONNECTING = (
    click.option("--dsn", metavar="DSN", help="Any libpq string (default: the embedded demo)."),
    click.option("--schema", metavar="S", help="Schema of the console's objects (default: birth)."),
    click.option("--profile", metavar="NAME", help="Profile of the configuration file."),
    click.option(
        "--as",
        "login",
        metavar="LOGIN",
        help="Demo login: operator1 (default), operator2, gatekeeper1, reviewer1, viewer1.",
    ),
    click.option("--read-only", is_flag=True, help="Open a read-only session: the server refuses every write."),
    click.option(
        "--connect-timeout",
        type=click.IntRange(1, 3600),
        metavar="S",
        help="Give up a server that takes no connection for this long (seconds, default 10).",
    ),
    click.option("--debug", is_flag=True, help="Show the traceback of an error."),
)
CONNECT_SECONDS = 10
_CONNECTED = ("dsn", "schema", "profile", "login", "read_only", "connect_timeout")
# Runs, permits and budgets: what a bigint of PostgreSQL holds.
NUMBER = click.IntRange(1, 2**63 - 1)
_SHOWING = (
    click.option("--wide", is_flag=True, help="Fit no table to the terminal."),
    click.option("-q", "--quiet", is_flag=True, help="Say no progress on stderr; errors are still said."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colour the output (default auto)."),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a command: where to connect, and how to answer."""

    settings: settings_module.Settings
    output: Output

    @contextmanager
    def _patient(self, open_link: Callable[["Session"], "Connection"]) -> Iterator["Connection"]:
        from core.cli.patience import patience  # noqa: PLC0415 - help must not wait for threads

        seconds = self.settings.connect_timeout or CONNECT_SECONDS
        say = self.output.progress
        with patience(say, seconds) as wait, self.session() as session, open_link(session) as connection:
            wait.uses(session, connection)
            yield connection
            wait.stop()

    @contextmanager
    def session(self) -> Iterator["Session"]:
        """The session of the settings; progress goes to stderr."""
        from core.services.session import Session  # noqa: PLC0415 - help must not wait for the driver

        with Session(self.settings, self.output.progress) as session:
            yield session

    @contextmanager
    def browse(self) -> Iterator["Connection"]:
        """A READ ONLY connection."""
        with self._patient(lambda session: session.browse()) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator["Connection"]:
        """A connection that may write."""
        with self._patient(lambda session: session.write()) as connection:
            yield connection

    @contextmanager
    def install(self) -> Iterator["Connection"]:
        """A connection for what installs, upgrades or removes."""
        with self._patient(lambda session: session.install()) as connection:
            yield connection


def connecting(command: Callable[P, R]) -> Callable[P, R]:
    """Add the connecting options, and --json, to a command or group."""
    for option in reversed((*_CONNECTING, *_SHOWING, _JSON)):
        command = option(command)
    return command


def connecting_options(options: Mapping[str, object]) -> dict[str, object]:
    """Of the options that stand before a command, those that say where to connect."""
    return {name: options[name] for name in _CONNECTED}


def gathering(group: Callable[P, R]) -> Callable[..., R]:
    """Let the connecting options, and --json, stand between the name of a group and that of its command."""

    @wraps(group)
    def call(*args: Any, **given: Any) -> R:  # noqa: ANN401 - click passes what the options declare
        context = click.get_current_context()
        context.obj = _merged(context.obj, given)
        return group(*args, **given)

    return connecting(call)


def invocation(command: Callable[Concatenate[Invocation, P], R]) -> Callable[..., R]:
    """Give a command its Invocation. Options after the command's name win over those before it."""
    return _invoking(command, settings_module.resolve)


def demo_invocation(command: Callable[Concatenate[Invocation, P], R]) -> Callable[..., R]:
    """The same for a command that is about the embedded demo, whatever the environment or a profile names."""
    return _invoking(command, settings_module.demo)


def _invoking(
    command: Callable[Concatenate[Invocation, P], R], resolve: Callable[..., settings_module.Settings]
) -> Callable[..., R]:
    @wraps(command)
    def call(*args: Any, **given: Any) -> R:  # noqa: ANN401 - click passes what the options declare
        merged = _merged(click.get_current_context().obj, given)
        out = Output(
            as_json=merged.pop("as_json"),
            wide=bool(merged.pop("wide")),
            quiet=bool(merged.pop("quiet")),
            color=merged.pop("color") or "auto",
        )
        return command(Invocation(resolve(**merged), out), *args, **given)

    return connecting(call)


def _merged(before: Mapping[str, Any] | None, given: dict[str, Any]) -> dict[str, Any]:
    """Take the options of `connecting` out of `given`; those that are not there are as they were `before`."""
    merged: dict[str, Any] = {}
    for name in (*_CONNECTED, "wide", "quiet", "color", "as_json"):
        value = given.pop(name)
        # An empty value is no absent one: it is refused, never passed over.
        merged[name] = (before or {}).get(name, value) if value in (None, False) else value
    del given["debug"]  # read from argv, so that it also holds where parsing fails
    return merged
