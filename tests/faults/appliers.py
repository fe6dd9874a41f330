"""Processes that apply a run, as the command line starts them, with a hook where a test can hold them."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.services.backfill.fault_points import Point
from tests.homes import eventually

_DEADLINE = 60  # seconds that only a failure waits for

# The first argument says where to stop: the n-th pass of a hook. There it says so, and waits to be let go. It also
# says when it has acted on a signal: the thread that hears signals is not the one that is held.
_PROGRAM = """
import json, os, signal, sys, threading
from core.services.backfill import fault_points
point, nth, arrived, leave = json.loads(sys.argv.pop(1))
install = signal.signal
def installing(number, handler):
    def heard(*arguments):
        handler(*arguments)
        os.write(arrived, b"!")
    return install(number, heard if callable(handler) else handler)
signal.signal = installing
passed, lock = 0, threading.Lock()
def reach(at):
    global passed
    if at != point:
        return
    with lock:
        passed += 1
        mine = passed == nth
    if mine:
        os.write(arrived, b".")
        os.read(leave, 1)
fault_points.reach = reach
from core.cli.main import apply_main
apply_main()
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop at the n-th pass of a hook."""

    point: Point
    nth: int = 1


class Applier:
    """`dot-birth-backfill-apply RUN --json` in a process of its own. Use as a context manager: none outlives a test."""

    def __init__(self, dsn: str, run: int, *options: str, hold: Hold | None = None, within: Sequence[str] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="birth-applier-")
        self._stdout = Path(self._folder.name) / "stdout"
        self._stderr = Path(self._folder.name) / "stderr"
        self._arrived, arrive = os.pipe()
        leave, self._leave = os.pipe()
        self._holds = hold is not None
        wanted = [hold and hold.point, hold and hold.nth, arrive, leave]
        with self._stdout.open("wb") as stdout, self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                [*within, sys.executable, "-c", _PROGRAM, json.dumps(wanted), str(run), "--json", *options],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=Path(__file__).parents[2],
                env=environment(dsn, self._folder.name),
                pass_fds=(arrive, leave),
            )
        os.close(arrive)
        os.close(leave)
        self.pid = self._process.pid

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """The events that it told so far, or those of one name. A line that it is still writing does not count."""
        lines = self._stdout.read_text(encoding="utf-8").splitlines(keepends=True)
        told = [json.loads(each) for each in lines if each.endswith("\n")]
        return [event for event in told if name in (None, event["event"])]

    def await_events(self, name: str, count: int = 1) -> None:
        """Return when it has told that many events of a name."""
        assert eventually(lambda: len(self.events(name)) >= count or self.has_ended(), _DEADLINE), self.said()
        assert len(self.events(name)) >= count, self.said()

    def await_hold(self) -> None:
        """Return when it has arrived at its hook."""
        assert self._holds
        assert select.select([self._arrived], [], [], _DEADLINE)[0], self.said()
        assert os.read(self._arrived, 1) == b".", self.said()

    def go_on(self) -> None:
        """Let it pass its hook."""
        os.write(self._leave, b".")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        self._process.send_signal(number)

    def interrupt(self, number: signal.Signals) -> None:
        """Send it a signal, and return when it has acted on it."""
        self.send(number)
        assert select.select([self._arrived], [], [], _DEADLINE)[0], self.said()
        assert os.read(self._arrived, 1) == b"!", self.said()

    def insist(self, number: signal.Signals) -> None:
        """Send it a signal again and again, until it is gone."""
        deadline = time.monotonic() + _DEADLINE
        while not self.has_ended():
            assert time.monotonic() < deadline, f"signal {number} does not end it; {self.said()}"
            self.send(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.02)

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        assert self._process.wait(_DEADLINE) == -signal.SIGKILL, self.said()

    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def end(self) -> int:
        """Its exit status, once it has ended by itself. Whatever happened, nobody saw a traceback."""
        try:
            status = self._process.wait(_DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end; {self.said()}") from None
        assert "Traceback" not in self.errors(), self.errors()
        return status

    def error(self) -> dict[str, Any]:
        """The error that it ended with; stderr holds nothing else."""
        found: dict[str, Any] = json.loads(self.errors())["error"]
        return found

    def errors(self) -> str:
        """What stands on its stderr."""
        return self._stderr.read_text(encoding="utf-8")

    def said(self) -> str:
        """All that it said, for a failure's message."""
        return f"status {self._process.poll()}\n{self._stdout.read_text()[-4000:]}\n{self.errors()[-4000:]}"

    def close(self) -> None:
        """End it, if it is still there."""
        self._process.kill()
        self._process.wait(_DEADLINE)
        os.close(self._arrived)
        os.close(self._leave)
        self._folder.cleanup()


def environment(dsn: str, home: str) -> dict[str, str]:
    """What a process of these tests finds in its environment: nothing of whoever runs them."""
    return {
        "PATH": os.environ["PATH"],
        "BIRTH_CONSOLE_DSN": dsn,
        "BIRTH_CONSOLE_HOME": home,
        "XDG_CONFIG_HOME": home,
        "PYTHONWARNINGS": "error",
    }


@contextmanager
def applying(
    dsn: str, run: int, *options: str, hold: Hold | None = None, within: Sequence[str] = ()
) -> Iterator[Applier]:
    """An applier that does not outlive the block. `within` is a command that runs it, on another host."""
    applier = Applier(dsn, run, *options, hold=hold, within=within)
    try:
        yield applier
    finally:
        applier.close()


def resume(dsn: str, run: int, options: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Apply a run to its end; its events."""
    with applying(dsn, run, *options) as applier:
        assert applier.end() == 0, applier.said()
        return applier.events()
