"""The demo: an embedded server that holds the packet's census as a real database.

It is built under another name and renamed when complete, so that a half-built demo is never used.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg import sql

from core.db.connection.errors import translated
from core.db.connection.session import Connection
from core.db.embedded import server as embedded
from core.db.embedded.home_errors import failed
from core.db.embedded.server import DEMO_DATABASE, EmbeddedServer
from core.db.install.edition import edition
from core.db.rows import demo as rows
from core.db.rows.query import Command
from core.errors import ConsoleError, GateClosed
from core.settings import APPLICATION, DEMO_SUPERUSER
from core.version import SCHEMA_VERSION

OnProgress = Callable[[str], None]

_UNFINISHED = "demo_building"


def open_demo(
    home: Path, progress: OnProgress, scale: int | None = None, patience: int | None = None, *, upgraded: bool = True
) -> EmbeddedServer:
    """Start the server and build the demo, each unless done already. The caller must `release` what it gets.

    `scale` multiplies the rows of a demo that is yet to be built (default 1). `patience`: how long a server that runs
    may take to answer (seconds), for all tries together. A demo that another version built, or another state of this
    one, is `upgraded`, or `progress` hears why it cannot be; one of a state that no upgrade knows is rebuilt.
    Raises ConsoleError.
    """
    server = EmbeddedServer.use(home, progress, patience)
    try:
        _ensure(server, progress, scale, patience, upgraded=upgraded)
    except BaseException:
        server.release()
        raise
    return server


def start(home: Path, progress: OnProgress, scale: int | None = None) -> None:
    """Start and build as `open_demo` does, and let the server run until `stop`. Raises ConsoleError."""
    with _in_use(home, progress, scale) as server:
        server.keep()


def stop(home: Path) -> bool:
    """Stop the server, also while it is used; False when it was not running. Raises ConsoleError."""
    return embedded.stop(home)


def is_kept(home: Path) -> bool:
    """Whether the server runs until `stop`."""
    return embedded.is_kept(home)


def reset(home: Path, progress: OnProgress, scale: int | None = None) -> int:
    """Replace the demo by a new one, at the old one's scale unless told. Disconnects all its sessions.

    Returns the scale. The old demo stays until the new one is complete. A kept server stays kept. Raises ConsoleError.
    """
    server = EmbeddedServer.use(home, progress)
    try:
        with server.working(progress), server.maintain() as connection:
            chosen = scale or _scale(connection) or 1
            _build(server, connection, progress, chosen)
            return chosen
    finally:
        server.release()


def dsn(home: Path, login: str, progress: OnProgress) -> str:
    """The libpq string of the demo for `login`, for use from outside: so the server runs until `stop`."""
    with _in_use(home, progress, None) as server:
        server.keep()
        return server.dsn(login)


def allow_withdraw(home: Path, progress: OnProgress) -> None:
    """Let runs of the demo be withdrawn, as `init --allow-withdraw` does it elsewhere. Raises ConsoleError."""
    with (
        _in_use(home, progress, None) as server,
        server.maintain(DEMO_DATABASE) as connection,
        connection.transaction(),
    ):
        _do(connection, rows.WITHDRAW_GRANTED, rows.WITHDRAW_ALLOWED)


def _bring_up(server: EmbeddedServer, connection: Connection, progress: OnProgress, scale: int) -> None:
    """Upgrade the demo, which another state of this program built, or rebuild it where no upgrade knows it."""
    try:
        if _is_upgraded(server, progress):
            _remember(connection, DEMO_DATABASE, scale)
    except GateClosed as error:
        progress(f"the demo was not upgraded: {error.message}; rebuilding it")
        _build(server, connection, progress, scale)


def _is_upgraded(server: EmbeddedServer, progress: OnProgress) -> bool:
    """Upgrade its schema; False where that is refused. Raises GateClosed where no upgrade knows this state."""
    from core.db.install import upgrade  # noqa: PLC0415 - only a demo that is older pays for it

    with server.maintain(DEMO_DATABASE) as connection:
        if connection.installed is None:
            return True
        before = connection.installed
        progress(
            f"upgrading the demo from {before} to {SCHEMA_VERSION}"
            if before != SCHEMA_VERSION
            else f"bringing the demo to this state of {SCHEMA_VERSION}"
        )
        try:
            upgrade.bring_up(connection)
        except ConsoleError as error:
            if error.code == upgrade.UNKNOWN and before == SCHEMA_VERSION:
                raise
            # It is still there to be read; what writes says the same again.
            progress(f"the demo was not upgraded: {error.message}; `demo reset` rebuilds it")
            return False
    return True


@contextmanager
def _in_use(home: Path, progress: OnProgress, scale: int | None) -> Iterator[EmbeddedServer]:
    server = open_demo(home, progress, scale)
    try:
        yield server
    finally:
        server.release()


def _ensure(
    server: EmbeddedServer, progress: OnProgress, scale: int | None, patience: int | None, *, upgraded: bool
) -> None:
    with server.maintain(timeout=patience) as connection:
        built = connection.row(rows.BUILT)
        if built is None:
            with server.working(progress):
                # Another process may have built it while this one waited.
                if (built := connection.row(rows.BUILT)) is None:
                    _build(server, connection, progress, scale or 1)
                    return
        if scale and built.scale and built.scale != scale:
            progress(f"the demo has scale {built.scale}; `demo reset --scale {scale}` rebuilds it")
        if upgraded and built.edition != edition():
            with server.working(progress):
                # Another process may have upgraded it while this one waited.
                built = connection.row(rows.BUILT)
                if built and built.edition != edition():
                    _bring_up(server, connection, progress, built.scale or 1)


def _build(server: EmbeddedServer, connection: Connection, progress: OnProgress, scale: int) -> None:
    from core.demo.build import build  # noqa: PLC0415 - only the process that builds pays for the builder

    progress("building the demo (once)")
    began = server.log_size()
    try:
        _do(connection, rows.DROP_UNFINISHED, rows.CREATE_UNFINISHED)
        with translated():
            build(server.dsn(DEMO_SUPERUSER, _UNFINISHED), scale=scale, progress=progress)
        _remember(connection, _UNFINISHED, scale)
        _do(connection, rows.DROP, rows.FINISH)
    except ConsoleError as error:
        with suppress(ConsoleError):  # a full disk needs the room back now, not at the next attempt
            _do(connection, rows.DROP_UNFINISHED)
        # A server that went down says why in its log only.
        raise failed(
            f"the demo could not be built: {error.message}",
            "demo_build_failed",
            [error.message, *server.last_words(began)],
            server.log,
            error.hint or "Repeat with --debug for details.",
        ) from error


def _scale(connection: Connection) -> int | None:
    built = connection.row(rows.BUILT)
    return None if built is None else built.scale


def _do(connection: Connection, *commands: Command) -> None:
    for command in commands:
        connection.do(command)


def _remember(connection: Connection, database: str, scale: int) -> None:
    comment = sql.Literal(f"built by {APPLICATION} at scale {scale} from {edition()}")
    with translated():
        connection.driver.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), comment))
