"""What a run tells of its mutants, where people read it; and keeps on record where it was asked to."""

import os
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from tests.mutate.applied import VARIABLE
from tests.mutate.chosen import LIST, SEED, killers, remember, seeded
from tests.mutate.mutants import of_text

_OUTCOMES: Final = ("passed", "failed")


def here(config: pytest.Config) -> None:
    """Settle the seed before there are workers, and tell at the end: once, of all tests of the run."""
    if VARIABLE not in os.environ and not hasattr(config, "workerinput"):
        seeded()
        config.pluginmanager.register(sys.modules[__name__], "mutants")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of them were noticed, and how to try the same ones again."""
    found = [*_tried(terminalreporter)]
    if not found:
        return
    noticed = {name: killer for name, killer in found if killer}
    terminalreporter.write_sep("=", "mutants")
    line = f"{len(noticed)} of {len(found)} things that were turned off were noticed"
    if LIST in os.environ:
        terminalreporter.write_line(line)
        remember(killers() | noticed)
    else:
        there = len(of_text()) + sum(name.startswith("constraint ") for name in killers())
        again = f"make mutate PART={os.environ.get('PART') or '10%'} SEED={os.environ[SEED]}"
        terminalreporter.write_line(f"{line}, of {there} that there are; the same ones again: {again}")


def _tried(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, str]]:
    """Each mutant, and the test that noticed it or ""; a test that tries several tells them in order."""
    for outcome in _OUTCOMES:
        for report in reporter.getreports(outcome):
            told = [(key, str(value)) for key, value in getattr(report, "user_properties", ())]
            for place, (key, name) in enumerate(told):
                if key == "mutant" and report.when == "call":
                    following = told[place + 1] if place + 1 < len(told) else ("", "")
                    yield name, following[1] if following[0] == "killer" else ""
