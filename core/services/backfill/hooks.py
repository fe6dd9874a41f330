"""A command of the profile's own that hears when a run ends, stops, or sets rows aside: a pager, a chat, a ticket."""

import json
import os
import queue
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from threading import Thread

from core.domain.backfill.events import ApplyEvent

SECONDS = 10.0  # one call of the command
_LAST = ("done", "stopped")
_HEARD = (*_LAST, "quarantined")
# What the command is not told: how to log in, and itself.
_KEPT_BACK = ("BIRTH_CONSOLE_DSN", "BIRTH_CONSOLE_ON_EVENT", "PGPASSWORD")
_SAID = 500  # characters


def with_hook(
    events: Generator[ApplyEvent, None, None], command: Sequence[str], seconds: float = SECONDS
) -> Generator[ApplyEvent, None, None]:
    """The same events; `command` gets those of interest as JSON on its stdin, one call each, without a shell.

    Rows that are set aside while it is at work are told in one call, with `more` for those besides the first. It never
    holds up the run, only its last event. Whatever is wrong with it is told as `hook_failed`, and harms nothing.
    Closing this closes `events`.
    """
    with closing(events):
        if not command:
            yield from events
            return
        hook = _Hook(command, seconds)
        for event in events:
            if event.event in _HEARD:
                hook.hear(event)
            if event.event in _LAST:
                hook.end()
            yield from hook.failures()
            yield event


class _Hook:
    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command = list(command)
        self._seconds = seconds
        self._heard: queue.SimpleQueue[ApplyEvent | None] = queue.SimpleQueue()
        self._failed: queue.SimpleQueue[ApplyEvent] = queue.SimpleQueue()
        # One call at a time: a thousand rows are no thousand processes.
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def hear(self, event: ApplyEvent) -> None:
        self._heard.put(event)

    def end(self) -> None:
        """Return when all was told, or the time for that is over."""
        self._heard.put(None)
        self._thread.join(4 * self._seconds)

    def failures(self) -> Generator[ApplyEvent, None, None]:
        """What failed since it was last asked."""
        with suppress(queue.Empty):
            while True:
                yield self._failed.get_nowait()

    def _work(self) -> None:
        waiting: list[ApplyEvent | None] = []
        while True:
            waiting.append(self._heard.get())
            with suppress(queue.Empty):
                while True:
                    waiting.append(self._heard.get_nowait())
            aside = [each for each in waiting if each is not None and each.event not in _LAST]
            if aside:
                self._call(replace(aside[0], facts={**aside[0].facts, "more": len(aside) - 1}))
            for event in waiting:
                if event is None:
                    return
                if event.event in _LAST:
                    self._call(event)
            waiting.clear()

    def _call(self, event: ApplyEvent) -> None:
        if reason := _run(self._command, json.dumps(event.as_json()), self._seconds):
            facts = {"run": event.facts.get("run"), "of": event.event, "command": self._command[0], "reason": reason}
            self._failed.put(ApplyEvent("hook_failed", facts))


def _run(command: Sequence[str], told: str, seconds: float) -> str:
    """Call the command; what is wrong with it, or nothing. After its time it ends, with the processes of its group."""
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_BACK}
    pipe = subprocess.PIPE
    try:
        with subprocess.Popen(
            command,
            stdin=pipe,
            stdout=subprocess.DEVNULL,
            stderr=pipe,
            env=environment,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                _, said = process.communicate(told + "\n", timeout=seconds)
            except subprocess.TimeoutExpired:
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                return f"no end after {seconds:g} s"
    except (OSError, ValueError) as error:
        return str(error)
    return f"exit status {process.returncode}: {said.strip()[:_SAID]}" if process.returncode else ""
