import random
import signal

import pytest

from tests.databases import Database
from tests.faults.appliers import Hold, applying, resume
from tests.faults.runs import a_run
from tests.small import a_lock, registering

ROWS = 1500
# Every claim is overdue from its beginning. Recorded: a function that differs from what was installed closes a gate.
_NO_LEASE = """
CREATE OR REPLACE FUNCTION birth._birth_lease() RETURNS interval LANGUAGE sql IMMUTABLE
    AS $$ SELECT interval '-1 second' $$;
SELECT birth._birth_schema_redefined(ARRAY['_birth_lease']);
"""
# Every row takes its time for as long as the test holds a lock: so long the work cannot run out.
_SLOWLY = 4711
_SLOW_WHILE_LOCKED = """
IF EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objid = {lock}) THEN
    PERFORM pg_catalog.pg_sleep(0.005);
END IF;
"""


@pytest.mark.long
def test_two_hundred_thousand_rows_survive_ten_kills_in_a_row_with_exact_accounting(small: Database) -> None:
    run = a_run(small, 200_000)
    moment = random.Random(20260606)  # noqa: S311 - moments, not secrets
    options = ("--workers", "2", "--batch-size", "1000", "--patience", "20")
    for _ in range(10):
        with applying(small.dsn(), run.number, *options) as applier:
            # By its own news it is somewhere between two batches, or in the middle of them.
            applier.await_events("batch", moment.randint(1, 15))
            applier.kill()
    assert 10_000 <= run.settled() < run.rows
    run.must_be_sound()
    resume(small.dsn(), run.number, options)
    run.must_be_complete()


@pytest.mark.parametrize("other", [pytest.param("operator1", marks=pytest.mark.long), "operator2"])
def test_two_appliers_of_one_run_share_its_work_and_both_end_well(small: Database, other: str) -> None:
    run = a_run(small, ROWS)
    options = ("--batch-size", "50", "--patience", "20")
    with (
        applying(small.dsn(), run.number, *options, hold=Hold("after_intent", 2)) as first,
        applying(small.dsn(other), run.number, *options, hold=Hold("after_intent", 2)) as second,
    ):
        for each in (first, second):
            each.await_hold()
        for each in (first, second):
            each.go_on()
        for each in (first, second):
            assert each.end() == 0, each.said()
            assert len(each.events("batch")) >= 2
            assert each.events()[-1]["accounting"]["registered"] == ROWS
        told = [(batch["seq_from"], batch["seq_to"]) for each in (first, second) for batch in each.events("batch")]
        assert sum(last - begin + 1 for begin, last in told) == ROWS
    run.must_be_complete()


@pytest.mark.long
def test_an_applier_can_join_a_run_whose_workers_leave_no_moment_without_a_batch(small: Database) -> None:
    registering(small, before=_SLOW_WHILE_LOCKED.format(lock=_SLOWLY))
    run = a_run(small, 10_000)
    with applying(small.dsn(), run.number, "--workers", "4", "--batch-size", "100") as first:
        with a_lock(small, _SLOWLY):
            first.await_events("batch", 5)
            with applying(small.dsn("operator2"), run.number, "--batch-size", "100", "--max-batches", "1") as second:
                assert second.end() == 7, second.said()
                assert len(second.events("batch")) == 1
            assert not first.has_ended()
        assert first.end() == 0, first.said()
    run.must_be_complete()


def test_an_applier_that_was_thought_dead_is_refused_its_batch_and_ends_well(small: Database) -> None:
    run = a_run(small, ROWS)
    small.run(_NO_LEASE)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("after_intent", 3)) as zombie:
        zombie.await_hold()
        zombie.send(signal.SIGSTOP)
        with applying(small.dsn("operator2"), run.number, "--batch-size", "100") as successor:
            assert successor.end() == 0, successor.said()
        run.must_be_complete()
        zombie.send(signal.SIGCONT)
        zombie.go_on()
        assert zombie.end() == 0, zombie.said()
        assert len(zombie.events("claim_lost")) == 1
        assert len(zombie.events("batch")) == 2
    run.must_be_complete()


@pytest.mark.long
def test_an_applier_that_was_thought_dead_works_on_where_others_left_something(small: Database) -> None:
    run = a_run(small, ROWS)
    small.run(_NO_LEASE)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("after_intent", 3)) as zombie:
        zombie.await_hold()
        # Not before: two at once take over from each other without end where every claim is overdue.
        with applying(small.dsn("operator2"), run.number, "--max-batches", "3", "--batch-size", "100") as successor:
            assert successor.end() == 7, successor.said()
        zombie.go_on()
        assert zombie.end() == 0, zombie.said()
        assert len(zombie.events("claim_lost")) == 1
    run.must_be_complete()


def test_a_claim_whose_work_is_under_way_is_not_taken_over_however_late_it_is(small: Database) -> None:
    run = a_run(small, ROWS)
    small.run(_NO_LEASE)
    three = ("--batch-size", "100", "--max-batches", "3")  # the third claims no fourth with its outcome
    with applying(small.dsn(), run.number, *three, hold=Hold("before_commit", 3)) as late:
        late.await_hold()
        with small.psql("operator2") as other:
            other.execute("SET lock_timeout = '3s'")
            claimed = other.execute(b"SELECT * FROM birth.birth_backfill_claim(1, 100)").fetchone()
            assert claimed
            assert (claimed["verdict"], claimed["seq_from"]) == ("claimed", 301)
        late.go_on()
        assert late.end() == 7, late.said()
        assert late.events("claim_lost") == []
    resume(small.dsn(), run.number)
    run.must_be_complete()


def test_a_session_that_has_the_process_number_of_a_dead_one_does_not_keep_its_claim(small: Database) -> None:
    run = a_run(small, ROWS)
    with applying(small.dsn(), run.number, "--batch-size", "100", hold=Hold("after_intent", 3)) as killed:
        killed.await_hold()
        killed.kill()
    with small.psql() as newcomer:
        small.run(
            f"UPDATE birth.birth_backfill_batch SET backend_pid = {newcomer.info.backend_pid} WHERE finished_at IS NULL"
        )
        resume(small.dsn(), run.number, ["--patience", "5"])
    run.must_be_complete()
