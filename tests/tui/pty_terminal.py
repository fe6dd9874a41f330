"""A program in a real terminal: keys in, bytes and screen out. Waits for conditions, never for a while."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import pyte

COLUMNS, LINES = 80, 24
DEADLINE_SECONDS = 60.0
QUIET_SECONDS = 0.3


class Terminal:
    """A pty, of 80 by 24 unless told. Use as a context manager; leaving it ends the program."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        program: str = sys.executable,
        size: tuple[int, int] = (COLUMNS, LINES),
    ) -> None:
        columns, lines = size
        self.screen = pyte.Screen(columns, lines)
        self.received = 0
        self.status: int | None = None
        self._stream = pyte.ByteStream(self.screen)
        self._tail = b""
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execve(program, [program, *arguments], dict(environment))  # noqa: S606 - no shell is meant
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def send(self, keys: str | bytes) -> None:
        os.write(self._file, keys if isinstance(keys, bytes) else keys.encode())

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            if time.monotonic() > deadline or not self._read(0.05):
                raise AssertionError(f"never came true; the screen:\n{self.text()}\n{self._tail!r}")

    def shows(self, text: str) -> None:
        self.until(lambda: text in self.text())

    def settled(self, quiet: float = QUIET_SECONDS) -> int:
        """Read until nothing came for a while; how many bytes have come so far in all."""
        before = -1
        last = time.monotonic()
        deadline = last + DEADLINE_SECONDS
        while time.monotonic() - last < quiet:
            assert last < deadline, f"it never comes to rest; the screen:\n{self.text()}"
            if before != self.received:
                before, last = self.received, time.monotonic()
            self._read(0.02)
        return self.received

    def bytes_of(self, keys: str, *, done: Callable[[], bool], quiet: float = QUIET_SECONDS) -> int:
        """How many bytes the answer to `keys` takes."""
        before = self.settled()
        self.send(keys)
        self.until(done)
        return self.settled(quiet) - before

    def ended(self) -> int:
        """Wait for the program's end; its exit status."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self.status is None:
            assert time.monotonic() < deadline, f"it does not end; the screen:\n{self.text()}"
            if not self._read(0.05):  # its side is closed: it is about to be gone
                time.sleep(0.005)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        while self._read(0):  # what it said last
            pass
        return self.status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._file)

    def _read(self, timeout: float) -> bool:
        """Take what came; False when the program is gone."""
        if not select.select([self._file], [], [], timeout)[0]:
            return True
        try:
            data = os.read(self._file, 1 << 16)
        except OSError:  # Linux says so when the last process on the other side is gone
            return False
        self.received += len(data)
        self._tail = (self._tail + data)[-2000:]
        self._stream.feed(data)
        return bool(data)
