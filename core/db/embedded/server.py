"""The embedded PostgreSQL of a home: one server for all who use it, stopped by the last of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from psycopg.pq import Conninfo

from core.db.connection.session import Connection
from core.db.embedded import postmaster, sharing
from core.db.embedded.cluster import Cluster, OnProgress
from core.db.embedded.home_errors import refusals
from core.db.embedded.postmaster import wait_until
from core.db.rows.demo import FOREIGN_CLIENTS
from core.errors import ConsoleError, Unavailable
from core.settings import APPLICATION, DEFAULT_SCHEMA, DEMO_SUPERUSER

DEMO_DATABASE = "demo"
_MAINTENANCE_DATABASE = "postgres"
_STOP_PATIENCE = 60  # seconds that a stop waits for another process to finish preparing the demo
_LINGERING = 0.3  # seconds that a client which just left may still be listed


class EmbeddedServer:
    """The running server of a home, in use by this process until `release`. Make one with `use`.

    While a console uses it, or after `keep`, or while psql or another program is connected, it is not stopped.
    """

    def __init__(self, home: Path, cluster: Cluster) -> None:
        self.home = home
        self._cluster = cluster
        self._process = os.getpid()
        self._released = False

    @classmethod
    def use(cls, home: Path, progress: OnProgress, patience: int | None = None) -> Self:
        """Start the server of `home` unless it runs, and count as one of its users.

        Takes milliseconds when it runs. Blocks while another process starts or stops it. `progress` gets one
        line per step that takes time. libpq's PG* variables leave this process's environment, since they
        speak of another server. `patience`: how long a server that runs may take to answer (seconds, default 10), or
        to recover (default 60). Raises Unavailable.
        """
        _require_unix()
        with refusals(home):
            home = _prepared(home)
            _set_aside_environment()
            sharing.enter(home)
            server = cls(home, Cluster(home, patience))
            try:
                if not server._cluster.is_up():
                    with server.working(progress):
                        # Anew: its data may be there now, whose owner runs it.
                        server._cluster = Cluster(home, patience)
                        server._cluster.start(progress)
            except BaseException:
                server.release()
                raise
        return server

    def dsn(self, login: str, database: str = DEMO_DATABASE) -> str:
        """A libpq key=value string, which psql takes too. No password: the socket's folder is private."""
        folder = self._cluster.postmaster.folder() or postmaster.socket_folder(self.home)
        return postmaster.dsn(folder, login, database)

    def maintain(self, database: str = _MAINTENANCE_DATABASE, timeout: int | None = None) -> Connection:
        """A new connection as the superuser."""
        return Connection.open(self.dsn(DEMO_SUPERUSER, database), DEFAULT_SCHEMA, read_only=False, timeout=timeout)

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._cluster.log

    def log_size(self) -> int:
        """The size of the log in bytes, to ask later what was said since."""
        return self.log.stat().st_size

    def last_words(self, since: int = 0) -> list[str]:
        """The last lines of the server's log after byte `since`."""
        return self._cluster.last_words(since)

    @contextmanager
    def working(self, progress: OnProgress) -> Iterator[None]:
        """Be the only process that starts, stops or fills the server. Not reentrant."""
        with sharing.working(self.home, lambda: progress("waiting for another process to prepare the demo")):
            yield

    def keep(self) -> None:
        """Let the server outlive its users, until `stop`."""
        with refusals(self.home):
            _marker(self.home).touch()

    def give_up(self) -> None:
        """It was waited for in vain: `release` leaves it as it stands, for the next user to stop."""
        self._cluster.stands_still = True

    def release(self) -> None:
        """End this use; the last one stops the server unless it is kept or connected to. Twice is no error.

        A server that stands still is not waited for: it takes no notice of being stopped.
        Raises Unavailable when the server does not stop.
        """
        if self._released or os.getpid() != self._process:  # after a fork the use is the parent's
            return
        self._released = True
        with refusals(self.home):
            sharing.leave(self.home, self._stop_unless_wanted)

    def _stop_unless_wanted(self) -> None:
        if self._cluster.stands_still or _marker(self.home).exists():
            return
        try:
            if self._cluster.is_up() and self._is_connected_to():
                return
        except Unavailable:
            return
        with self.working(lambda _: None):
            self._cluster.stop()

    def _is_connected_to(self) -> bool:
        # Only foreign programs count: every console that is still there holds the users lock.
        try:
            with self.maintain() as connection:
                ours = {"ours": f"{APPLICATION} %"}
                return not wait_until(lambda: connection.one(FOREIGN_CLIENTS, ours).clients == 0, _LINGERING)
        except ConsoleError:
            return True  # no connection left to ask on: then others have them


def stop(home: Path) -> bool:
    """Stop the server of `home`, also when it is kept or in use; False when it was not running.

    Raises Unavailable when another process prepares the demo for over a minute, or when it does not stop.
    """
    _require_unix()
    if not home.is_dir():
        return False
    with refusals(home):
        home = home.resolve()
        with sharing.working(home, lambda: None, _STOP_PATIENCE):
            _marker(home).unlink(missing_ok=True)
            cluster = Cluster(home)
            was_running = cluster.stop()
            cluster.close_the_way()
            return was_running


def is_kept(home: Path) -> bool:
    """Whether the server of `home` outlives its users."""
    return _marker(home).exists()


def _marker(home: Path) -> Path:
    return home / "kept"


def _prepared(home: Path) -> Path:
    # Root's own home must let the server's account through; for any other user it is closed.
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return home.resolve()


def _set_aside_environment() -> None:
    # PGHOST, PGUSER and the like lose against the DSN, but PGSERVICE, PGOPTIONS or PGREQUIREAUTH would not.
    for option in Conninfo.get_defaults():
        if option.envvar:
            os.environ.pop(option.envvar.decode(), None)


def _require_unix() -> None:
    if os.name == "nt":
        raise Unavailable(
            "the embedded demo needs Linux or macOS",
            code="demo_unsupported",
            evidence={"system": os.name},
            hint="Name a database with --dsn; that works on every system.",
        )
