"""What a preview says follows from its figures alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.domain.backfill.permit import Permit
from core.domain.backfill.preview import Rate, Surroundings, expected, preview
from core.domain.backfill.runs import Entry, Run
from core.domain.steps import Steps, clock

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _run(**missing: int) -> Run:
    entries = tuple(Entry(at, name, "code", 1000, 1000, 1000 - rows, rows, "d") for at, (name, rows)
                    in enumerate(missing.items(), 1))  # fmt: skip
    return Run(7, "planned", "run", "d" * 64, "operator1", NOW, None, None, entries)


def _permit(budget: int, lasts: timedelta, *collections: str) -> Permit:
    return Permit(1, "open", budget, 0, collections or None, "why", "gatekeeper1", NOW, NOW + lasts, None)


def test_shares_are_never_rounded_to_none_or_to_all_and_the_largest_come_first() -> None:
    found = preview(_run(a=1, b=999, c=1000, d=0), {"a": 1, "b": 999, "c": 1000, "d": 0}, {}, Surroundings("db", NOW))
    assert [(each.collection, each.share) for each in found.changes] == [("c", "all"), ("b", "99 %"), ("a", "1 %")]
    assert found.unchanged == ("d",)
    assert found.headline == "2,000 of 4,000 rows are missing, in 3 of 4 collections"


def test_a_permit_admits_within_its_scope_and_its_time_and_the_rest_is_a_risk() -> None:
    rate = Rate(batches=4, slow=10, fast=20)
    withdraws = replace(_permit(500, timedelta(seconds=9)), kind="withdraw")
    around = Surroundings("db", NOW, (_permit(500, timedelta(seconds=9), "a"), withdraws), rate, skipped=2)
    found = preview(_run(a=100, b=50), {"a": 100, "b": 50}, {}, around)
    assert found.admission == "1 open permit: 100 of 150 rows admitted, 400 of 500 left afterwards"
    said = "\n".join(found.risks)
    assert "do not admit 50 of 150 rows" in said
    assert "expires at 2026-01-01 00:00 UTC, before the expected end" in said
    assert "2 REQUIRED collections are not in this plan" in said


def test_every_row_missing_where_the_registry_holds_others_doubts_the_identity() -> None:
    around = Surroundings("db", NOW, phantoms={"a": 1000, "b": 5})
    found = preview(_run(a=1000, b=10), {"a": 1000, "b": 10}, {}, around)
    assert [each for each in found.risks if "check its identity" in each] == [
        "a: every row is missing, and the registry holds 1,000 rows of it under other codes: check its identity"
    ]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.01, "1 s"), (19, "19 s"), (61, "60 s"), (119, "120 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations_are_as_coarse_as_the_guess(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_without_a_measured_rate_no_duration_is_invented() -> None:
    assert expected(None, 5) == "no rate measured yet"
    assert expected(Rate(3, 100, 200), 1000, workers=2).startswith("2 s to 10 s (100 to 200 rows/s per worker")


def test_a_step_counts_each_table_once_and_tells_a_range_of_times() -> None:
    steps = Steps("planned", {"a": 100, "b": 300, "c": 0}, now=10.0)
    first = steps.done("a", now=11.0)
    assert first is not None
    assert first.text == "planned 1 of 3 · 100 of 400 rows · 100 rows/s · 3 s to go"
    assert (steps.done("a", now=12.0), steps.done("another's notice", now=12.0)) == (None, None)
    second = steps.done("b", now=13.0)
    assert second is not None
    assert (second.rows, second.to_go) == (400, (0.0, 0.0))
    last = steps.done("c", now=13.0)
    assert last is not None
    assert last.text == "planned 3 of 3 · 400 of 400 rows · 133 rows/s"
