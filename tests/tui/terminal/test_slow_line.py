"""A terminal behind 2,400 baud: frames are dropped, not queued."""

import os
import select
import time

import pytest

from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import environment, marked
from tui.terminal.slow_line import FORGOTTEN_SECONDS, HELD_KEYS, UNANSWERED_SECONDS, SlowLine

BYTES_A_SECOND = 240


class SlowTerminal(Terminal):
    """Answers as terminals do, and from `slow` on reads no faster than the line."""

    slow = False
    _taken_at = 0.0

    def answers(self) -> None:
        setattr(self.screen, "write_process_input", lambda data: os.write(self._file, data.encode()))  # noqa: B010 - what pyte has for it

    def _read(self, timeout: float) -> bool:
        if not self.slow:
            return super()._read(timeout)
        if not select.select([self._file], [], [], timeout)[0]:
            return True
        portion = 12
        time.sleep(max(self._taken_at + portion / BYTES_A_SECOND - time.monotonic(), 0))
        self._taken_at = time.monotonic()
        data = os.read(self._file, portion)
        self.received += len(data)
        self._stream.feed(data)
        return True


def is_busy(line: SlowLine) -> bool:
    return line.is_busy


@pytest.mark.long
@pytest.mark.parametrize("answers", [True, False])
def test_ninety_held_keys_drain_within_ten_seconds(answers: bool) -> None:  # noqa: FBT001 - the parameter
    with SlowTerminal(["-m", "tests.tui.on_fakes", "200"], environment()) as terminal:
        if answers:
            terminal.answers()
        terminal.shows("QT-001")
        terminal.send("2")
        terminal.shows("rows 1 to")
        terminal.settled()
        terminal.slow = True
        for _ in range(90):
            terminal.send("j")
            until = time.monotonic() + 1 / 30
            while time.monotonic() < until:
                terminal._read(0.005)
        released = time.monotonic()
        terminal.until(lambda: "collection_00090" in marked(terminal))
        assert time.monotonic() - released <= 10


def test_no_frame_follows_one_that_the_terminal_has_not_taken() -> None:
    now = [100.0]
    line = SlowLine(lambda: now[0])
    line.ask()
    assert not is_busy(line), "whether it answers at all is not known yet"
    line.ask()
    line.answered()
    assert is_busy(line)
    line.answered()
    assert not is_busy(line)
    line.ask()
    now[0] += FORGOTTEN_SECONDS
    assert not is_busy(line), "another terminal may have taken its place"


def test_a_terminal_that_never_answers_is_drawn_to_seldom_while_a_key_is_held() -> None:
    now = [100.0]
    line = SlowLine(lambda: now[0])
    line.ask()
    for _ in range(HELD_KEYS):
        now[0] += 1 / 30
        line.typed()
    assert is_busy(line)
    now[0] += UNANSWERED_SECONDS
    assert not is_busy(line)
