from core.domain.overview.burndown import Burndown, Decided, Event, Planned, Point, Settled, burndown


def figures(events: list[Event], now: int) -> list[tuple[int, int | None]]:
    return [(point.blockers, point.missing) for point in burndown(events, now).points]


def test_the_blockers_are_counted_back_from_those_of_now() -> None:
    events: list[Event] = [
        Decided(1, "identity_imported", "agents", "column"),
        Decided(2, "identity_classified", "pages", "column"),
        Decided(3, "identity_classified", "pages", "synthetic"),
        Decided(4, "identity_undone", "pages", None),
        Decided(5, "policy_decided", "staging", "EXEMPT"),
        Decided(6, "identity_classified", "pages", "column"),
        Decided(7, "policy_decided", "staging", "REQUIRED"),
    ]
    assert [blockers for blockers, _ in figures(events, 41)] == [42, 41, 41, 42, 41, 40, 41]


def test_the_missing_rows_are_those_of_each_collections_latest_plan_without_what_was_settled() -> None:
    events: list[Event] = [
        Planned(1, 1, "pages", 10),
        Planned(1, 2, "agents", 5),
        Settled(2, 1, "pages", 4),
        Settled(3, 9, "never planned", 7),
        Planned(4, 3, "pages", 8),
        Settled(5, 2, "agents", 5),
    ]
    assert figures(events, 0) == [(0, 15), (0, 11), (0, 11), (0, 13), (0, 8)]


def test_what_a_withdrawal_took_back_is_missing_again() -> None:
    events: list[Event] = [Planned(1, 1, "pages", 10), Settled(2, 1, "pages", 10), Settled(3, 2, "pages", -4)]
    assert figures(events, 0) == [(0, 10), (0, 0), (0, 4)]


def test_a_clock_that_was_set_back_does_not_settle_rows_before_their_plan_or_after_the_next_one() -> None:
    events: list[Event] = [Planned(9, 1, "pages", 10), Settled(2, 1, "pages", 10)]
    assert figures(events, 0) == [(0, 0)]
    events += [Planned(10, 2, "pages", 3), Settled(11, 1, "pages", 10), Settled(4, 2, "pages", 1)]
    assert figures(events, 0)[-1] == (0, 2)


def test_before_the_first_plan_nobody_knows_what_is_missing() -> None:
    assert figures([Decided(1, "identity_classified", "pages", "column")], 3) == [(3, None)]


def test_thinning_keeps_the_first_and_the_last_point() -> None:
    points = tuple(Point(at, at, None) for at in range(1000))
    thin = Burndown(points).thinned(50)
    assert len(thin.points) == 50
    assert (thin.points[0], thin.points[-1]) == (points[0], points[-1])
    assert Burndown(points[:3]).thinned(50).points == points[:3]


def test_thinning_keeps_where_the_missing_rows_begin() -> None:
    for begin in (1, 13, 500, 997, 998):
        points = tuple(Point(at, at, None if at < begin else 5_000 - at) for at in range(1000))
        thin = Burndown(points).thinned(50).points
        assert len(thin) == 50
        assert points[begin] in thin
        assert list(thin) == sorted(thin, key=lambda point: point.at_us)
