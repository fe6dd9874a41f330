"""What was typed and what was pasted, where the terminal does not tell them apart."""

import pytest

from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_input_decoder import keys_of
from tests.tui.terminal.test_wire import environment
from tui.terminal.paste import BEGIN, END, PasteDetector

PROSE = "Qualified rows pasted, each with a reason: why not.\n" * 240  # 12 kB, and many a command among its letters


def told(*portions: str) -> str:
    """What becomes of portions that come one after the other, without a rest."""
    detector = PasteDetector()
    return "".join(detector.feed(each) for each in portions) + detector.rested()


@pytest.mark.parametrize("size", [1, 7, 400, 4096])
def test_a_paste_without_marks_gets_them_however_it_is_portioned(size: int) -> None:
    portions = [PROSE[at : at + size] for at in range(0, len(PROSE), size)]
    assert told(*portions) == f"{BEGIN}{PROSE}{END}"


MOVES = "\x1b[<35;80;24M\x1b[<35;81;24M" * 90


@pytest.mark.parametrize("typed", ["j", "2/!iu\r?qGg?qs", "40000 2h QT-001 backfill\r", "j" * 900, "jk" * 300, MOVES])
def test_what_is_typed_held_or_moved_is_no_paste(typed: str) -> None:
    assert told(typed) == typed


def test_a_paste_that_the_terminal_marks_is_left_as_it_is() -> None:
    marked = f"{BEGIN}{PROSE}{END}"
    portions = [marked[at : at + 4096] for at in range(0, len(marked), 4096)]
    assert told(*portions) == marked
    # The mark itself may be cut in two.
    assert told("\x1b[20", "0~", PROSE, END, "q") == f"{marked}q"
    assert keys_of(f"{marked}q") == ["q"]


def test_no_letter_of_a_paste_is_a_command_and_the_console_says_so() -> None:
    with Terminal(["-m", "tests.tui.on_fakes"], environment()) as terminal:
        terminal.shows("QT-001")
        terminal.send("2")
        terminal.shows("rows 1 to")
        terminal.send(PROSE)
        terminal.shows("12,480 pasted characters ignored")
        assert "rows 1 to" in terminal.text()
        # A line to type in takes a paste.
        terminal.send("/")
        terminal.send("iu_")
        terminal.shows("2 of 75 match iu_")
