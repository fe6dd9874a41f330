"""The rows of a run in the Ledger pane, paged from the server."""

import csv
from pathlib import Path

import pytest

from tests import small
from tests.databases import Database
from tests.tui.driving import OnData
from tests.tui.on_ledger import BATCHES, on, opened, pane, reason
from tui.widgets import window
from tui.widgets.prompt import Prompt

pytestmark = pytest.mark.usefixtures("a_home")


def test_rows_that_were_set_aside_show_key_sqlstate_and_message(small_: Database) -> None:
    small.registering(
        small_,
        before=r"IF p_entity_code = 'G-000150' THEN RAISE E'no \x1b[31mroom\u202e' USING ERRCODE = '23514'; END IF;",
    )
    run = small.a_run(small_, goods=200)
    small.drive(small_, run, BATCHES)

    async def look(console: OnData) -> None:
        await opened(console)
        await console.shows("200 planned = 199 registered + 1 quarantined")
        await console.press("enter")
        await console.shows("199")
        await console.press("enter", "exclamation_mark")
        await console.shows(r"! G-000150  23514 no \x1b[31mroom\u202e")
        await console.press("enter")
        await console.shows("SQLSTATE    23514")
        await console.shows("source key  150")
        await console.press("escape", "exclamation_mark")
        await console.shows("of 200  sorted by collection, code")
        assert console.region("#diff-rows").split()[:3] == ["code▲", "outcome", "collection▲"]
        for key, shown in (("equals_sign", "only = registered"), ("plus", "no rows"), ("minus", "no rows")):
            await console.press(key)
            await console.shows(shown)
        small_.run("SET session_replication_role = replica; INSERT INTO public.goods VALUES (999, 'late row', 1)")
        await console.press("tilde")
        await console.shows("~ late row")
        await console.press("escape", "escape", "escape")
        assert pane(console).shows == "runs"

    on(small_, look, "viewer1")


def test_a_diff_of_a_hundred_thousand_rows_opens_at_once_at_both_ends(
    small_: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "MOST", 500)
    first = small.a_run(small_, "goods", goods=1)
    small_.run("SET session_replication_role = replica; DELETE FROM public.goods")
    small.fill(small_, goods=100_000)
    second = small.reconciled(small_, "goods")
    assert (first, second) == (1, 2)

    async def look(console: OnData) -> None:
        ledger = await opened(console)
        await console.press("d")
        await console.shows("+ G-000001")
        await console.shows("of 100,000")
        assert len(ledger.diff.window) <= 400
        await console.press("G")
        await console.shows("▌+ G-100000")
        await console.shows("to item 100,000 of 100,000")
        grid = ledger.diff.grid
        grid.move_to(102)
        await console.settled()
        place = grid.cursor - grid.first_row
        await console.press("k", "k", "k", "k")  # the fourth is so near the top that more is read
        await console.settled()
        assert len(ledger.diff.window) == 400
        assert grid.cursor - grid.first_row == place - 4, "the rows on the screen stay where they are"
        below = grid.row_at_cursor()
        assert below is not None
        assert below.code == "G-099899"
        await console.press("g")
        await console.shows("▌+ G-000001")
        for step in range(1, 6):
            grid.move_to(len(ledger.diff.window) - 1)
            below = grid.row_at_cursor()
            assert below is not None
            assert below.code == f"G-{200 * step:06}"
            await console.settled()
            assert len(ledger.diff.window) <= 500, "what is far from the cursor is forgotten"
        await console.press("escape", "escape", "D")
        await console.shows("= G-000001")
        await console.shows("run-1")
        await console.press("plus", "G")
        await console.shows("G-100000")
        await console.press("slash")
        await console.type("g-05000")
        await console.press("enter")
        await console.shows("G-050009")
        assert reason(console, "only_late").startswith("comparing two plans")

    on(small_, look, "viewer1")


@pytest.mark.long
def test_a_filter_finds_codes_among_a_hundred_thousand_and_escape_takes_it_away(small_: Database) -> None:
    run = small.a_run(small_, "goods", goods=100_000)

    async def look(console: OnData) -> None:
        ledger = await opened(console)
        await console.press("d")
        await console.shows("+ G-000001")
        await console.press("slash")
        await console.type("g-09999")
        assert "+ G-000001" in console.screen(), "the server is asked once, when all is typed"
        await console.press("enter")
        await console.shows("+ G-099999")
        await console.shows("to item 99,999 of 100,000")
        rows = ledger.diff.window.rows()
        assert [row.code for row in rows] == [f"G-{number:06}" for number in range(99_990, 100_000)]
        assert ledger.diff.twin("run_diff") == f"birth-console ledger diff {run} --code g-09999"
        await console.press("equals_sign")
        await console.shows("no rows")
        await console.shows("only = registered, filtered")
        await console.press("equals_sign", "g")
        await console.shows("▌+ G-099990")
        await console.press("escape")
        await console.shows("+ G-000001")
        assert reason(console, "diff_unfilter") == "no filter is set"
        await console.press("slash", "escape")
        await console.press("G", "escape", "escape")
        assert pane(console).shows == "runs"

    on(small_, look, "viewer1")


def test_every_row_of_a_diff_is_exported_and_copied_with_the_bare_code_in_a_column_of_its_own(
    small_: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small.a_run(small_, "goods", goods=1_000)
    monkeypatch.chdir(tmp_path)
    copies: list[str] = []

    async def look(console: OnData) -> None:
        monkeypatch.setattr(console.app, "copy_text", copies.append)
        await opened(console)
        await console.press("d")
        await console.shows("+ G-000001")
        await console.press("E")
        await console.until(lambda: isinstance(console.app.screen, Prompt))
        await console.shows("all rows: 200 rows loaded, the others are loaded first")
        await console.press("enter")
        await console.shows("1,000 rows exported to ")
        with (tmp_path / "ledger-run-1-diff.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["sign", "code", "outcome", "collection", "source key", "note"]
        assert rows[1] == ["+", "G-000001", "to register", "goods", "1", ""]
        assert [row[1] for row in rows[1:]] == [f"G-{number:06}" for number in range(1, 1_001)]
        await console.press("y")
        await console.shows("all rows, loaded first")
        await console.press("a")
        await console.until(lambda: copies)
        assert copies.pop().count("| G-") == 1_000
        await console.press("y", "c")
        assert copies.pop() == "G-000001"
        await console.press("y", "r")
        assert copies.pop() == "+\tG-000001\tto register\tgoods\t1\t"

    on(small_, look, "viewer1")


def test_two_plans_are_compared_in_the_collections_that_both_planned(small_: Database) -> None:
    small.a_run(small_, "goods", "parts", goods=3, parts=3)
    small.reconciled(small_, "goods")

    async def look(console: OnData) -> None:
        ledger = await opened(console)
        await console.press("D")
        await console.shows("= G-000001")
        await console.settled()
        assert console.region("#diff-rows").split()[:3] == ["run-1▲", "run-2▲", "collection▲"]
        assert [row.kind for row in ledger.diff.window.rows()] == ["=", "=", "="]

    on(small_, look, "viewer1")
