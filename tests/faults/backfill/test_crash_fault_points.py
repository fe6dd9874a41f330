import pytest

from core.services.backfill.fault_points import Point
from tests.databases import Database
from tests.faults.appliers import Hold, applying, resume
from tests.faults.runs import a_run

ROWS = 1500


@pytest.mark.parametrize(("nth", "workers"), [(1, "1"), (3, "2")])
@pytest.mark.parametrize("point", ["after_intent", "before_commit", "after_commit"])
def test_an_applier_killed_at_any_step_of_a_batch_loses_and_doubles_nothing_and_is_resumed_at_once(
    small: Database, point: Point, nth: int, workers: str
) -> None:
    run = a_run(small, ROWS)
    options = ("--workers", workers, "--batch-size", "200")
    with applying(small.dsn(), run.number, *options, hold=Hold(point, nth)) as killed:
        killed.await_hold()
        killed.kill()
    run.must_be_sound()
    # A lease that still runs does not stand in the way when the session that held it is gone.
    small.run("UPDATE birth.birth_backfill_batch SET lease_until = 'infinity' WHERE finished_at IS NULL")
    events = resume(small.dsn(), run.number, ["--patience", "5"])
    assert [event["event"] for event in events if event["event"] in ("throttled", "paused", "claim_lost")] == []
    run.must_be_complete()
