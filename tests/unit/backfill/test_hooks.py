"""The profile's program hears of a run, and cannot harm it."""

import json
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from core.domain.backfill.events import ApplyEvent
from core.services.backfill.hooks import with_hook

# Appends what it is told to a file; the first call holds until there is a second file.
_PROGRAM = """
import os, pathlib, sys, time
told = sys.stdin.read()
with open(sys.argv[1], "a") as file:
    file.write(told)
while not os.path.exists(sys.argv[2]):
    time.sleep(0.01)
"""
EVENTS = [
    ApplyEvent("started", {"run": 7}),
    *(ApplyEvent("quarantined", {"run": 7, "seq": seq}) for seq in range(1, 6)),
    ApplyEvent("batch", {"run": 7, "rows": 100}),
    ApplyEvent("done", {"run": 7, "accounting": {}}),
]


def told(events: list[ApplyEvent], release: Path | None = None) -> Generator[ApplyEvent, None, None]:
    for event in events:
        if event.event == "done" and release is not None:
            release.touch()
        yield event


def test_it_hears_of_rows_set_aside_in_one_call_while_it_works_and_of_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIRTH_CONSOLE_DSN", "host=secret")
    heard, release = tmp_path / "heard", tmp_path / "release"
    command = [sys.executable, "-c", _PROGRAM, str(heard), str(release)]
    assert list(with_hook(told(EVENTS, release), command)) == EVENTS
    lines = [json.loads(each) for each in heard.read_text().splitlines()]
    aside = [each for each in lines if each["event"] == "quarantined"]
    assert sum(1 + each["more"] for each in aside) == 5
    assert len(aside) <= 2
    assert lines[-1] == {"event": "done", "v": 1, "run": 7, "accounting": {}}


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit('no such pager')", "exit status 1: no such pager"),
        ("import time; time.sleep(60)", "no end after 0.1 s"),
        (None, "No such file"),
        ("import os; assert 'BIRTH_CONSOLE_DSN' not in os.environ; os._exit(3)", "exit status 3"),
    ],
)
def test_whatever_is_wrong_with_it_is_told_before_the_end_and_harms_nothing(
    program: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIRTH_CONSOLE_DSN", "host=secret")
    command = ["/nowhere/at/all"] if program is None else [sys.executable, "-c", program]
    began = time.monotonic()
    limit = 0.1 if program and "sleep" in program else 10.0
    found = list(with_hook(told([EVENTS[0], EVENTS[-1]]), command, limit))
    assert [event.event for event in found] == ["started", "hook_failed", "done"]
    assert reason in str(found[1].facts["reason"])
    assert found[1].facts["of"] == "done"
    assert time.monotonic() - began < 20
