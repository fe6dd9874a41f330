"""The state of a run comes from who works on it; the ledger and the console say the same words."""

import json

from core.services.backfill import live_runs, runs
from tests import small as small_database
from tests.console import run as console
from tests.databases import Database
from tui.ledger.columns import RunRow


def told(database: Database, run: int) -> tuple[str, str]:
    """What the ledger says of a run, as a command and in the console."""
    with database.connect("viewer1") as viewer:
        found = runs.run(viewer, run)
        (progress,) = live_runs.follow(viewer, [run])
    assert RunRow(found, progress).state.word == RunRow(found).state.word == found.state
    return found.state, found.why


def test_a_run_is_starting_applying_waiting_paused_or_stopped_by_who_works_on_it(small: Database) -> None:
    run = small_database.a_run(small, "goods", goods=300)
    assert told(small, run) == ("reconciled", "")
    with small.psql() as worker:
        worker.execute("SELECT birth.birth_backfill_begin(%s)", [run])
        assert told(small, run) == ("starting", "")
        worker.execute("SELECT birth.birth_backfill_report(%s, 'applying', NULL)", [run])
        assert told(small, run) == ("applying", "")
        worker.execute("SELECT birth.birth_backfill_report(%s, 'throttled', 'replica lag 12 s')", [run])
        assert told(small, run) == ("waiting", "replica lag 12 s")
        worker.execute("SELECT birth.birth_backfill_report(%s, 'waiting', NULL)", [run])
        assert told(small, run) == ("waiting", "batches of other sessions")
        worker.execute("SELECT birth.birth_backfill_steer(%s, 'pause', NULL, 'lunch')", [run])
        assert told(small, run) == ("paused", "")
        worker.execute("SELECT birth.birth_backfill_steer(%s, 'run', NULL, NULL)", [run])
    small.run("UPDATE birth.birth_ledger_event SET at_us = at_us - 20000000 WHERE kind IN ('started', 'resumed')")
    small_database.eventually(lambda: told(small, run)[0] == "stopped")
    assert told(small, run) == ("stopped", "no session applies it; resumable")
    small.run("UPDATE birth.birth_backfill_limit SET canary_failed = true")
    said = console("--dsn", small.dsn(), "--json", "ledger", str(run))
    document = json.loads(said.out)
    assert (document["state"], document["why"]) == ("stopped", "the canary quarantined rows; resumable")
    assert (
        "is stopped (the canary quarantined rows; resumable)" in console("--dsn", small.dsn(), "ledger", str(run)).out
    )
    small.run("UPDATE birth.birth_backfill_limit SET canary_failed = false")
    small_database.done(small, run)
    # As it stands between the last batch and the record of its end: nobody is at work, and nothing is left to start.
    small.run("UPDATE birth.birth_ledger_event SET at_us = at_us + 30000000 WHERE kind IN ('started', 'resumed')")
    small.run("UPDATE birth.birth_backfill_run SET status = 'applying'")
    assert told(small, run) == ("applying", "")
    small.run("UPDATE birth.birth_backfill_batch SET finished_at = finished_at - interval '1 min'")
    assert told(small, run)[0] == "stopped"
