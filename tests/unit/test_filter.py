import time

import pytest

from core.domain.filter import Filter


@pytest.mark.parametrize(
    ("text", "passes", "fails"),
    [
        ("staging", "iu_staging_record", "agents"),
        ("STAGING", "iu_staging_record", "agents"),
        ("!staging", "agents", "iu_staging_record"),
        ("-f iurec", "iu_staging_record", "agents"),
        ("-f iu rec", "iu_staging_record", "iu_rce"),
        ("-f ^]\\-", "a^b]c\\d-e", "a^b]c\\de"),
        ("[bold]", "x [bold]y[/]", "bold"),
        ("a.c", "a.c", "abc"),
        ("-", "a-b", "ab"),
    ],
)
def test_a_filter_is_a_substring_an_inverse_or_scattered_letters(text: str, passes: str, fails: str) -> None:
    test = Filter(text).test()
    assert test(passes)
    assert not test(fails)


@pytest.mark.parametrize("text", ["", "!", "-f "])
def test_a_prefix_alone_filters_nothing(text: str) -> None:
    assert not Filter(text)


def test_scattered_letters_are_matched_in_linear_time() -> None:
    test = Filter("-f " + "a" * 30 + "b").test()
    started = time.process_time()
    assert not test("a" * 5000)
    assert time.process_time() - started < 1, "backtracking would take years"
