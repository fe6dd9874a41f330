"""How far a run goes by itself: the canary, the breaker, and as many batches as were allowed."""

from core.services.backfill.apply_options import Options
from tests.databases import Database
from tests.faults.backfill.test_control import sizes
from tests.small import a_run, account, done, drive, registering

NEVER_77 = "IF right(p_entity_code, 2) = '77' THEN RAISE 'never'; END IF;"
HUNDREDS = Options(batch_size=100, patience=20)


def test_the_first_batch_is_100_rows_and_then_the_size_adapts(small: Database) -> None:
    run = a_run(small, goods=1500)
    assert done(small, run).registered == 1500
    assert sizes(small, run)[:2] == [100, 1000]


def test_the_canary_is_no_larger_than_what_was_asked_for(small: Database) -> None:
    run = a_run(small)
    assert done(small, run, Options(batch_size=30, patience=20)).registered == 300
    assert sizes(small, run) == [30] * 10


def test_a_row_set_aside_by_the_canary_stops_the_run_before_any_other_batch(small: Database) -> None:
    registering(small, before=NEVER_77)
    run = a_run(small, goods=1000)
    stopped = drive(small, run, Options(workers=4, patience=20))
    assert (stopped.status, stopped.code) == (7, "canary_failed")
    found = account(small, run)
    assert found.quarantined == 1
    assert found.registered < 100
    assert stopped.events[-1].facts["accounting"] == found.as_json()


def test_who_applies_again_after_the_canary_goes_on_all_the_same(small: Database) -> None:
    registering(small, before=NEVER_77)
    run = a_run(small, goods=1000)
    assert drive(small, run).code == "canary_failed"
    found = done(small, run)
    assert (found.registered, found.quarantined) == (990, 10)


def test_a_resumed_run_needs_no_second_canary(small: Database) -> None:
    run = a_run(small, goods=1500)
    drive(small, run, Options(max_batches=1, patience=20))
    done(small, run)
    assert sizes(small, run)[:2] == [100, 1000]


def test_more_rows_set_aside_than_allowed_break_the_run_off_and_what_is_done_is_kept(small: Database) -> None:
    registering(small, before="IF p_entity_code BETWEEN 'G-000101' AND 'G-000899' THEN RAISE 'never'; END IF;")
    run = a_run(small, goods=1000)
    stopped = drive(small, run, Options(batch_size=100, workers=2, patience=20, most_quarantined=5))
    assert (stopped.status, stopped.code) == (7, "breaker")
    found = account(small, run)
    assert found.registered >= 100
    assert 5 < found.quarantined < 20
    assert found.open > 0


def test_a_breaker_of_0_stops_at_the_first_row_and_one_large_enough_never(small: Database) -> None:
    registering(small, before="IF p_entity_code = 'G-000277' THEN RAISE 'never'; END IF;")
    run = a_run(small)
    assert drive(small, run, Options(patience=20, most_quarantined=0)).code == "breaker"
    assert account(small, run).quarantined == 1
    found = done(small, run, Options(patience=20, most_quarantined=1))
    assert (found.registered, found.quarantined) == (299, 1)


def test_so_many_batches_and_no_more_with_any_number_of_workers(small: Database) -> None:
    run = a_run(small, goods=1000)
    stopped = drive(small, run, Options(batch_size=100, max_batches=3, workers=3, patience=20))
    assert (stopped.status, stopped.code) == (7, "max_batches")
    assert account(small, run).registered == 300
    assert drive(small, run, Options(batch_size=100, max_batches=6, workers=3, patience=20)).status == 7
    assert drive(small, run, Options(batch_size=100, max_batches=1, patience=20)).status == 0
    assert account(small, run).registered == 1000


def test_exactly_as_many_batches_as_are_needed_end_the_run(small: Database) -> None:
    run = a_run(small)
    assert drive(small, run, Options(batch_size=100, max_batches=3, patience=20)).status == 0


def test_a_run_with_nothing_to_do_is_applied_at_once(small: Database) -> None:
    run = a_run(small, goods=0)
    assert done(small, run).registered == 0
