"""Workers on several hosts: one loses its line in each way, the other ends the run, and no row is registered twice."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core.domain.backfill.pace import TARGET_SECONDS
from core.settings import DEMO_LOGINS
from tests.databases import Database, a_clone, a_template
from tests.faults import hosts
from tests.faults.appliers import applying
from tests.faults.hosts import Cut, Host
from tests.faults.runs import a_run
from tests.faults.servers import OwnServer, an_own_server
from tests.faults.slow_line import SlowLine
from tests.small import eventually, registering
from tests.templates import SMALL

ROWS = 3000
FAR = 0.2  # seconds of a question and its answer
_SLOWLY = "PERFORM pg_sleep(0.002);"

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def two() -> Iterator[list[Host]]:
    if why := hosts.unavailable():
        pytest.skip(f"NOT TESTED, workers on several hosts: {why}")
    with hosts.hosts(2) as made:
        yield made


@pytest.fixture(scope="module")
def own(two: list[Host]) -> Iterator[OwnServer]:
    """A server that listens on both lines, and asks for passwords there."""
    with an_own_server() as server, server.set_to("listen_addresses", f"'{','.join(host.server for host in two)}'"):
        with (server.home / "data" / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write("host all all 10.98.0.0/16 scram-sha-256\n")
        server.kill()
        server.start()
        yield server


@pytest.fixture
def database(own: OwnServer) -> Iterator[Database]:
    with a_template(own.tests, SMALL) as template, a_clone(own.tests, template) as clone:
        own.tests.let_in(DEMO_LOGINS)
        yield clone


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
def test_a_host_that_loses_its_line_loses_no_row_and_the_other_ends_the_run(
    database: Database, two: list[Host], cut: Cut
) -> None:
    registering(database, before=_SLOWLY)
    run = a_run(database, ROWS)
    near, far = (make_conninfo(database.dsn(), host=host.server) for host in two)
    options = ("--workers", "1", "--batch-size", "100", "--patience", "120")
    with ExitStack() as stack:
        first = stack.enter_context(applying(near, run.number, *options, within=two[0].within))
        first.await_events("batch", 2)
        second = stack.enter_context(applying(far, run.number, *options, within=two[1].within))
        second.await_events("batch", 2)
        with two[0].cut(cut):
            told = len(first.events("batch"))
            assert second.end() == 0, second.said()
            # One answer may have been on its way.
            assert len(first.events("batch")) <= told + 1
            eventually(lambda: first.events("unavailable") or first.has_ended(), "that the first one notices")
        assert first.end() == 0, first.said()
        assert first.events("split") == second.events("split") == []
    run.must_be_complete()


def test_hosts_that_are_far_away_end_a_run_together_and_no_batch_shrinks_for_that(
    database: Database, two: list[Host]
) -> None:
    run = a_run(database, ROWS * 3)
    port = int(str(conninfo_to_dict(database.dsn())["port"]))
    with ExitStack() as stack:
        appliers = []
        for host in two:
            slow = stack.enter_context(SlowLine(host.server, port, FAR))
            dsn = make_conninfo(database.dsn(), host=host.server, port=slow.port)
            appliers.append(stack.enter_context(applying(dsn, run.number, "--workers", "1", within=host.within)))
        for each in appliers:
            assert each.end() == 0, each.said()
            assert each.events("split") == []
        batches = [batch for each in appliers for batch in each.events("batch")]
    run.must_be_complete()
    assert all(batch["seconds"] >= FAR for batch in batches), "a line was not slow, so nothing was tested"
    # The canary is small, and so is what is left at the end.
    usual = sorted(batch["rows"] for batch in batches)[2:]
    assert min(usual) >= 1000 or max(batch["server_seconds"] for batch in batches) > TARGET_SECONDS, usual
