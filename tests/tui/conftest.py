from pathlib import Path

import pytest
import pytest_textual_snapshot  # type: ignore[import-untyped]
from syrupy.location import PyTestLocation

from tests.databases import Database
from tests.tui.fakes import FakeSource
from tui.ledger import live_runs
from tui.widgets.sheet import Sheet

SNAPSHOTS = Path(__file__).parents[2] / "snapshots"


class Baselines(pytest_textual_snapshot.SVGImageExtension):  # type: ignore[misc]
    """Baselines stand in snapshots/<test file>/, where people look at them, instead of beside the test."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS / test_location.basename)


# The plugin's fixture looks its extension up by this name, and its failure report reads what that wrote.
pytest_textual_snapshot.SVGImageExtension = Baselines


def pytest_configure(config: pytest.Config) -> None:
    # The plugin's failure report calls it; without this the report itself would fail from Python 3.12 on.
    config.addinivalue_line("filterwarnings", "ignore:datetime.datetime.utcnow:DeprecationWarning")


@pytest.fixture(autouse=True)
def a_plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look must not depend on the terminal that runs the tests."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TMUX", raising=False)


@pytest.fixture(autouse=True)
def a_memory_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What one test has staged must not come back in the next."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def answers_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine six seconds may pass before the picture of an answer is taken."""
    monkeypatch.setattr("tui.widgets.key_line.ANSWER_SECONDS", 600.0)


@pytest.fixture(autouse=True)
def lookups_that_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine half a second may not do to look a code up, and the tier would be another."""
    monkeypatch.setattr("core.services.classify.taken_codes._MILLISECONDS", 60_000)


@pytest.fixture(autouse=True)
def dialogs_that_begin_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who enlarged a dialog in one test did not in the next, whichever way that one ended."""
    monkeypatch.setattr(Sheet, "are_large", False)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def a_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a detached apply leaves its events; and a console that looks more often than people need."""
    monkeypatch.setenv("BIRTH_CONSOLE_HOME", str(tmp_path))
    monkeypatch.setattr(live_runs, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(live_runs, "LOST_SECONDS", 0.3)


@pytest.fixture
def small_(small: Database) -> Database:
    """The fixture under a name that does not hide the module of helpers."""
    return small
