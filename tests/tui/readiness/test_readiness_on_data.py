"""The dashboard on a real database: who changed what, and how the gate's blockers become fewer."""

import re
from pathlib import Path

import pytest

from core.domain.classify.identity import column_identity, synthetic_identity
from core.services.classify import classify
from tests import line
from tests.databases import Database
from tests.tui.driving import OnData, drive_real


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def classify_two(database: Database) -> None:
    with database.connect("operator2") as operator:
        classify.classify(operator, column_identity("knowledge_documents", "path"))
        classify.classify(operator, synthetic_identity("doc_reviews", "doc_reviews:{id}"))


def test_what_others_changed_is_told_with_who_and_when_and_burns_down(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.shows("No changes since 14:02")
        await console.shows("known after the first plan")
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
        assert "known after" not in console.region("#burndown")

    drive_real(scenario, database, size=(80, 30))


def test_a_new_session_tells_what_changed_since_the_last_one(database: Database) -> None:
    async def look(console: OnData) -> None:
        await console.shows("No changes since 14:02")

    async def refresh_now(console: OnData) -> None:
        await console.shows("resolvable 31 → 33 ↑   operator2")
        await console.shows("operator2: 2 classified")

    async def look_once_more(console: OnData) -> None:
        await console.shows("No changes since your last visit")

    drive_real(look, database)
    classify_two(database)
    drive_real(look, database, "viewer1")
    drive_real(refresh_now, database)
    drive_real(look_once_more, database)


def test_enter_goes_where_the_first_closed_condition_is_cured(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.press("enter")
        assert console.app.pane.id == "classify"

    drive_real(scenario, database)


def test_missing_rows_stand_by_collection_the_largest_first_beside_what_is_not_enrolled(database: Database) -> None:
    database.run("CREATE TABLE public.newcomers (id int PRIMARY KEY)")

    async def scenario(console: OnData) -> None:
        await console.shows("39,150 rows in 56 collections")
        await console.shows("1 table not enrolled: newcomers")
        box = [line.split() for line in console.region("#missing").splitlines()]
        listed = [(words[-2], int(words[-1].replace(",", ""))) for words in box if words[:1] == ["?"]]
        assert listed[:2] == [("messages", 7300), ("os_invoice_items", 5210)]
        assert listed == sorted(listed, key=lambda each: -each[1])
        assert "No run yet." in console.region("#runs")
        # An empty ledger says what there is to plan, and what is closed for now.
        await console.press("4")
        await console.shows("764 rows of 15 collections can be planned now")
        assert "closed by: 43 identities (3), no permit (P)" in console.screen()
        # It has the whole screen, and the choice of what to plan says how many rows each has.
        assert ["checkpoint_instances", "339"] in [line.split() for line in console.lines()]
        await console.press("p")
        await console.shows("enter: plan all 31, 764 rows.")
        assert any(line.split()[-3:] == ["339", "▪", "column"] for line in console.lines())

    drive_real(scenario, database, counts=True)


def test_a_figure_that_nobody_changed_through_the_ledger_names_nobody(database: Database) -> None:
    async def scenario(console: OnData) -> None:
        await console.shows("No changes since 14:02")
        database.run("DROP TABLE public.agents CASCADE")
        await console.press("r")
        await console.shows("resolvable 31 → 30 ↓")
        await console.settled()
        text = console.region("#changes")
        assert re.search("resolvable 31 → 30 ↓ +14:02", text)
        assert "trigger gap 2 → 3 ↑" in text
        # The table's rows stay in the registry.
        await console.shows("14 phantoms in agents")

    drive_real(scenario, database, size=(120, 36), counts=True)


def test_everything_that_changed_is_read_in_full_and_the_figures_are_taken_away(
    database: Database, tmp_path: Path
) -> None:
    target = tmp_path / "figures.csv"

    async def scenario(console: OnData) -> None:
        await console.shows("No changes since 14:02")
        line.resolve_blockers(database)
        await console.press("r")
        await console.shows("resolvable 31 → 72 ↑")
        await console.settled()
        await console.press("c")
        await console.shows("gatekeeper1: 2 exempted")
        await console.press("escape", "E")
        await console.press(*["backspace"] * len("readiness.csv"))
        await console.type(str(target))
        await console.press("enter")
        await console.until(target.exists)

    drive_real(scenario, database)
    rows = target.read_text().splitlines()
    assert rows[0] == "figure,live,stated,verdict"
    assert "identity_resolvable_now,72,," in rows
    assert "trigger_gap,0,5,superseded" in rows


def test_another_login_sees_what_it_saw_last_itself(database: Database) -> None:
    async def look(console: OnData) -> None:
        await console.shows("No changes since 14:02")

    async def switch(console: OnData) -> None:
        await console.shows("resolvable 31 → 33 ↑")
        console.app.relogin()
        await console.until(lambda: not console.app.state.refreshing)
        await console.settled()
        assert "No changes since your last visit" in console.screen()

    drive_real(look, database)
    classify_two(database)
    drive_real(switch, database)


def test_an_open_gate_leaves_nothing_to_do(database: Database) -> None:
    line.resolve_blockers(database)

    async def scenario(console: OnData) -> None:
        await console.press("enter")
        await console.shows("open a permit…")
        await console.press("escape")
        line.open_permit(database)
        await console.press("r")
        await console.shows("QT-001 ✓ OPEN")
        await console.press("enter")
        await console.shows("Go to the next step: every condition has passed")

    drive_real(scenario, database)
