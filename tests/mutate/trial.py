"""Trying one mutant: tests run within this process, on its server, while the mutant is on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.mutate.applied import NO_MUTANT, turned_on
from tests.mutate.choice import tests_of
from tests.mutate.mutants import ROOT, Mutant

# Of each test; one that a mutant lets hang has noticed it.
_SECONDS: Final = 120
# A test on record may be no more.
_ENDED: Final = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR)
_PYTEST: Final = (
    "-x", "--tb=line", "-p", "no:xdist", "-p", "no:cacheprovider", "-p", "no:textual-snapshot", "-p", "no:syrupy",
    "--timeout", str(_SECONDS), "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-m", "",
)  # fmt: skip


@dataclass(eq=False)
class _First:
    """The first test that failed by what it asserts; one whose fixtures fail has noticed nothing."""

    failed: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.when == "call":
            self.failed = self.failed or report.nodeid.partition("[")[0]


def killer(mutant: Mutant, known: str | None, folder: Path) -> str:
    """The test that notices that this is turned off: the known one, else the first of those that name its code; or "".

    Files of the tests go into `folder`.
    """
    if known and (found := _failed(mutant, [known], folder / "known")):
        return found
    others = [each for each in tests_of(mutant) if each != known]
    return _failed(mutant, others, folder / "others") if others else ""


def must_die(mutant: Mutant, known: str | None, folder: Path) -> str:
    """The test that notices. Fails where none does, and says how to look at that mutant alone."""
    if found := killer(mutant, known, folder):
        return found
    which = f"SURVIVED: {mutant.name}\ncode: {' or '.join(mutant.codes) or 'none'}"
    pytest.fail(f"{which}\nagain: make mutate ONLY={mutant.name!r}", pytrace=False)


def _failed(mutant: Mutant, tests: Sequence[str], folder: Path) -> str:
    first = _First()
    with turned_on(mutant):
        status = pytest.main([*_PYTEST, f"--basetemp={folder}", *(f"{ROOT}/{test}" for test in tests)], [first])
    assert status != NO_MUTANT, f"{mutant.name} does not install: the pattern that made it must be mended"
    assert status in _ENDED, f"the tests of {mutant.name} ended with {status!r}"
    return first.failed
