"""What operators see, as pictures: `make snapshots` accepts a new look, after somebody looked at it."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from core.errors import NotAllowed
from tests.tui.driving import Driven
from tests.tui.fakes import GONE, FakeSource, StillClock, readiness
from tui.app import ConsoleApp

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


def look(
    source: FakeSource, steps: Callable[[Driven], Awaitable[None]]
) -> tuple[ConsoleApp, Callable[[Pilot[None]], Awaitable[None]]]:
    """A console, and what to do before the picture is taken."""
    app = ConsoleApp(source, StillClock())

    async def before(pilot: Pilot[None]) -> None:
        await steps(Driven(app, pilot, source))

    return app, before


async def looked(console: Driven) -> None:
    await console.until(lambda: console.app.matrix.grid.table.total)


async def counted(console: Driven) -> None:
    await looked(console)
    await console.press("2")
    await console.counted()


@SIZES
def test_readiness(source: FakeSource, snap_compare: Compare, size: tuple[int, int]) -> None:
    async def steps(console: Driven) -> None:
        await looked(console)

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before, terminal_size=size)


@SIZES
def test_readiness_with_an_open_gate_and_changes(
    source: FakeSource, snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def steps(console: Driven) -> None:
        await looked(console)
        source.dashboard = readiness(resolvable=74, permits=1)
        await console.press("r")
        await console.shows("✓ OPEN")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before, terminal_size=size)


def test_readiness_while_connecting(source: FakeSource, snap_compare: Compare) -> None:
    source.open_gate.clear()
    source.progress = ["starting PostgreSQL…"]

    async def steps(console: Driven) -> None:
        await console.shows("starting PostgreSQL…")

    app, before = look(source, steps)
    try:
        assert snap_compare(app, run_before=before)
    finally:
        source.close()


def test_readiness_when_the_connection_is_lost(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await looked(console)
        source.failure = GONE
        await console.press("r")
        await console.shows("STALE since")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before)


@SIZES
def test_matrix(source: FakeSource, snap_compare: Compare, size: tuple[int, int]) -> None:
    source.counts["agents"] = NotAllowed("permission denied for table agents")

    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("j", "j")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before, terminal_size=size)


def test_matrix_gone_sideways(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("l", "l", "l", "l", "l")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before)


def test_matrix_filtered(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("slash")
        await console.type("!unclassified")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before)


def test_matrix_details(source: FakeSource, snap_compare: Compare) -> None:
    async def steps(console: Driven) -> None:
        await counted(console)
        await console.press("enter")

    app, before = look(source, steps)
    assert snap_compare(app, run_before=before)


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
