from datetime import UTC, datetime, timedelta

import pytest

from core.domain.backfill.permit import Permit, admitted, asked, lifetime
from core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45s", 45), ("30m", 1800), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), ("1d12h", 129600), ("366d", 31622400)],
)
def test_a_lifetime_is_a_sum_of_numbers_with_units(text: str, seconds: int) -> None:
    assert lifetime(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", "2", "h",
     "2 h", "2H", "-2h", "+2h", "1.5h", "2h ", "forever", "2w", "0h", "0s0m", "367d", "99999999d", "\uff12h",
     "9" * 400 + "d", "1s" * 9999, "2h\n"],
)  # fmt: skip
def test_a_lifetime_of_nothing_or_over_a_year_or_in_other_words_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        lifetime(text)
    assert (refused.value.code, refused.value.exit_status) == ("bad_lifetime", 2)
    assert "30m" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "budget", "lifetime_", "reason"),
    [
        ("1000 2h stage two", 1000, timedelta(hours=2), "stage two"),
        (" 1,000,000   1d12h  because ", 1_000_000, timedelta(hours=36), "because"),
    ],
)
def test_a_permit_is_asked_for_in_one_line(text: str, budget: int, lifetime_: timedelta, reason: str) -> None:
    found = asked({"rows": text})
    assert (found.budget, found.lifetime, found.reason) == (budget, lifetime_, reason)


@pytest.mark.parametrize(
    "text", ["", "1000", "1000 2h", "0 2h why", "-1 2h why", "x 2h why", "²3 2h why", "1000 5y why", f"{2**63} 2h why"]
)
def test_a_line_that_lacks_something_is_no_permit(text: str) -> None:
    with pytest.raises(UsageError):
        asked({"rows": text})


def test_a_form_names_the_field_that_is_wrong_and_binds_a_permit_to_its_scope() -> None:
    fields = {"rows": "10", "lifetime": "2h", "reason": "why", "collections": "goods, parts", "run": "run-3",
              "hours": "01:00-05:00", "ticket": "CHG-7"}  # fmt: skip
    found = asked(fields)
    assert found.text == "10 rows for 2:00:00, goods, parts, run 3 only, at 01:00-05:00, ticket CHG-7"
    assert asked({"rows": "1", "lifetime": "2h", "reason": "why"}).text == "1 row for 2:00:00, any collection"
    for field, wrong in (("rows", "x"), ("lifetime", ""), ("lifetime", "5y"), ("reason", " "), ("run", "0")):
        with pytest.raises(UsageError) as refused:
            asked({**fields, field: wrong})
        assert refused.value.evidence["field"] == field


def test_more_rows_than_a_permit_can_hold_are_refused_for_that_reason() -> None:
    with pytest.raises(UsageError, match="at most 9,223,372,036,854,775,807 rows"):
        asked({"rows": "99999999999999999999", "lifetime": "2h", "reason": "x"})


def test_permits_admit_what_is_left_of_them_and_no_more_than_is_to_go_where_they_hold() -> None:
    def permit(left: int, collections: tuple[str, ...] | None = None, state: str = "open") -> Permit:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return Permit(1, state, left + 5, 5, collections, "why", "gatekeeper1", at, at, None)

    to_go = {"goods": 200, "parts": 50}
    assert admitted([], to_go) == 0
    assert admitted([permit(20)], to_go) == 20
    assert admitted([permit(1_000)], to_go) == 250
    assert admitted([permit(100, ("parts", "notes"))], to_go) == 50
    assert admitted([permit(100, ("parts",)), permit(30)], to_go) == 80
    assert admitted([permit(100, state="expired")], to_go) == 0
