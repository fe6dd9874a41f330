import pyte
from hypothesis import given
from hypothesis import strategies as st

from tui.thrift import thrifty

COLOURS = st.sampled_from(["38;5;203", "38;2;1;2;3", "31", "97", "39", ""])
BACKGROUNDS = st.sampled_from(["48;5;233", "48;2;9;9;9", "41", "107", "49", ""])
ATTRIBUTES = st.sampled_from(["", "1", "7", "4", "1;4"])
STYLES = st.tuples(ATTRIBUTES, COLOURS, BACKGROUNDS).map(lambda parts: ";".join(filter(None, parts)))
RUNS = st.tuples(STYLES, st.text("ab ", min_size=1, max_size=4), st.sampled_from(["", "", "\x1b[2;3H", "\r\n"]))


def as_textual_writes(runs: list[tuple[str, str, str]]) -> str:
    return "".join(f"\x1b[{style}m{text}\x1b[0m{move}" if style else text + move for style, text, move in runs)


def shown(data: str) -> list[list[object]]:
    screen = pyte.Screen(40, 10)
    pyte.Stream(screen).feed(data + "end")
    return [[screen.buffer[y][x] for x in range(40)] for y in range(10)]


@given(st.lists(RUNS, max_size=12))
def test_the_terminal_shows_the_same(runs: list[tuple[str, str, str]]) -> None:
    written = as_textual_writes(runs)
    assert shown(thrifty(written)) == shown(written)


@given(st.lists(RUNS, max_size=12))
def test_it_is_never_longer(runs: list[tuple[str, str, str]]) -> None:
    written = as_textual_writes(runs)
    assert len(thrifty(written)) <= len(written)


def test_one_colour_after_another_costs_only_the_colour() -> None:
    written = "\x1b[38;5;251;48;5;233mname \x1b[0m\x1b[38;5;203;48;5;233mbroken\x1b[0m"
    assert thrifty(written) == "\x1b[38;5;251;48;5;233mname \x1b[38;5;203mbroken\x1b[0m"


def test_an_attribute_does_not_outlive_its_run() -> None:
    written = "\x1b[1;31mbold\x1b[0m\x1b[31mplain\x1b[0m"
    assert thrifty(written) == "\x1b[1;31mbold\x1b[0;31mplain\x1b[0m"


def test_other_sequences_are_left_alone() -> None:
    written = "\x1b[?1049h\x1b[?25l\x1b[1;1Htext\x1b[0m\x1b[2Kmore"
    assert thrifty(written) == written
