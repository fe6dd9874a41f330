"""The dashboard on a real database: who changed what, and how the gate's blockers become fewer."""

from pathlib import Path

import pytest

from core.domain.identity import column_identity, synthetic_identity
from core.services import identity
from tests import line
from tests.databases import Database
from tests.tui.driving import OnData, drive_real


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def classify_two(database: Database) -> None:
    with database.connect("operator2") as operator:
        identity.classify(operator, column_identity("knowledge_documents", "path"))
        identity.classify(operator, synthetic_identity("doc_reviews", "doc_reviews:{id}"))


def test_what_others_changed_is_told_with_who_and_when_and_burns_down(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.shows("Nothing changed since 14:02")
        await console.shows("known from the first plan on")
        classify_two(database)
        line.open_permit(database)
        await console.press("r")
        await console.shows("operator2: 2 classified")
        text = console.region("#changes")
        assert "resolvable 31 → 33 ↑   operator2" in text
        assert "blockers 43 → 41 ↓     operator2" in text
        assert "open permits 0 → 1 ↑ gatekeeper1" in text
        assert text.index("gatekeeper1: permit 1 opened") < text.index("operator2: 2")
        assert "43 → 41" in console.region("#burndown")
        with database.connect() as operator:
            line.make_plan(operator)
        await console.press("r")
        await console.shows("operator1: run-1 planned")
        assert "known from" not in console.region("#burndown")

    drive_real(scenario, database, size=(80, 30))


def test_a_new_session_tells_what_changed_since_the_last_one(database: Database) -> None:
    async def look(console: OnData) -> None:
        await console.shows("Nothing changed since 14:02")

    async def look_again(console: OnData) -> None:
        await console.shows("resolvable 31 → 33 ↑   operator2")
        await console.shows("operator2: 2 classified")

    async def look_once_more(console: OnData) -> None:
        await console.shows("Nothing changed since you last looked")

    drive_real(look, database)
    classify_two(database)
    drive_real(look, database, "viewer1")
    drive_real(look_again, database)
    drive_real(look_once_more, database)


def test_enter_goes_where_the_first_closed_condition_is_cured(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("enter")
        assert console.app.pane.id == "classify"

    drive_real(scenario, database)


def test_a_figure_that_nobody_changed_through_the_ledger_names_nobody(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.shows("Nothing changed since 14:02")
        database.run("DROP TABLE public.agents CASCADE")
        await console.press("r")
        await console.shows("resolvable 31 → 30 ↓")
        await console.settled()
        text = console.region("#changes")
        assert "resolvable 31 → 30 ↓             14:02" in text
        assert "trigger gap 2 → 3 ↑" in text

    drive_real(scenario, database)
