"""How points are learned: from tables that contradict what is expected, the same every time."""

from core.domain.classify.points import NAT, POINTS
from tests.bench.suggestions.train import EXPECTED, Lesson, learn, rounded

AGAINST = Lesson("fleet", [{"first column": 1.0}, {"uuids": 1.0}], [False, True])


def test_what_no_table_teaches_stays_as_expected() -> None:
    assert rounded(learn([])) == rounded(EXPECTED)


def test_many_tables_change_what_was_expected_and_one_hardly_does() -> None:
    once, often = learn([AGAINST]), learn([AGAINST] * 20)
    assert often["first column"] < once["first column"] < EXPECTED["first column"]
    assert often["uuids"] > once["uuids"] > EXPECTED["uuids"]
    assert abs(once["first column"] - EXPECTED["first column"]) < 1 / NAT


def test_the_same_tables_give_the_same_points() -> None:
    assert rounded(learn([AGAINST] * 3)) == rounded(learn([AGAINST] * 3))


def test_points_are_halves_and_every_expectation_has_kept_its_sign() -> None:
    assert all(points * 2 == round(points * 2) for points in POINTS.values())
    assert all(POINTS.get(name, 0.0) * weight >= 0 for name, weight in EXPECTED.items())
