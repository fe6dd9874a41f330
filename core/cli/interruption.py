"""Signals that ask a long command to end: what is in flight is finished first, a second one ends it at once."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from types import FrameType

# Ctrl+C in a terminal, and `timeout -s INT`, reach a command and its group: once asked may be heard twice.
_ONCE_SECONDS = 0.1
# Ctrl+C, the service manager, and a terminal that went away.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def interruptible(clock: Callable[[], float] = time.monotonic) -> Iterator[Event]:
    """A flag that the first signal sets. Signals that the parent process ignored (nohup, `&`) stay ignored."""
    interrupted, first = Event(), 0.0

    def heard(number: int, _: FrameType | None) -> None:
        nonlocal first
        if interrupted.is_set() and clock() - first < _ONCE_SECONDS:
            return
        if interrupted.is_set():
            for each in ours:
                signal.signal(each, signal.SIG_DFL)  # a third one ends the process, whatever it is at
            ours.clear()
            raise KeyboardInterrupt
        first = clock()
        interrupted.set()
        if number == signal.SIGINT and sys.stderr.isatty():
            with suppress(OSError):
                os.write(sys.stderr.fileno(), b"\r\nending after the batch in flight; once more ends at once\r\n")

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ours:
        signal.signal(number, heard)
    try:
        yield interrupted
    finally:
        for number in ours:
            signal.signal(number, before[number])
