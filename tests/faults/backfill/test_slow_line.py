from core.domain.backfill.pace import Pace
from tests.databases import Database
from tests.faults.appliers import applying
from tests.faults.proxy import Loss, Proxy
from tests.faults.runs import a_run

LINE = 0.8  # seconds; more than a batch may take


def test_a_slow_line_makes_batches_no_smaller_and_events_tell_the_servers_own_seconds(small: Database) -> None:
    run = a_run(small, 3300)
    with Proxy(small.dsn(), Loss.BEFORE, 0, delay=LINE) as proxy, applying(proxy.dsn, run.number) as applier:
        assert applier.end() == 0, applier.said()
        batches = applier.events("batch")
    run.must_be_complete()
    canary, first, second, third, *_ = batches
    assert (canary["rows"], first["rows"]) == (100, 1000)
    for each in batches:
        assert each["seconds"] - each["server_seconds"] >= LINE
        assert 0 <= each["lock_seconds"] < LINE
    # Each batch is claimed with the one before, so the third is the first that is paced by an earlier one: by two,
    # where a slow machine claims it by itself.
    pace, paced = Pace(), []
    for each in (first, second):
        pace.finished(each["rows"], each["server_seconds"])
        paced.append(min(pace.rows, 1200))
    assert min(abs(third["rows"] - rows) for rows in paced) <= 2
