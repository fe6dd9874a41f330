"""What was saved can be undone; what was not is kept, or asked about."""

import pytest

from core.domain.classify.identity import column_identity, synthetic_identity
from core.errors import Unavailable
from core.services.classify import classify, history
from tests.databases import Database
from tests.tui.classify.conftest import LEFT
from tests.tui.classify.test_classify_pane import BLOCKERS, go_to, opened, pane, recorded, staged
from tests.tui.driving import OnData, drive_real
from tui.classify import service_calls

KILLED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename = 'operator1' AND datname = current_database()"
)


def test_u_offers_to_undo_what_was_written_when_nothing_is_staged(few: Database) -> None:
    with few.connect("operator1") as operator:
        classify.classify(operator, column_identity("os_projects", "project_code"), "a slip")

    async def scenario(console: OnData) -> None:
        await opened(console)
        await console.press("u")
        await console.shows("saved 20")
        await console.press("enter")  # Cancel
        assert recorded(few, "os_projects") == "column project_code"
        await console.press("u")
        await console.shows("Undo your latest classification")
        with few.connect("operator1") as operator:
            classify.classify(operator, synthetic_identity("os_items", "os_items:{sku}"), "meanwhile")
        await console.type("undo")
        await console.press("enter")
        await console.shows("another session decided os_projects")
        assert recorded(few, "os_items") == "synthetic sku"
        with few.connect("operator1") as operator:
            history.undo(operator)
        await console.press("u")
        await console.shows("os_projects by project_code")
        await console.type("undo")
        await console.press("enter")
        await console.settled()
        assert recorded(few, "os_projects") is None
        await console.until(lambda: pane(console).grid.table.get("os_projects") is not None)
        await go_to(console, "os_projects")
        await console.press("H")
        await console.shows("a slip")
        await console.shows("undone")

    drive_real(scenario, few)


def test_u_and_the_command_undo_a_whole_save(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await console.press("A")
        count = len(staged(console))
        await console.press("w", "enter")
        await console.until(lambda: not staged(console))
        await console.settled()
        await console.press("u")
        await console.shows(f"all {count} together")
        await console.press("enter")
        await console.shows(f"Undo your latest save of {count} decisions")
        await console.type("undo all")
        await console.press("enter")
        await console.shows(f"{count} decisions undone")

    drive_real(scenario, few)
    assert few.value(BLOCKERS) == len(LEFT)
    with few.connect("operator1") as operator:
        assert history.last_save_of_login(operator) == []


def test_what_was_written_stays_said_when_the_queue_cannot_be_read_after_it(
    few: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await go_to(console, "os_items")
        await console.press("a")

        def fails(_: object) -> None:
            raise Unavailable("the server went away")

        monkeypatch.setattr(service_calls, "queue", fails)
        await console.press("w", "enter")
        await console.shows("1 saved; then: the server went away")
        assert recorded(few, "os_items") == "synthetic sku"

    drive_real(scenario, few)


def test_leaving_with_something_staged_asks_first(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await console.press("a", "q")
        await console.shows("Not saved, and lost when you quit: 1 staged decision")
        await console.press("enter")
        assert console.app.is_running
        assert len(staged(console)) == 1
        await console.press("q")
        await console.type("quit")
        await console.press("enter")
        assert console.app._exit

    drive_real(scenario, few)


def test_staged_choices_survive_a_lost_connection_and_are_written_after_it(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        await opened(console)
        await go_to(console, "categories")
        await console.press("a")
        await go_to(console, "os_items")
        await console.press("tab", "a")
        chosen = staged(console)
        # No role may come in: as if the network were gone for this console.
        few.run("ALTER ROLE operator1 NOLOGIN")
        few.run(KILLED)
        await console.press("r")
        await console.shows("STALE")
        assert staged(console) == chosen == {"categories": "slug", "os_items": "os_items:{id}"}
        assert "2 staged" in console.screen()
        await console.press("w", "enter")
        await console.settled()
        assert staged(console) == chosen, "a write that reached nothing keeps what it was to write"
        assert recorded(few, "categories") is None
        few.run("ALTER ROLE operator1 LOGIN")
        await console.press("r")
        await console.until(lambda: console.app.state.fault is None)
        await console.settled()
        assert staged(console) == chosen
        await console.press("w", "enter")
        await console.until(lambda: not staged(console))
        await console.settled()
        assert recorded(few, "categories") == "column slug"
        assert recorded(few, "os_items") == "synthetic id"

    try:
        drive_real(scenario, few)
    finally:
        few.run("ALTER ROLE operator1 LOGIN")
