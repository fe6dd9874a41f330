from hypothesis import given
from hypothesis import strategies as st

from core.domain.backfill.pace import LARGEST, SMALLEST, TARGET_SECONDS, Estimate, Pace, beginning_pace
from core.domain.backfill.progress import ApplyProgress, Pacing
from core.domain.backfill.runs import Accounting

SIZES = st.integers(1, LARGEST)
SECONDS = st.floats(0, 1e6)
# What becomes of a batch: trouble, or its rows as a share of what was asked for, and its seconds.
STORIES = st.lists(st.none() | st.tuples(st.integers(1, 3 * LARGEST), SECONDS), max_size=200)


@given(size=SIZES, fixed=st.booleans(), story=STORIES)
def test_a_size_never_grows_by_more_than_a_fifth_at_a_time(
    *, size: int, fixed: bool, story: list[tuple[int, float] | None]
) -> None:
    pace = Pace(size, fixed=fixed)
    for batch in story:
        before = pace.rows
        pace.troubled() if batch is None else pace.finished(*batch)
        assert pace.rows <= before * 1.2


@given(st.integers(SMALLEST, LARGEST), STORIES)
def test_an_adaptive_size_stays_between_100_and_10_000_whatever_happens(
    size: int, story: list[tuple[int, float] | None]
) -> None:
    pace = Pace(size)
    for batch in story:
        pace.troubled() if batch is None else pace.finished(*batch)
        assert SMALLEST <= pace.rows <= LARGEST


@given(SIZES, STORIES)
def test_a_fixed_size_is_never_exceeded_and_never_ends_at_nothing(
    size: int, story: list[tuple[int, float] | None]
) -> None:
    pace = Pace(size, fixed=True)
    for batch in story:
        pace.troubled() if batch is None else pace.finished(*batch)
        assert min(size, SMALLEST) <= pace.rows <= size


@given(size=st.integers(2 * SMALLEST, LARGEST), fixed=st.booleans())
def test_trouble_halves_the_size(*, size: int, fixed: bool) -> None:
    pace = Pace(size, fixed=fixed)
    pace.troubled()
    assert pace.rows == size // 2


@given(st.integers(SMALLEST, LARGEST))
def test_a_fixed_size_that_trouble_took_down_grows_back_to_what_was_chosen(size: int) -> None:
    pace = Pace(size, fixed=True)
    for _ in range(3):
        pace.troubled()
    for _ in range(30):
        pace.finished(pace.rows, 100.0)
    assert pace.rows == size


@given(st.floats(1e-5, 1e-2))
def test_an_adaptive_size_settles_where_a_batch_takes_half_a_second(seconds_per_row: float) -> None:
    pace = Pace()
    for _ in range(60):
        pace.finished(pace.rows, pace.rows * seconds_per_row)
    ideal = min(max(TARGET_SECONDS / seconds_per_row, SMALLEST), LARGEST)
    assert ideal / 1.2 - 1 <= pace.rows <= ideal


def test_batches_of_what_is_spread_over_servers_stay_large_however_long_those_take() -> None:
    pace = beginning_pace(None, is_spread=True)
    pace.finished(LARGEST, 8.0)
    assert pace.rows == LARGEST
    pace.troubled()
    assert pace.rows == LARGEST // 2
    assert beginning_pace(200, is_spread=True) == Pace(200, fixed=True)
    assert (beginning_pace(None, is_spread=False), beginning_pace(200, is_spread=False)) == (
        Pace(), Pace(200, fixed=True))  # fmt: skip


def test_the_short_last_batch_of_an_entry_says_nothing_about_the_size() -> None:
    pace = Pace(1000)
    pace.finished(7, 0.0001)
    assert pace.rows == 1000


def test_a_large_batch_taken_over_from_somebody_else_is_no_reason_to_jump() -> None:
    pace = Pace(100)
    pace.finished(10_000, 0.01)
    assert pace.rows == 120


def test_the_rate_is_that_of_all_workers_together_by_the_clock() -> None:
    estimate = Estimate(10_000, began=100.0)
    for now in (101.0, 101.0, 101.0, 101.0):  # four workers side by side, a second each
        estimate.finished(250, now)
    assert estimate.rate == 1000
    assert estimate.to_go() == (9.0, 9.0)


def test_the_time_to_go_is_a_range_between_the_latest_and_the_average_rate() -> None:
    estimate = Estimate(10_000, began=0.0)
    for second in range(1, 31):
        estimate.finished(10, second)
    for tenth in range(1, 21):
        estimate.finished(10, 30 + tenth / 10)
    soon, late = estimate.to_go() or (0.0, 0.0)
    assert soon == 9500 / 100
    assert late == 9500 / (500 / 32)


def test_before_the_first_batch_and_within_one_tick_nothing_is_claimed_about_the_time_to_go() -> None:
    estimate = Estimate(1000, began=5.0)
    assert (estimate.rate, estimate.to_go()) == (0.0, None)
    estimate.finished(100, 5.0)
    assert (estimate.rate, estimate.to_go()) == (0.0, None)


def test_more_rows_than_planned_are_no_negative_time() -> None:
    estimate = Estimate(10, began=0.0)
    estimate.finished(20, 1.0)
    assert estimate.to_go() == (0.0, 0.0)


def test_what_is_left_out_changes_the_rows_to_go_and_no_rate() -> None:
    estimate = Estimate(1000, began=0.0)
    for second in range(1, 6):
        estimate.finished(10, second)
    estimate.leave_out(50, 605.0)
    assert estimate.rate == 10
    assert estimate.to_go() == (90.0, 90.0)
    estimate.finished(10, 606.0)
    assert estimate.rate == 10
    assert estimate.to_go() == (89.0, 89.0)


def test_a_pause_is_left_out_of_the_rate_of_a_run_that_is_looked_at() -> None:
    pacing = Pacing(look(0), 0.0)
    for second in range(1, 6):
        pacing.observe(look(100 * second), second)
    pacing.observe(look(550, "pause"), 6.0)  # the batch that was under way when somebody paused it
    for second in range(60, 120, 5):
        pacing.observe(look(550, "pause"), second)
    pacing.observe(look(560), 120.0)  # it goes on, since a moment ago
    assert pacing.estimate.rate == 100
    pacing.observe(look(660), 121.0)
    assert pacing.estimate.rate == 100
    assert pacing.estimate.to_go() == (3.4, 3.4)


def test_a_time_without_workers_is_left_out_of_the_rate() -> None:
    pacing = Pacing(look(0, workers=0), 0.0)
    pacing.observe(look(0, workers=0), 300.0)
    pacing.observe(look(0), 305.0)
    pacing.observe(look(100), 306.0)
    assert pacing.estimate.rate == 100


def look(done: int, command: str = "run", workers: int = 1) -> ApplyProgress:
    accounting = Accounting(planned=1000, registered=done)
    states = {"applying": workers} if workers else {}
    return ApplyProgress(1, "applying", command, None, "operator1", None, accounting, {}, None, states, ())
