"""Servers of a test's own, to be killed, filled up and set to anything."""

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.db.embedded.cluster import Cluster
from core.db.embedded.server import EmbeddedServer
from tests import memory
from tests.databases import TestServer
from tests.homes import eventually


def _quiet(_: str) -> None:
    pass


class OwnServer:
    """An embedded server that nobody else uses."""

    def __init__(self, home: Path, embedded: EmbeddedServer) -> None:
        self.home = home
        self._embedded = embedded
        self.tests = TestServer(embedded.dsn("postgres", "postgres"), secrets.token_hex(8))

    def kill(self) -> None:
        """End the postmaster and all its children as kill -9 does: what was not flushed is lost."""
        with self.tests.admin() as admin:
            children = [row["pid"] for row in admin.execute("SELECT pid FROM pg_stat_activity").fetchall()]
        postmaster = int((self.home / "data" / "postmaster.pid").read_text().split("\n")[0])
        for pid in (postmaster, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not Cluster(self.home).postmaster.lives())

    def start(self) -> None:
        """Bring it up again, or wait until it has come up by itself."""
        with self._embedded.working(_quiet):
            Cluster(self.home).start(_quiet)

    @contextmanager
    def at_a_standstill(self, pid: int) -> Iterator[None]:
        """One of its processes does nothing during a block, as on a machine that is far too busy."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def set_to(self, name: str, value: str) -> Iterator[None]:
        """A setting of the whole server for a block."""
        self._alter(f"ALTER SYSTEM SET {name} = {value}")
        try:
            yield
        finally:
            self._alter(f"ALTER SYSTEM RESET {name}")

    def _alter(self, statement: str) -> None:
        with self.tests.admin() as admin:
            admin.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
            admin.execute(statement.encode())
            admin.execute("SELECT pg_reload_conf()")


@contextmanager
def an_own_server() -> Iterator[OwnServer]:
    """A server in a home of its own, stopped and removed after the block."""
    with memory.a_folder("birth-own-") as folder, own_server_in(folder / "home") as server:
        yield server


@contextmanager
def own_server_in(home: Path) -> Iterator[OwnServer]:
    """A server in this home, stopped after the block."""
    embedded = EmbeddedServer.use(home, _quiet)
    try:
        yield OwnServer(home, embedded)
    finally:
        embedded.release()
