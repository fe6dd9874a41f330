import gc
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from _pytest.unraisableexception import gc_collect_iterations_key

from core.db.embedded.account import Account
from core.db.embedded.cluster import programs
from core.errors import Unavailable
from tests.databases import Database, TestServer, a_clone, a_server, a_template
from tests.mutate import told
from tests.templates import SMALL

# Files whose tests take longest. A worker that begins one of them at the end keeps all others waiting.
_LONGEST = (
    "test_documentation", "test_installation_checks", "test_company_line", "test_failover", "test_foreign_database",
    "test_company_loggers",
)  # fmt: skip
_NEW_OBJECTS = 10_000  # between two looks for garbage; Python's 700 are for processes that live in little memory


def pytest_configure(config: pytest.Config) -> None:
    """Let one look for garbage do at the end: pytest takes five, of half a second each in each worker."""
    config.stash[gc_collect_iterations_key] = 1
    told.here(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.path.stem not in _LONGEST)


def pytest_collection_finish() -> None:
    """Leave what stays until the end, a million objects of modules and tests, out of each look for garbage.

    Looking at them again and again took a quarter of the CPU time of tests of the terminal UI.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


@pytest.fixture(scope="session", autouse=True)
def _a_memory_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What consoles remember from one session to the next stays in this run."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session", autouse=True)
def _signals_that_what_is_started_hears() -> None:
    """Ignored signals stay ignored in programs that are started, handled ones do not.

    `nohup make test &` ignores both of these, and programs that a test interrupts would never hear it. Under xdist
    only the workers get here: the process that started them goes on ignoring.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session", autouse=True)
def _a_way_to_the_programs(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the account of the servers through to PostgreSQL's programs, for all homes of this run together.

    A home that is stopped closes what it had to open, and would close it to the servers of other tests.
    """
    with suppress(Unavailable):
        folder = programs()
        opened = tmp_path_factory.mktemp("way") / "opened"
        Account.of(folder / "no data").open_the_way((folder,), opened, lambda _: None)


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    """The PostgreSQL of this run."""
    with a_server() as running:
        yield running


@pytest.fixture(scope="session")
def template(server: TestServer) -> Iterator[str]:
    """The name of a database that holds the demo."""
    with a_template(server) as name:
        yield name


@pytest.fixture
def database(server: TestServer, template: str) -> Iterator[Database]:
    """A demo of the test's own."""
    with a_clone(server, template) as clone:
        yield clone


@pytest.fixture(scope="session")
def small_template(server: TestServer) -> Iterator[str]:
    """The name of a small database whose collections are all classified."""
    with a_template(server, SMALL) as name:
        yield name


@pytest.fixture
def small(server: TestServer, small_template: str) -> Iterator[Database]:
    """A small database of the test's own."""
    with a_clone(server, small_template) as clone:
        yield clone


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Where a test leaves what must be closed."""
    with ExitStack() as opened:
        yield opened
