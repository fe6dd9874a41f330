"""What a terminal would act on, or not show, becomes visible."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.demo.hostile import NAMES
from core.domain.text import visible, visible_code

# Every character; hypothesis alone would rarely draw the ones that matter.
HOSTILE = st.sampled_from(
    [chr(code) for code in (*range(0x100), *range(0x2000, 0x2070), 0xFEFF, 0xD800, 0xE000, 0xE0001)]
)
ANY_TEXT = st.lists(HOSTILE | st.characters(exclude_categories=[])).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("Nguyễn, 超長, é", "Nguyễn, 超長, é"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u009b32m", "\\x9b32m"),
        ("a\0b", "a\\x00b"),
        ("\x7f", "\\x7f"),
        ("one\ntwo\r\tthree", "one\\ntwo\\r\\tthree"),
        ("\u202egnp", "\\u202egnp"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("Pay\u200bment\ufeff", "Pay\\u200bment\\ufeff"),
        ("x\u00a0", "x\\xa0"),
        ("\u3000", "\\u3000"),
        ("adm\u3164in", "adm\\u3164in"),
        ("c\u034fode", "c\\u034fode"),
        ("\ufe0f", "\\ufe0f"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\\x1b", "\\\\x1b"),
    ],
)
def test_characters_that_act_or_hide_are_shown_as_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT)
def test_no_character_that_acts_or_hides_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in visible(text) if character != " "}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


@given(ANY_TEXT, ANY_TEXT)
def test_two_different_texts_never_look_the_same(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_of_the_demo_lose_their_teeth(name: str) -> None:
    assert visible(name).isprintable()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("G 1", "G 1"),
        (" G 1", r"\x20G 1"),
        ("G 1  ", r"G 1\x20\x20"),
        ("  ", r"\x20\x20"),
        ("", ""),
        (r"\x20", r"\\x20"),
        (" \t ", r"\x20\t\x20"),
    ],
)
def test_blanks_at_the_ends_of_a_code_are_escapes(code: str, shown: str) -> None:
    assert visible_code(code) == shown


@given(ANY_TEXT, ANY_TEXT)
def test_two_codes_never_look_alike(one: str, other: str) -> None:
    assert (visible_code(one) == visible_code(other)) == (one == other)
