import pytest

from core.services.backfill.apply_options import Options
from core.services.overview import burndown
from tests import small as on_small
from tests.databases import Database


def test_the_burn_down_ends_with_the_live_blockers_and_what_is_still_missing(small: Database) -> None:
    run = on_small.a_run(small, goods=300, parts=200)
    with small.connect("viewer1") as viewer:
        planned = burndown.read(viewer).points
        on_small.done(small, run)
        applied = burndown.read(viewer).points
    assert (planned[-1].blockers, planned[-1].missing) == (0, 500)
    assert (applied[-1].blockers, applied[-1].missing) == (0, 0)
    missing = [point.missing for point in applied if point.missing is not None]
    assert missing == sorted(missing, reverse=True)


def test_runs_of_long_ago_are_told_whole_and_the_figures_stay(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = on_small.a_run(small, goods=300, parts=200)
    on_small.done(small, first, Options(batch_size=50))
    on_small.fill(small, notes=70)
    second = on_small.reconciled(small)
    with small.connect("viewer1") as viewer:
        by_batch = burndown.read(viewer).points
        monkeypatch.setattr(burndown, "_RUNS", 0)
        whole = burndown.read(viewer).points
    assert second > first
    assert (whole[-1].blockers, whole[-1].missing) == (by_batch[-1].blockers, by_batch[-1].missing) == (0, 70)
    assert {0, 500} <= {point.missing for point in whole} <= {point.missing for point in by_batch}
    assert len(whole) < len(by_batch)
