"""Long answers on a terminal go through a pager, as git's do; short ones, and whatever goes elsewhere, do not.

BIRTH_CONSOLE_PAGER, else PAGER, else less. An empty one, or cat, means none. A pager that is not there, or is left
early, is no error.
"""

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

_NONE = ("", "cat")
_NOT_FOUND = (126, 127)  # what a shell says of a program that it cannot run
_VARIABLES = ("BIRTH_CONSOLE_PAGER", "PAGER")


class Held(io.StringIO):
    """Stands for a terminal, and keeps what is written until it is known whether it fits."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__()
        self._terminal = terminal
        self.is_held = True

    @property
    def encoding(self) -> str:  # type: ignore[override]  # it is never set
        """The terminal's."""
        return self._terminal.encoding

    def isatty(self) -> bool:
        """It is read on one in the end."""
        return True

    def fileno(self) -> int:
        """The terminal's, which knows how large it is."""
        return self._terminal.fileno()

    def write(self, text: str, /) -> int:
        """Keep the text, or pass it on where nothing is held any more."""
        return super().write(text) if self.is_held else self._terminal.write(text)

    def flush(self) -> None:
        """Nothing to do while it is held."""
        if not self.is_held:
            self._terminal.flush()

    def release(self) -> None:
        """Pass on what was kept, and hold nothing more: something is asked now, or goes on for long."""
        if self.is_held:
            self.is_held = False
            self._terminal.write(self.getvalue())
            self._terminal.flush()

    def show(self) -> None:
        """Pass on what was kept: through the pager where it is longer than the terminal."""
        if self.is_held and self.getvalue().count("\n") >= shutil.get_terminal_size().lines and (pager := _pager()):
            self.is_held = not _shown(pager, self.getvalue(), self._terminal)
        self.release()


@contextmanager
def paging(*, wanted: bool) -> Iterator[None]:
    """Hold what is printed inside, and page it where it is long; on a terminal that can be paged only."""
    terminal = sys.stdout
    if not wanted or not terminal.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        yield
        return
    sys.stdout = held = Held(terminal)
    try:
        yield
    finally:
        sys.stdout = terminal
        held.show()


def release() -> None:
    """Hold nothing of what is printed any more."""
    if isinstance(sys.stdout, Held):
        sys.stdout.release()


def _pager() -> str:
    """The command of the pager; empty where there is none."""
    told = next((os.environ[name] for name in _VARIABLES if name in os.environ), None)
    if told is None:
        return "less" if shutil.which("less") else ""
    return "" if told.strip() in _NONE else told


def _shown(pager: str, text: str, terminal: TextIO) -> bool:
    """Whether the pager showed it, or was left."""
    import subprocess  # noqa: PLC0415 - only what is long pays for it

    # F: end at once where it fits; R: colours; X: leave the text on the screen. What the user set goes first.
    words = {**os.environ, "LESS": os.environ.get("LESS", "FRX"), "LV": os.environ.get("LV", "-c")}
    content = text.encode(terminal.encoding, terminal.errors or "strict")
    try:
        process = subprocess.Popen(["/bin/sh", "-c", pager], stdin=subprocess.PIPE, env=words)
    except OSError:
        return False
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with suppress(OSError, KeyboardInterrupt):  # left before the end
        process.stdin.write(content)
        process.stdin.close()
    while True:
        # Ctrl+C is the pager's: it ends a search there, not the command.
        with suppress(KeyboardInterrupt):
            return process.wait() not in _NOT_FOUND
