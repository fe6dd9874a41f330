import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.backfill.crowd import MOST, Crowd
from core.domain.backfill.throttle import Bucket, Limits, Load, Replay, Vacuum, closed_throttles

IDLE = Load(replicas=1, replica_lag=0.0, lock_waits=0, wal_rate=0.0, condition=None, limits=Limits())
ALL = Limits(replica_lag=10, lock_waits=0, wal_rate=1e6, condition="SELECT true", active=4)


def held(load: Load) -> list[str]:
    return [each.id for each in closed_throttles(load)]


def test_an_idle_server_holds_nothing() -> None:
    assert held(IDLE) == []
    assert held(replace(IDLE, limits=ALL, condition=True)) == []


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({"replica_lag": 10.1}, "replica_lag"),
        ({"lock_waits": 1}, "lock_waits"),
        ({"wal_debt": 1}, "wal_rate"),
        ({"active": 5}, "active"),
        ({"replicas": 0, "most_replicas": 1}, "replicas"),
        ({"limits": replace(ALL, replicas=2)}, "replicas"),
        ({"vacuum": Vacuum(is_running=True, dead=60_000, live=100_000)}, "registry_vacuum"),
        ({"condition": False}, "condition"),
    ],
)
def test_each_limit_that_is_passed_holds_the_run_by_its_name(change: dict[str, float], gate: str) -> None:
    assert held(replace(IDLE, **{"limits": ALL, "condition": True, **change})) == [gate]  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("unseen", ["replica_lag", "wal_debt", "condition", "active"])
def test_what_cannot_be_seen_holds_the_run(unseen: str) -> None:
    blind = replace(IDLE, **{"limits": ALL, "condition": True, unseen: None})  # type: ignore[arg-type]  # by name
    assert held(blind) == [unseen.replace("debt", "rate")]


def test_a_throttle_that_is_switched_off_does_not_look() -> None:
    off = Limits(replica_lag=None, lock_waits=None, wal_rate=None, condition=None, active=None)
    blind = Load(0, replica_lag=None, lock_waits=99, wal_rate=None, condition=None, limits=off, most_replicas=2)
    assert held(blind) == []


def test_exactly_the_limit_is_within_it() -> None:
    assert held(replace(IDLE, limits=ALL, condition=True, replica_lag=10.0, wal_debt=0, active=4)) == []
    assert held(replace(IDLE, vacuum=Vacuum(is_running=False, dead=60_000, live=100_000))) == []
    assert held(replace(IDLE, vacuum=Vacuum(is_running=True, dead=9_000, live=10))) == []


def test_wal_is_limited_on_average_whatever_came_at_once_and_however_rarely_anyone_looks() -> None:
    bucket = Bucket()
    assert bucket.debt(0.0, written=5_000, limit=100) == 0
    assert bucket.debt(1.0, written=5_200, limit=100) == 100
    assert bucket.debt(1.5, written=5_200, limit=100) == 50
    assert bucket.debt(2.0, written=5_200, limit=100) == 0
    # An idle minute saves up for one second, not for sixty.
    assert bucket.debt(62.0, written=5_400, limit=100) == 100
    # Whatever somebody else wrote at once is forgiven after a while.
    assert bucket.debt(63.0, written=90_000, limit=100) == 1_000
    assert Bucket().debt(0.0, written=None, limit=100) is None
    assert Bucket().debt(0.0, written=None, limit=None) == 0


def test_workers_take_idle_cores_one_at_a_time_and_leave_them_to_whoever_comes() -> None:
    crowd = Crowd(cores=2)
    crowd.looked(0)
    crowd.looked(0)
    assert (crowd.wanted, crowd.is_new) == (1, True)
    crowd.looked(0)
    assert (crowd.wanted, crowd.is_new) == (2, False)
    crowd.looked(1)  # one session that was met once is no load yet
    assert crowd.wanted == 2
    for _ in range(10):
        crowd.looked(1)
    assert crowd.wanted == 1
    for _ in range(10):
        crowd.looked(0)
    assert crowd.wanted == 2
    crowd.looked(None)
    assert (crowd.wanted, crowd.is_new) == (1, True)


def test_many_cores_are_taken_up_to_a_limit_and_busy_ones_never() -> None:
    crowd = Crowd(cores=16)
    seen = []
    for _ in range(8):
        crowd.looked(0)
        seen.append(crowd.wanted)
    assert seen == [1, 1, 2, 3, MOST, MOST, MOST, MOST]
    busy = Crowd(cores=4)
    for _ in range(8):
        busy.looked(3)
    assert busy.wanted == 1


def test_a_figure_that_is_none_passes_no_limit() -> None:
    assert held(replace(IDLE, replica_lag=math.nan)) == ["replica_lag"]


def test_a_condition_without_an_answer_says_why() -> None:
    (found,) = closed_throttles(replace(IDLE, limits=ALL, trouble="relation nowhere does not exist"))
    assert found.evidence == {"answer": None, "why": "relation nowhere does not exist"}


def test_a_replica_that_stands_still_falls_behind_by_the_clock_whatever_the_server_reports() -> None:
    replay = Replay()
    assert replay.lag(0.0, written=100, replayed=50, reported=0.0) == 0.0
    assert replay.lag(4.0, written=200, replayed=50, reported=0.0) == 4.0
    assert replay.lag(9.0, written=200, replayed=50, reported=0.002) == 9.0


def test_a_replica_that_moves_is_as_far_behind_as_what_it_has_not_replayed_is_old() -> None:
    replay = Replay()
    replay.lag(0.0, written=100, replayed=50, reported=0.0)
    replay.lag(1.0, written=200, replayed=99, reported=0.0)
    assert replay.lag(2.0, written=300, replayed=100, reported=0.0) == 1.0
    assert replay.lag(3.0, written=300, replayed=300, reported=0.0) == 0.0


def test_the_servers_own_figure_counts_where_it_is_worse() -> None:
    assert Replay().lag(0.0, written=100, replayed=50, reported=7.5) == 7.5


def test_a_replica_that_says_nothing_is_not_seen_and_no_replica_is_no_lag() -> None:
    assert Replay().lag(0.0, written=100, replayed=None, reported=None) is None
    assert Replay().lag(0.0, written=100, replayed=None, reported=0.0) == 0.0


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 1000), st.integers(0, 1000))))
def test_lag_is_never_negative_and_ends_with_catching_up(looks: list[tuple[float, int, int]]) -> None:
    replay, now, written = Replay(), 0.0, 0
    for seconds, more, replayed in looks:
        now, written = now + seconds, written + more
        lag = replay.lag(now, written, min(replayed, written), 0.0)
        assert lag is not None
        assert 0 <= lag <= now
    assert replay.lag(now, written, written, 0.0) == 0.0
