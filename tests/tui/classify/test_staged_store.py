"""What is staged comes back after a console that was cut off; what was written, dropped or left does not."""

import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.classify.identity import synthetic_identity
from core.services.classify import classify
from core.settings import state_home
from tests.databases import SCHEMA, Database
from tests.tui.classify.conftest import LEFT
from tests.tui.classify.test_classify_pane import BLOCKERS, go_to, opened, recorded, staged
from tests.tui.driving import OnData, drive_real
from tests.tui.pty_terminal import Terminal
from tests.tui.terminal.test_wire import environment
from tui.runtime.source import SessionSource

CHOSEN = {"categories": "slug", "os_items": "os_items:{id}"}


def files() -> list[Path]:
    return sorted((state_home() / "staged").glob("*"))


async def stages_two_and_is_cut_off(console: OnData) -> None:
    await opened(console)
    await go_to(console, "categories")
    await console.press("a")
    await go_to(console, "os_items")
    await console.press("tab", "a")
    assert staged(console) == CHOSEN


async def asked(console: OnData) -> None:
    """Wait until it is known what came back."""
    await console.settled()
    await console.settled()


def test_staged_decisions_come_back_staged_and_are_proven_when_they_are_written(few: Database) -> None:
    async def comes_back(console: OnData) -> None:
        await console.shows("Restored 2 staged decisions from ")
        await asked(console)
        assert staged(console) == CHOSEN
        assert few.value(BLOCKERS) == len(LEFT)
        await opened(console)
        await go_to(console, "os_items")
        assert "os_items:{id} staged" in console.region("#evidence")
        few.run("ALTER TABLE public.categories DROP COLUMN slug CASCADE")
        await console.press("w", "enter")
        await console.until(lambda: "categories" in staged(console) and len(staged(console)) == 1)
        await console.settled()
        assert recorded(few, "os_items") == "synthetic id"
        assert recorded(few, "categories") is None

    async def is_refused_still(console: OnData) -> None:
        await console.shows("Restored 1 staged decision from ")
        await asked(console)
        assert staged(console) == {"categories": "slug"}

    drive_real(stages_two_and_is_cut_off, few)
    drive_real(comes_back, few)
    drive_real(is_refused_still, few)


def test_what_came_back_is_dropped_by_one_undo_and_then_for_good(few: Database) -> None:
    async def drops(console: OnData) -> None:
        await opened(console)
        await console.until(lambda: staged(console) == CHOSEN)
        await console.press("u")
        assert staged(console) == {}

    drive_real(stages_two_and_is_cut_off, few)
    assert files()
    drive_real(drops, few)
    assert files() == []


def test_what_is_left_behind_on_purpose_does_not_come_back(few: Database) -> None:
    async def leaves(console: OnData) -> None:
        await stages_two_and_is_cut_off(console)
        await console.press("q")
        await console.type("quit")
        await console.press("enter")

    drive_real(leaves, few)
    assert files() == []


def test_what_somebody_else_decided_meanwhile_is_named_and_not_staged(few: Database) -> None:
    async def comes_back(console: OnData) -> None:
        await console.shows("Restored 1 staged decision")
        assert "Decided by another session: os_items" in console.app.said[-1].text
        await asked(console)
        assert staged(console) == {"categories": "slug"}

    async def finds_nothing_left(console: OnData) -> None:
        await console.shows("Decided by another session: categories")
        assert staged(console) == {}

    drive_real(stages_two_and_is_cut_off, few)
    with few.connect("operator2") as other:
        classify.classify(other, synthetic_identity("os_items", "os_items:{id}"))
    drive_real(comes_back, few)
    with few.connect("operator2") as other:
        classify.classify(other, synthetic_identity("categories", "categories:{id}"))
    drive_real(finds_nothing_left, few)
    assert files() == []


def test_a_file_that_cannot_be_read_is_said_and_ends_nothing(few: Database) -> None:
    async def is_told(console: OnData) -> None:
        await console.shows("staged decisions cannot be read")
        await opened(console)
        assert staged(console) == {}

    drive_real(stages_two_and_is_cut_off, few)
    (file,) = (each for each in files() if each.suffix == ".json")
    file.write_text('{"at": "x"')
    drive_real(is_told, few)


def test_where_nothing_can_be_kept_that_is_said_once(few: Database) -> None:
    state_home().parent.mkdir(parents=True, exist_ok=True)
    state_home().write_text("a file where the folder should be")

    async def scenario(console: OnData) -> None:
        await stages_two_and_is_cut_off(console)
        said = [each.text for each in console.app.said if "cannot be kept" in each.text]
        assert len(said) == 1

    drive_real(scenario, few)


def test_another_login_in_the_same_console_keeps_what_is_staged_as_its_own(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await stages_two_and_is_cut_off(console)
        source = console.app.source
        assert isinstance(source, SessionSource)
        source._settings = replace(source._settings, dsn=few.dsn("operator2"))
        source.switch("operator2")
        console.app.relogin()
        await console.settled()
        await console.until(lambda: not console.app.state.refreshing)
        await asked(console)
        assert staged(console) == CHOSEN

    async def comes_back(console: OnData) -> None:
        await console.until(lambda: staged(console) == CHOSEN)

    async def has_nothing(console: OnData) -> None:
        await opened(console)
        await asked(console)
        assert staged(console) == {}

    drive_real(scenario, few)
    drive_real(has_nothing, few)
    drive_real(comes_back, few, "operator2")


@pytest.mark.parametrize(
    "ending",
    [signal.SIGHUP, *(pytest.param(each, marks=pytest.mark.long) for each in (signal.SIGTERM, signal.SIGKILL))],
)
def test_staged_decisions_outlive_a_lost_terminal(few: Database, tmp_path: Path, ending: signal.Signals) -> None:
    console = ["-c", "from tui.main import main; main()", "--dsn", few.dsn("operator1"), "--schema", SCHEMA]
    surroundings = environment(XDG_STATE_HOME=str(tmp_path / "state"))
    with Terminal(console, surroundings) as terminal:
        terminal.shows("QT-001 ✗ BLOCKED")
        terminal.send("3")
        terminal.shows("A safe")
        terminal.until(lambda: "not sampled yet" not in terminal.text() and "0 staged" in terminal.text())
        terminal.send("A")
        terminal.until(lambda: staged_on(terminal) > 3)  # a few may not be safe on a busy machine
        count = staged_on(terminal)
        os.kill(terminal.pid, ending)
        terminal.ended()
    with Terminal(console, surroundings) as terminal:
        terminal.shows(f"Restored {count} staged decisions from ")
        assert few.value(BLOCKERS) == len(LEFT)
        terminal.send("3")
        terminal.until(lambda: staged_on(terminal) == count)


def staged_on(terminal: Terminal) -> int:
    """How many staged decisions the bar of the queue tells."""
    found = re.search(r"(\d+) staged ·", terminal.text())
    return int(found[1]) if found else 0
