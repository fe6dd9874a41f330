from collections.abc import Iterable
from functools import lru_cache

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyte.screens import Char
from rich.cells import cell_len

from tui.terminal.output_diff import CLEAR, Canvas

COLOURS = st.sampled_from(["38;5;203", "38;2;1;2;3", "31", "97", "39", ""])
BACKGROUNDS = st.sampled_from(["48;5;233", "48;2;9;9;9", "41", "107", "49", ""])
ATTRIBUTES = st.sampled_from(["", "1", "7", "4", "1;4"])
STYLES = st.tuples(ATTRIBUTES, COLOURS, BACKGROUNDS).map(lambda parts: ";".join(filter(None, parts)))
MOVES = st.tuples(st.integers(1, 4), st.integers(1, 12)).map(lambda at: f"\x1b[{at[0]};{at[1]}H")
TEXTS = st.text("ab é─漢e\u0301", min_size=1, max_size=9) | st.sampled_from([" " * 14, f"a{' ' * 13}b"])
RUNS = st.tuples(STYLES, TEXTS, st.one_of(MOVES, st.sampled_from(["", "\r\n"])))
WIDTH = 110  # no run comes to the edge
NARROW = 24
WHOLE_TEXTS = st.text("abc é─漢✓", min_size=1, max_size=9) | st.sampled_from([" " * 14, f"a{' ' * 7}b"])
FRAMES = st.lists(st.tuples(MOVES, st.lists(RUNS, max_size=6)), max_size=8)
BLUE, RED = "38;5;251;48;5;233", "38;5;203;48;5;233"


def as_textual_writes(frame: tuple[str, list[tuple[str, str, str]]]) -> str:
    start, runs = frame
    texts = (f"\x1b[{style}m{text}\x1b[0m{move}" if style else text + move for style, text, move in runs)
    return start + "".join(texts)


@lru_cache(maxsize=1 << 14)
def seen(cell: Char) -> Char:
    """What an eye sees of a cell: a blank has no foreground."""
    is_blank = cell.data.startswith(" ") and not (cell.reverse or cell.underscore or cell.strikethrough)
    return cell._replace(fg="default", bold=False) if is_blank else cell


class Shown:
    def __init__(self, width: int = WIDTH, height: int = 12) -> None:
        self.width, self.height = width, height
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.Stream(self.screen)

    def after(self, data: str) -> list[list[object]]:
        return self.lines(range(self.height), data)

    def lines(self, which: Iterable[int], data: str = "") -> list[list[object]]:
        self.stream.feed(data)
        return [[seen(self.screen.buffer[y][x]) for x in range(self.width)] for y in which]

    def changed(self, data: str) -> set[int]:
        """The lines that this draws on; all others are as they were."""
        self.screen.dirty.clear()
        self.stream.feed(data)
        return {*self.screen.dirty}


@pytest.mark.parametrize("erases", [True, pytest.param(False, marks=pytest.mark.long)])
@settings(deadline=None)  # no test depends on how fast the machine is
@given(frames=FRAMES)
def test_after_every_frame_the_terminal_shows_the_same(
    erases: bool,  # noqa: FBT001 - the parameter
    frames: list[tuple[str, list[tuple[str, str, str]]]],
) -> None:
    canvas, plain, thrifty = Canvas(erases=erases), Shown(), Shown()
    canvas.resize(WIDTH, 12)
    for frame in map(as_textual_writes, frames):
        lines = thrifty.changed(canvas.drawn(frame)) | plain.changed(frame)
        assert thrifty.lines(lines) == plain.lines(lines)
    assert thrifty.lines(range(12)) == plain.lines(range(12))


def whole(lines: list[list[tuple[str, str]]]) -> str:
    """A screen as Textual draws all of it: every line from edge to edge."""
    drawn = []
    for row, runs in enumerate(lines, 1):
        left, written = NARROW, f"\x1b[{row};1H"
        for style, text in [*runs, ("48;5;233", " " * NARROW)]:
            fits = next(text[:end] for end in range(len(text), -1, -1) if cell_len(text[:end]) <= left)
            written += f"\x1b[{style or '39'}m{fits}\x1b[0m"
            left -= cell_len(fits)
        drawn.append(written)
    return "".join(drawn)


@pytest.mark.parametrize("erases", [True, False])
@settings(deadline=None, max_examples=60)
@given(
    screens=st.lists(
        st.lists(st.lists(st.tuples(STYLES, WHOLE_TEXTS), max_size=4), min_size=4, max_size=4), min_size=1, max_size=4
    )
)
def test_screens_that_are_drawn_from_edge_to_edge_look_as_they_were_drawn(
    erases: bool,  # noqa: FBT001 - the parameter
    screens: list[list[list[tuple[str, str]]]],
) -> None:
    canvas, plain, thrifty = Canvas(erases=erases), Shown(NARROW, 4), Shown(NARROW, 4)
    canvas.resize(NARROW, 4)
    for frame in map(whole, screens):
        assert thrifty.after(canvas.drawn(frame)) == plain.after(frame)


def test_a_whole_screen_is_erased_first_and_its_blanks_are_not_sent_piece_by_piece() -> None:
    canvas = Canvas(erases=True)
    canvas.resize(80, 24)
    line = f"\x1b[{BLUE}m{'word'.center(80)}\x1b[0m"
    sent = canvas.drawn("".join(f"\x1b[{row};1H{line}" for row in range(1, 25)))
    assert (sent.count("\x1b[K"), sent.count("X"), sent.count("  ")) == (24, 0, 0)


def test_what_is_of_one_colour_is_sent_together() -> None:
    canvas = Canvas(erases=True)
    canvas.resize(80, 24)
    one, other = f"\x1b[{BLUE}mrows", f"\x1b[{RED}m12"
    sent = canvas.drawn("".join(f"\x1b[{row};3H{one}\x1b[0m\x1b[{row};40H{other}\x1b[0m" for row in (2, 3, 4)))
    assert (sent.count("38;5;251"), sent.count("38;5;203")) == (1, 1)


@given(FRAMES)
def test_a_frame_that_is_drawn_again_costs_nothing(frames: list[tuple[str, list[tuple[str, str, str]]]]) -> None:
    canvas = Canvas()
    # Each run on a line of its own: what a frame draws over itself it draws over itself again.
    drawn = "".join(
        f"\x1b[{line};1H\x1b[{style or '1'}m.{text}\x1b[0m"
        for line, (style, text, _) in enumerate((run for _, runs in frames for run in runs), 1)
    )
    canvas.drawn(drawn)
    assert canvas.drawn(drawn) == ""


def test_only_the_cells_that_differ_are_sent() -> None:
    canvas = Canvas()
    canvas.drawn(f"\x1b[2;1H\x1b[{BLUE}mmissing 1,204 rows\x1b[0m")
    assert canvas.drawn(f"\x1b[2;1H\x1b[{BLUE}mmissing 1,198 rows\x1b[0m") == "\x1b[2;11H198"


def test_one_colour_after_another_costs_only_the_colour() -> None:
    written = f"\x1b[{BLUE}mname \x1b[0m\x1b[{RED}mbroken\x1b[0m"
    assert Canvas().drawn(written) == f"\x1b[H\x1b[{BLUE}mname \x1b[38;5;203mbroken"


def test_an_attribute_does_not_outlive_its_run() -> None:
    assert Canvas().drawn("\x1b[1;31mbold\x1b[0m\x1b[31mplain\x1b[0m") == "\x1b[H\x1b[1;31mbold\x1b[22mplain"


def test_what_a_wide_character_covered_is_drawn_again() -> None:
    canvas, plain, thrifty = Canvas(), Shown(), Shown()
    for text in ("\x1b[1;1Habcd", "\x1b[1;1H漢漢", "\x1b[1;2Hx", "\x1b[1;1H漢漢", "\x1b[1;1Habcd"):
        assert thrifty.after(canvas.drawn(text)) == plain.after(text)


def test_modes_and_clipboards_pass_and_nothing_is_forgotten_for_them() -> None:
    canvas = Canvas()
    canvas.drawn("\x1b[1;1Htext")
    for aside in (
        "\x1b[?2026h",
        "\x1b[?25l",
        "\x1b]52;c;aGk=\x07",
        "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\",
        "\x1b[>25u",
        "\x1b[6n",
    ):
        assert canvas.drawn(aside) == aside
    assert canvas.drawn("\x1b[1;1Htext") == ""


def test_a_frame_without_a_difference_is_no_frame() -> None:
    canvas = Canvas()
    frame = "\x1b[?2026h\x1b[1;1Htext\x1b[?2026l"
    assert canvas.drawn(frame) == frame.replace("1;1H", "H")
    assert canvas.drawn(frame) == ""


def test_after_what_cannot_be_followed_everything_is_sent_again() -> None:
    for unknown in (CLEAR, "\x1b[?1049h", "\x1b[K", "\x1bc", "\t", "\x1b[3S"):
        canvas = Canvas()
        canvas.drawn("\x1b[1;1H\x1b[31mtext\x1b[0m")
        assert canvas.drawn(unknown).endswith(unknown)
        assert canvas.drawn("\x1b[1;1H\x1b[31mtext\x1b[0m").endswith("text")


def test_the_terminal_is_left_in_no_colour() -> None:
    canvas = Canvas()
    canvas.drawn("\x1b[1;1H\x1b[31mtext\x1b[0m")
    assert canvas.drawn("\x1b[?1049l") == "\x1b[m\x1b[?1049l"
