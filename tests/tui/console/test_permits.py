"""Permits from the console, on a real database."""

from dataclasses import replace

import pytest

from core.errors import NotAllowed, Stale
from core.services.backfill import permits
from tests import line
from tests import small as small_database
from tests.databases import Database
from tests.tui.driving import OnData, drive_real


def states(database: Database) -> list[tuple[str, int, str]]:
    with database.connect() as connection:
        return [(each.state, each.budget, each.reason) for each in permits.list_permits(connection)]


def test_a_gatekeeper_opens_a_permit_by_typing_what_it_is_for_and_a_word(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("P")
        await console.shows("open a permit…")
        await console.press("o")
        await console.type("1,000 5y x")
        await console.shows("✗ invalid lifetime '5y'")
        await console.press("enter")
        await console.press(*["backspace"] * 4)
        await console.type("2h stage two")
        await console.shows("✓ 1,000 rows for 2:00:00")
        await console.press("enter")
        await console.shows("Type open permit to open it:")
        assert f"on {database.name} DEMO, as gatekeeper1" in console.screen()
        await console.press("enter")
        await console.until(lambda: "Type open permit" not in console.screen())
        assert not states(database)
        await console.press("P")
        await console.shows("open a permit…")
        await console.press("o")
        await console.type("1,000 2h stage two")
        await console.shows("✓ 1,000 rows for 2:00:00")
        await console.press("enter")
        await console.shows("Type open permit to open it:")
        await console.type("open permit")
        await console.press("enter")
        await console.shows("permit 1 is open: 1,000 rows left")
        await console.shows("✓ 1 open permit")

    drive_real(scenario, database, "gatekeeper1")
    assert states(database) == [("open", 1000, "stage two")]


def test_a_gatekeeper_closes_a_permit_with_its_reason(database: Database) -> None:
    number = line.open_permit(database)

    async def scenario(console: OnData) -> None:
        await console.press("P")
        await console.shows(f"close permit {number}…")
        await console.press("j", "j", "enter")
        await console.type("enough")
        await console.press("enter")
        await console.type(f"close permit {number}")
        await console.press("enter")
        await console.shows(f"permit {number} is closed")
        await console.press("P")
        await console.shows("closed, 0 of 1,000,000 rows, test")

    drive_real(scenario, database, "gatekeeper1")
    assert [state for state, *_ in states(database)] == ["closed"]


def test_others_see_permits_and_why_they_cannot_open_one(database: Database) -> None:
    line.open_permit(database, 500, ("agents", "tasks"))

    async def scenario(console: OnData) -> None:
        await console.press("P")
        await console.shows("needs birth_gatekeeper")
        # What is open, whoever may close it: how much is used, until when, for what, by whom and why.
        await console.press("j", "j")
        await console.shows("permit 1, open")
        said = " ".join(console.screen().replace("│", " ").split())
        assert "0 of 500 rows, until " in said
        assert "agents, tasks, by gatekeeper1: test" in said
        await console.press("k", "k")
        await console.press("o", "enter")
        assert "tab: next" not in console.screen()
        await console.press("escape", "X", *"jjjjj")
        # Cut in its row, it is whole below the list.
        await console.shows("birth-console permit open --budget ROWS --expires 2h --reason 'why'")

    drive_real(scenario, database)


def test_a_read_only_session_opens_nothing_and_production_wants_its_name(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("P")
        await console.shows("this session is read-only")
        await console.press("escape")
        server = console.app.state.server
        assert server is not None
        console.app.state.server = replace(server, read_only=False, word="PRODUCTION")
        await console.press("P", "o")
        await console.type("10 1h why")
        await console.press("enter")
        await console.shows("Type open permit PRODUCTION to open it:")

    drive_real(scenario, database, "gatekeeper1", read_only=True)


def test_an_operator_requests_a_permit_for_a_run_and_a_gatekeeper_grants_exactly_that(small: Database) -> None:
    small_database.fill(small, goods=20, parts=5)
    with small.connect() as operator:
        number = line.make_plan(operator, "goods", "parts")

    async def ask(console: OnData) -> None:
        await console.press("P", "r")
        await console.shows("the permit is incomplete: add a reason")
        await console.type("night shift")
        await console.press("tab", "tab")
        await console.type("CHG-7")
        await console.shows(f"✓ the rows to go of run {number}, for 2h")
        await console.press("enter")
        await console.shows(f"request 1: 25 rows of run {number} only (2 collections), for 2:00:00, ticket CHG-7")

    async def grant(console: OnData) -> None:
        await console.press("P", "g")
        await console.shows("night shift")
        await console.shows("requested by operator1")
        await console.type("grant 1")
        await console.press("enter")
        await console.shows("permit 1 is open: 25 rows left")
        await console.press("P")
        await console.shows("close permit 1…")
        assert "grant request" not in console.screen()

    drive_real(ask, small)
    drive_real(grant, small, "gatekeeper1")
    with small.connect() as operator:
        (opened,) = permits.list_permits(operator)
        assert (opened.budget, opened.run, opened.ticket, opened.reason) == (25, number, "CHG-7", "night shift")
        assert [each.state for each in permits.requests(operator)] == ["granted"]
        with pytest.raises(NotAllowed):
            permits.grant(operator, 1)
    with small.connect("gatekeeper1") as gatekeeper, pytest.raises(Stale) as over:
        permits.grant(gatekeeper, 1)
    assert over.value.code == "request_over"
