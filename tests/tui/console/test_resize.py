"""Another size of the terminal: what is on the screen follows, in both directions."""

import re
from collections.abc import Awaitable, Callable

import pytest

from tests import small
from tests.databases import Database
from tests.tui.classify.test_classify_pane import opened as classify_opened
from tests.tui.driving import Driven, OnData, Shown, drive, drive_real
from tests.tui.fakes import GONE, FakeSource
from tests.tui.on_ledger import BATCHES
from tests.tui.on_ledger import opened as ledger_opened
from tui.widgets.key_line import KeyLine
from tui.widgets.side_panel import SidePanel

NARROW, WIDE = (80, 24), (120, 36)
BOTH = pytest.mark.parametrize(
    ("before", "after"),
    [pytest.param(NARROW, WIDE, id="wider"), pytest.param(WIDE, NARROW, id="narrower", marks=pytest.mark.long)],
)


async def resized(console: Shown, size: tuple[int, int]) -> None:
    await console.pilot.resize_terminal(*size)
    await console.until(lambda: console.app.size == size)


def looks(console: Shown) -> list[str]:
    console.app.screen_stack[0].query_one(KeyLine).hush()
    # When it tries again depends on how often it has.
    return [re.sub(r"Next retry [\d:]+", "Next retry …", line.rstrip()) for line in console.lines()]


@BOTH
@pytest.mark.parametrize("keys", [("1",), ("2",), ("3",), ("4",), ("2", "s", "s"), ("r",)], ids="-".join)
def test_the_console_looks_as_if_it_had_begun_at_that_size(
    before: tuple[int, int], after: tuple[int, int], keys: tuple[str, ...]
) -> None:
    pictures = []

    async def scenario(console: Driven) -> None:
        if keys == ("r",):
            console.source.failure = GONE
        await console.press(*keys)
        await console.until(lambda: not console.app.state.refreshing)
        await resized(console, after)
        await console.until(lambda: all(panel.is_at_rest for panel in console.app.query(SidePanel)))
        pictures.append(looks(console))

    for size in (before, after):
        drive(scenario, FakeSource(), size)
    assert pictures[0] == pictures[1]


Steps = Callable[[OnData], Awaitable[None]]


def compare(database: Database, steps: Steps, before: tuple[int, int], after: tuple[int, int]) -> None:
    pictures = []

    async def scenario(console: OnData) -> None:
        await steps(console)
        await resized(console, after)
        await console.settled()
        await console.until(lambda: console.app.screen.query_one("#evidence", SidePanel).is_at_rest)
        pictures.append(looks(console))

    for size in (before, after):
        drive_real(scenario, database, "viewer1", size)
    assert pictures[0] == pictures[1]


@pytest.mark.long
@BOTH
def test_evidence_folds_anew(database: Database, before: tuple[int, int], after: tuple[int, int]) -> None:
    compare(database, classify_opened, before, after)


@pytest.mark.long
@BOTH
@pytest.mark.usefixtures("a_home")
def test_the_ledger_s_bar_lists_and_gates_fit_the_new_width(
    small_: Database, before: tuple[int, int], after: tuple[int, int]
) -> None:
    run = small.a_run(small_, goods=200)
    small.drive(small_, run, BATCHES)

    async def at_runs(console: OnData) -> None:
        await ledger_opened(console)
        await console.shows("200 of 200 rows")

    async def at_entries(console: OnData) -> None:
        await at_runs(console)
        await console.press("enter")

    async def at_rows(console: OnData) -> None:
        await at_runs(console)
        await console.press("d")
        await console.shows("G-000001")

    async def at_quarantined(console: OnData) -> None:
        await at_rows(console)
        await console.press("exclamation_mark")
        await console.shows("no rows")

    async def at_gates(console: OnData) -> None:
        await at_runs(console)
        await console.press("V")
        await console.shows("verified gates")

    for steps in (at_runs, at_entries, at_rows, at_quarantined, at_gates):
        compare(small_, steps, before, after)
