"""A cluster of Citus for the tests of this folder: a coordinator and two workers, of the programs that are named."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests import memory
from tests.databases import Database, TestServer
from tests.makers import Programs, an_empty

FOLDER = Path(os.environ.get("BIRTH_TEST_CITUS", "/nonexistent"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Citus each test of this folder is skipped, loudly."""
    if not (FOLDER / "postgres").exists():
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(
                    pytest.mark.skip(reason="NOT TESTED, Citus: BIRTH_TEST_CITUS names no folder of programs")
                )


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    """Where the servers of this folder live."""
    with memory.a_folder("birth-citus-") as folder:
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="session")
def nodes(homes: Path) -> Iterator[list[TestServer]]:
    """A coordinator and two workers."""
    with ExitStack() as stack:
        yield [stack.enter_context(_a_node(homes / name)) for name in ("coordinator", "one", "two")]


@pytest.fixture
def spare(homes: Path, cluster: Database) -> Iterator[TestServer]:
    """A further worker with the same database, which the cluster does not know yet."""
    with _a_node(homes / "spare") as node:
        node.create(cluster.name)
        _with_citus(node, cluster.name)
        yield node


@contextmanager
def _a_node(home: Path) -> Iterator[TestServer]:
    made = Programs(FOLDER, shared_preload_libraries="citus", wal_level="logical", max_prepared_transactions="200")
    with made.serve(an_empty(home)) as dsn:
        rules = home / "data" / "pg_hba.conf"
        rules.write_text("host all all 127.0.0.1/32 trust\n" + rules.read_text())
        found = TestServer(dsn, "a password of nobody")
        with found.admin() as admin:
            admin.execute("ALTER SYSTEM SET citus.local_hostname = '127.0.0.1'")
            admin.execute("SELECT pg_reload_conf()")
        yield found


def _with_citus(node: TestServer, database: str) -> None:
    with node.admin(database) as admin:
        admin.execute("CREATE EXTENSION citus; CREATE EXTENSION IF NOT EXISTS citus_columnar")


@pytest.fixture
def cluster(nodes: list[TestServer]) -> Iterator[Database]:
    """An empty database that all of them belong to, as its coordinator shows it."""
    for node in nodes:
        node.create("company")
        _with_citus(node, "company")
    found = Database(nodes[0], "company")
    ports = [conninfo_to_dict(node.dsn)["port"] for node in nodes]
    found.run(f"SELECT citus_set_coordinator_host('127.0.0.1', {ports[0]})")
    for port in ports[1:]:
        found.run(f"SELECT citus_add_node('127.0.0.1', {port})")
    yield found
    for node in nodes:
        node.drop("company")
