"""What operators see, as pictures: `make snapshots` accepts a new look, after somebody looked at it."""

from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from tests.tui.driving import Driven
from tests.tui.fakes import FakeSource, StillClock
from tui.app import ConsoleApp

Compare = Callable[..., bool]


def look(
    source: FakeSource, steps: Callable[[Driven], Awaitable[None]]
) -> tuple[ConsoleApp, Callable[[Pilot[None]], Awaitable[None]]]:
    """A console, and what to do before the picture is taken."""
    app = ConsoleApp(source, StillClock())

    async def before(pilot: Pilot[None]) -> None:
        console = Driven(app, pilot, source)
        await steps(console)
        await console.rests()

    return app, before


async def looked(console: Driven) -> None:
    await console.app.complete()
    await console.until(lambda: console.app.matrix.grid.table.total)


async def counted(console: Driven) -> None:
    await looked(console)
    await console.press("2")
    await console.counted()


def test_matrix_help(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("question_mark")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before)


def test_commands(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("colon")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before)


def test_readiness_with_missing_rows_as_short_bars(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("1")
        await console.shows("▇▇▇▇▇▇▇▇▇▇▇▇ ")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before, terminal_size=(120, 36))
