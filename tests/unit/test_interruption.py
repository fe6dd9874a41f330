"""Signals that ask a long command to end."""

import json
import signal
from collections.abc import Iterator

import pytest

from core.cli.commands import apply
from core.cli.interruption import interruptible
from core.cli.output import Output
from core.domain.backfill.events import ApplyEvent


def test_a_signal_that_is_heard_twice_at_once_asks_only_once() -> None:
    now = 100.0
    with interruptible(lambda: now) as interrupted:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert interrupted.is_set()
        now = 101.0
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_apply_that_is_ended_at_once_still_says_stopped_last(capsys: pytest.CaptureFixture[str]) -> None:
    def events() -> Iterator[ApplyEvent]:
        yield ApplyEvent("started", {"run": 7})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply._show(Output(as_json=True), 7, events())
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in told] == ["started", "stopped"]
    assert (told[-1]["run"], told[-1]["reason"]) == (7, "interrupted")
