"""A server and a replica that lags when a test wants it to: an asynchronous failover loses what did not arrive."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import memory
from tests.databases import Database, TestServer
from tests.faults.servers import OwnServer, own_server_in
from tests.homes import eventually


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary and its asynchronous replica."""

    primary: OwnServer
    replica: OwnServer

    def dsn(self, database: Database, login: str = "operator1") -> str:
        """Whichever of the two takes writes, as a company's connection string says it."""
        ours, theirs = (conninfo_to_dict(each.tests.dsn) for each in (self.primary, self.replica))
        hosts, ports = (f"{ours[name]},{theirs[name]}" for name in ("host", "port"))
        return make_conninfo(database.dsn(login), host=hosts, port=ports, target_session_attrs="read-write")

    def moved(self, database: Database) -> Database:
        """The same database on the replica."""
        moved = TestServer(self.replica.tests.dsn, self.primary.tests.password)
        return Database(moved, database.name)

    def catch_up(self) -> None:
        """Return when the replica has replayed all that was written so far."""
        with self.primary.tests.admin() as admin, self.replica.tests.admin() as there:
            found = admin.execute("SELECT pg_current_wal_lsn()::text AS lsn").fetchone()
            assert found is not None
            reached = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn AS done"
            assert eventually(lambda: there.execute(reached, [found["lsn"]]).fetchone() == {"done": True})

    @contextmanager
    def synchronous(self) -> Iterator[None]:
        """The primary waits for its replica at each commit of a block."""
        with self.primary.tests.admin() as admin, self.primary.set_to("synchronous_standby_names", "'*'"):
            names = "SELECT sync_state FROM pg_stat_replication"
            assert eventually(lambda: admin.execute(names).fetchone() == {"sync_state": "sync"})
            yield

    @contextmanager
    def out_of_reach(self) -> Iterator[None]:
        """The replica is connected and receives nothing during a block."""
        with self.replica.tests.admin() as there:
            found = there.execute("SELECT pid FROM pg_stat_wal_receiver").fetchone()
        assert found is not None
        with self.replica.at_a_standstill(found["pid"]):
            yield

    def fall_behind(self) -> None:
        """The replica gets nothing any more, and the primary does not care."""
        with self.replica.tests.admin() as there:
            there.execute("ALTER SYSTEM SET primary_conninfo = ''")
            there.execute("SELECT pg_reload_conf()")
            gone = "SELECT count(*) AS n FROM pg_stat_wal_receiver"
            assert eventually(lambda: there.execute(gone).fetchone() == {"n": 0})

    def fail_over(self) -> None:
        """The primary dies, and the replica takes its place."""
        self.primary.kill()
        with self.replica.tests.admin() as there:
            there.execute("SELECT pg_promote(true)")


@contextmanager
def a_pair(primary: OwnServer) -> Iterator[Pair]:
    """A replica of a server, made from a copy of its files while it is down."""
    with memory.a_folder("birth-replica-") as folder:
        home = folder / "home"
        primary.kill()
        home.mkdir(mode=0o711)
        # Its files belong to the account that runs it.
        subprocess.run(["/bin/cp", "-a", primary.home / "data", home / "data"], check=True)
        (home / "data" / "postmaster.pid").unlink(missing_ok=True)
        (home / "data" / "standby.signal").touch()
        with (home / "data" / "postgresql.auto.conf").open("a") as settings:
            source = make_conninfo(primary.tests.dsn, dbname="").replace("'", "''")
            settings.write(f"primary_conninfo = '{source}'\n")
        primary.start()
        with own_server_in(home) as replica:
            try:
                yield Pair(primary, replica)
            finally:
                primary.start()  # what the test made there is removed there
