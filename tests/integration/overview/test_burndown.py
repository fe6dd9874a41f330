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
