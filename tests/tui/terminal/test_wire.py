"""What the console costs on a slow line, in bytes, measured at a real terminal."""

import os
import signal
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyte.screens import Char

from tests.tui.pty_terminal import COLUMNS, LINES, Terminal
from tests.tui.terminal.test_output_diff import seen

CURSOR_BYTES = 300  # at 80x24 in 256 colours; DataTable takes 880
DIALOG_BYTES = 2_000  # to open and to close
AGE_BYTES = 100  # a step each 5 s: at most 20 bytes a second
OPEN_BYTES = 8_000
_PANES = {"1": "Gate conditions", "2": "rows 1 to"}
FRESH = "↻ now"  # on_fakes shows the age after a minute, unless told


def environment(**extra: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **extra}


@pytest.fixture
def matrix() -> Iterator[Terminal]:
    with Terminal(["-m", "tests.tui.on_fakes"], environment()) as terminal:
        terminal.shows("QT-001")
        terminal.send("2")
        terminal.until(lambda: "rows 1 to" in terminal.text() and "counting" not in terminal.text())
        terminal.shows(FRESH)
        terminal.settled()
        yield terminal


def shown(terminal: Terminal) -> list[list[Char]]:
    return [[seen(terminal.screen.buffer[line][column]) for column in range(COLUMNS)] for line in range(LINES)]


def marked(terminal: Terminal) -> str:
    return next((line for line in terminal.screen.display if line.startswith("▌")), "")


def step(terminal: Terminal, key: str) -> int:
    before = marked(terminal)
    return terminal.bytes_of(key, done=lambda: marked(terminal) not in ("", before))


def test_a_cursor_key_costs_at_most_300_bytes(matrix: Terminal) -> None:
    costs = [step(matrix, "\x1b[B") for _ in range(12)]
    assert statistics.median(costs) <= CURSOR_BYTES, costs


@pytest.mark.long
def test_at_the_edge_only_one_key_in_half_a_page_repaints_the_screen(matrix: Terminal) -> None:
    costs = [step(matrix, "j") for _ in range(30)]
    assert sum(cost > 2 * CURSOR_BYTES for cost in costs) <= 2, costs
    assert sum(cost > 2 * CURSOR_BYTES for cost in costs) >= 1, "no edge was reached, so nothing was tested"


def test_opening_costs_at_most_8000_bytes_also_at_120x36(matrix: Terminal) -> None:
    # With the matrix opened as well.
    assert matrix.received <= OPEN_BYTES * 2
    with Terminal(["-m", "tests.tui.on_fakes"], environment(), size=(120, 36)) as terminal:
        terminal.shows("QT-001")
        terminal.shows(FRESH)
        assert terminal.settled() <= OPEN_BYTES


@pytest.mark.long
def test_after_a_walk_the_screen_is_what_drawing_it_anew_shows(matrix: Terminal) -> None:
    for keys in ("jjj", "/iu_", "\r", "?", "G", "\x1b", "G", "llll", "1", ":", "mat", "\x1b", "2", "gg", "T", "\x1b"):
        matrix.send(keys)
        matrix.settled(quiet=0.6)
        drawn_anew_is_the_same(matrix)


def drawn_anew_is_the_same(terminal: Terminal) -> None:
    walked, before = shown(terminal), terminal.received
    terminal.send("\x0c")
    terminal.until(lambda: terminal.received > before)
    terminal.until(lambda: shown(terminal) == walked)  # a busy machine may draw it in more than one go


def test_after_it_was_stopped_and_goes_on_the_whole_screen_is_there_again(matrix: Terminal) -> None:
    before = matrix.screen.display[:]
    matrix.send("\x1a")
    matrix.until(lambda: Path(f"/proc/{matrix.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    matrix.settled()
    matrix.screen.reset()  # the shell had the terminal meanwhile
    os.kill(matrix.pid, signal.SIGCONT)
    matrix.until(lambda: matrix.screen.display[2:] == before[2:])  # but for the age of the look


@pytest.mark.parametrize("keys", ["?:", pytest.param("yTXIE", marks=pytest.mark.long)])
@pytest.mark.parametrize("pane", ["2", pytest.param("1", marks=pytest.mark.long)])
def test_a_dialog_costs_at_most_2000_bytes_to_open_and_to_close(matrix: Terminal, pane: str, keys: str) -> None:
    dialogs_are_cheap(matrix, pane, keys)


@pytest.mark.parametrize(
    ("size", "keys"),
    [((120, 36), "?:X"), pytest.param((200, 50), "?:X", marks=pytest.mark.long)],
)
def test_a_dialog_costs_no_more_on_a_large_screen(size: tuple[int, int], keys: str) -> None:
    with Terminal(["-m", "tests.tui.on_fakes"], environment(), size=size) as terminal:
        terminal.shows("QT-001")
        dialogs_are_cheap(terminal, "2", keys)


def dialogs_are_cheap(terminal: Terminal, pane: str, keys: str) -> None:
    terminal.send(pane)
    terminal.until(lambda: _PANES[pane] in terminal.text() and "counting" not in terminal.text())
    terminal.shows(FRESH)
    terminal.settled(quiet=1.5)  # what comes later is not the dialog's
    for key in keys:
        opened = terminal.bytes_of(key, done=lambda: "esc: c" in terminal.text())
        closed = terminal.bytes_of("\x1b", done=lambda: "esc: c" not in terminal.text())
        assert opened + closed <= DIALOG_BYTES, (key, opened, closed)


def test_an_idle_console_sends_nothing(matrix: Terminal) -> None:
    before = matrix.settled()
    assert matrix.settled(quiet=2.0) - before <= 80


def test_the_age_counts_on_and_each_step_of_it_costs_at_most_100_bytes() -> None:
    with Terminal(["-m", "tests.tui.on_fakes", "10", "1"], environment()) as terminal:
        terminal.shows("↻ 1 s ago")
        before = terminal.received
        terminal.shows("↻ 4 s ago")
        assert terminal.received - before <= 3 * AGE_BYTES


def test_a_look_that_finds_nothing_new_repaints_only_the_status_lines(matrix: Terminal) -> None:
    matrix.send("1")
    matrix.shows("Gate conditions")
    matrix.shows(FRESH)
    assert matrix.bytes_of("r", done=lambda: "↻ now" in matrix.screen.display[1]) <= 500


def test_leaving_restores_the_terminal_and_succeeds(matrix: Terminal) -> None:
    matrix.send("q")
    assert matrix.ended() == 0
    assert b"\x1b[?1049l" in matrix._tail
    assert b"\x1b[?25h" in matrix._tail


@pytest.mark.parametrize(
    "extra",
    [
        {"TERM": "xterm"},
        {"NO_COLOR": "1"},
        {"TERM": "xterm", "NO_COLOR": "1"},
        {"TERM": "vt100"},
        pytest.param({"TERM": "xterm-mono"}, marks=pytest.mark.long),
    ],
)
def test_sixteen_colours_or_none_say_the_same_in_words(extra: dict[str, str]) -> None:
    with Terminal(["-m", "tests.tui.on_fakes"], environment(**extra)) as terminal:
        terminal.shows("✗ BLOCKED")
        terminal.send("2")
        terminal.shows("✗ broken")
        cursor = terminal.screen.buffer[3][2]
        assert cursor.reverse
        colours = {cell.fg for line in terminal.screen.buffer.values() for cell in line.values()}
        if "NO_COLOR" in extra or extra["TERM"] in ("vt100", "xterm-mono"):
            assert colours == {"default"}
        else:
            assert colours <= {"default", "red", "green", "brown", "blue", "cyan", "black", "white"}


def test_a_lost_line_ends_the_console_as_quitting_does(matrix: Terminal) -> None:
    os.kill(matrix.pid, signal.SIGHUP)
    assert matrix.ended() == 0, "the signal itself ended it"
    assert b"\x1b[?1049l" in matrix._tail


def test_the_linux_console_gets_the_signs_that_its_font_has() -> None:
    with Terminal(["-m", "tests.tui.on_fakes"], environment(TERM="linux")) as terminal:
        terminal.shows("x BLOCKED")
        terminal.send("2")
        terminal.shows("√ enabled")
        terminal.send("?")
        terminal.shows("┌─  Help: Matrix")
        controls = str.maketrans("", "", "▲▼►◄↑↓→←•")  # its first 32, which Python takes for control characters
        terminal.text().translate(controls).encode("cp437")  # raises where one is not in it


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        pytest.param("2s", "by strategy ▲", marks=pytest.mark.long),
        pytest.param("2/iu_", "2 of 75 match iu_", marks=pytest.mark.long),
        ("2/iu_\rj1\x1b[B2", "▌iu_staging_record"),
        pytest.param(":matrix\r", "rows 1 to", marks=pytest.mark.long),
        pytest.param("2?q1", "Gate conditions", marks=pytest.mark.long),
        (":matrix\r:reverse\r/iu_", "by collection ▼"),
        ("2/!iu\r?qGg?qs", "73 of 75 match !iu · rows 1 to 16 · by strategy ▲"),
    ],
)
def test_keys_that_arrive_in_one_burst_all_count(keys: str, seen: str) -> None:
    with Terminal(["-m", "tests.tui.on_fakes"], environment()) as terminal:
        terminal.shows("QT-001")
        terminal.settled()
        terminal.send(keys)
        terminal.shows(seen)


def test_ten_thousand_collections_are_there_and_filter_key_by_key() -> None:
    with Terminal(["-m", "tests.tui.on_fakes", "10000"], environment()) as terminal:
        terminal.shows("QT-001")
        terminal.send("2")
        terminal.shows("of 10000")
        terminal.send("/09999")
        terminal.shows("1 of 10000 match 09999")
