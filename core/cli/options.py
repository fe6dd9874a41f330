"""The options that every command takes, and the invocation they make."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from core import settings as settings_module
from core.cli.numbers import Whole
from core.cli.output import Output
from core.cli.pager import paging
from core.cli.shared_options import CONNECTED, SHARED, SHOWING, merged
from core.errors import ConsoleError, NoAnswer, Stopped, Unavailable

if TYPE_CHECKING:
    from core.db.connection.session import Connection
    from core.services.session import Session

P = ParamSpec("P")
R = TypeVar("R")

CONNECT_SECONDS = 10
# What a server that goes away, stops or starts again is told by.
_LOST = (Unavailable.default_code, NoAnswer.default_code, "server_starting")
# What passes, or is put right at the server: the same command then does what it could not do now.
_PASSING = ("disk_full", "too_many_connections", "timeout", "locked", "try_again", "out_of_memory", "limit_exceeded",
            "server_read_only", "server_failed", "node_unavailable")  # fmt: skip
_START_AGAIN_SECONDS = 0.25
# Runs, permits and budgets: what a bigint of PostgreSQL holds.
NUMBER = Whole()


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a command: where to connect, and how to answer."""

    settings: settings_module.Settings
    output: Output

    @property
    def patience(self) -> int:
        """How long a server may take to accept a connection (seconds)."""
        return self.settings.connect_timeout or CONNECT_SECONDS

    @contextmanager
    def _patient(self, open_link: Callable[["Session"], "Connection"]) -> Iterator[tuple["Session", "Connection"]]:
        from core.cli.patience import patience  # noqa: PLC0415 - help must not wait for threads

        seconds, say = self.patience, self.output.progress
        with (
            patience(say, seconds) as wait,
            self.session() as session,
            _opened(session, open_link, seconds) as connection,
        ):
            wait.uses(session, connection)
            yield session, connection
            wait.stop()

    @contextmanager
    def session(self) -> Iterator["Session"]:
        """The session of the settings; progress goes to stderr.

        Raises Stopped where the server was there and went away, or where what hinders passes: the same command goes on,
        or looks again.
        """
        from core.services.session import Session  # noqa: PLC0415 - help must not wait for the driver

        with Session(self.settings, self.output.progress) as session:
            try:
                yield session
            except ConsoleError as error:
                if isinstance(error, Unavailable) and session.has_connected and error.code in _LOST:
                    raise _stopped(error, may_write=session.may_write) from error
                if passes(error) and not isinstance(error, Stopped):
                    raise Stopped(error.message, code=error.code, evidence=error.evidence, hint=error.hint) from error
                raise

    @contextmanager
    def browse(self) -> Iterator["Connection"]:
        """A READ ONLY connection."""
        with self._patient(lambda session: session.browse()) as (_, connection):
            yield connection

    @contextmanager
    def browse_side_by_side(self) -> Iterator[tuple["Connection", Callable[[], "Connection"]]]:
        """A READ ONLY connection, and what opens further ones."""
        with self._patient(lambda session: session.browse()) as (session, connection):
            yield connection, session.browse

    @contextmanager
    def write(self) -> Iterator["Connection"]:
        """A connection that may write."""
        with self._patient(lambda session: session.write()) as (_, connection):
            yield connection

    @contextmanager
    def install(self) -> Iterator["Connection"]:
        """A connection for what installs, upgrades or removes."""
        with self._patient(lambda session: session.install()) as (_, connection):
            yield connection


def passes(error: ConsoleError) -> bool:
    """Whether what hinders a command passes, or is put right at the server: the same command is to be repeated."""
    return error.code in _PASSING and error.exit_status in (ConsoleError.exit_status, Stopped.exit_status)


def _opened(session: "Session", open_link: Callable[["Session"], "Connection"], seconds: float) -> "Connection":
    """The connection; a server that starts or recovers is asked again, for as long as it has for one connection."""
    until = time.monotonic() + seconds
    while True:
        try:
            return open_link(session)
        except NoAnswer as error:
            if error.code == NoAnswer.default_code or time.monotonic() >= until:
                raise
            time.sleep(_START_AGAIN_SECONDS)


def _stopped(error: Unavailable, *, may_write: bool) -> Stopped:
    doubt = "The last request may have been carried out: check first. " if may_write else ""
    hint = f"{doubt}Repeat the command when the server answers."
    return Stopped(f"lost the server: {error.message}", code=error.code, evidence=error.evidence, hint=hint)


def connecting(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options of every command to a command or group."""
    for option in reversed(SHARED):
        command = option(command)
    return command


def connecting_options(options: Mapping[str, object]) -> dict[str, object]:
    """Of the options that stand before a command, those that say where to connect."""
    return {name: options[name] for name in CONNECTED}


def gathering(group: Callable[P, R]) -> Callable[..., R]:
    """Let the connecting options, and --json, stand between the name of a group and that of its command."""

    @wraps(group)
    def call(*args: Any, **given: Any) -> R:  # noqa: ANN401 - click passes what the options declare
        context = click.get_current_context()
        context.obj = merged(context.obj, given)
        return group(*args, **given)

    return connecting(call)


def invocation(command: Callable[Concatenate[Invocation, P], R]) -> Callable[..., R]:
    """Give a command its Invocation. Options after the command's name win over those before it."""
    return _invoking(command, settings_module.resolve)


def demo_invocation(command: Callable[Concatenate[Invocation, P], R]) -> Callable[..., R]:
    """The same for a command that is about the embedded demo, whatever the environment or a profile names."""
    return _invoking(command, settings_module.demo)


def showing(command: Callable[Concatenate[Output, P], R]) -> Callable[..., R]:
    """Give a command that asks no database its Output. It takes the options of every command all the same."""

    @wraps(command)
    def call(*args: Any, **given: Any) -> R:  # noqa: ANN401 - click passes what the options declare
        return _told(merged(click.get_current_context().obj, given), lambda out, _: command(out, *args, **given))

    return connecting(call)


def _invoking(
    command: Callable[Concatenate[Invocation, P], R], resolve: Callable[..., settings_module.Settings]
) -> Callable[..., R]:
    @wraps(command)
    def call(*args: Any, **given: Any) -> R:  # noqa: ANN401 - click passes what the options declare
        found = merged(click.get_current_context().obj, given)
        return _told(found, lambda out, where: command(Invocation(resolve(**where), out), *args, **given))

    return connecting(call)


def _told(given: Mapping[str, Any], command: Callable[[Output, dict[str, Any]], R]) -> R:
    """Call a command with its Output and with the options that say where to connect."""
    out = Output(**{name: given[name] for name in SHOWING})
    with paging(wanted=not (out.as_json or given["no_pager"])):
        return command(out, {name: given[name] for name in CONNECTED})
