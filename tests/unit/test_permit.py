from datetime import timedelta

import pytest

from core.domain.permit import lifetime
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
