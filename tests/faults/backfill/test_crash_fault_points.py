import pytest

from core.services.backfill.fault_points import Point
from tests.databases import Database
from tests.faults.appliers import Hold, applying, resume
from tests.faults.runs import a_run

ROWS = 1500


@pytest.mark.parametrize(
    ("point", "nth", "workers"),
    [
        ("after_intent", 3, "2"),
        ("before_commit", 1, "1"),
        ("after_commit", 3, "2"),
        # Each step once, and each place in a run once, is told above; all pairs of them, when there is time.
        pytest.param("after_intent", 1, "1", marks=pytest.mark.long),
        pytest.param("before_commit", 3, "2", marks=pytest.mark.long),
        pytest.param("after_commit", 1, "1", marks=pytest.mark.long),
    ],
)
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
