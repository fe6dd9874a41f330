"""Drives the console in memory: keys in, screen text out, conditions instead of sleeps."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widget import Widget

from core.profiles import Keymap
from core.settings import Settings
from tests.databases import SCHEMA, Database
from tests.tui.fakes import FakeSource, StillClock
from tui.app import ConsoleApp
from tui.readiness import missing_text
from tui.runtime.poller import Clock
from tui.runtime.source import SessionSource
from tui.widgets.sheet import Sheet
from tui.widgets.side_panel import SidePanel

DEADLINE_SECONDS = 40.0


@dataclass
class Shown:
    """A running console."""

    app: ConsoleApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        names = {" ": "space", "/": "slash", "!": "exclamation_mark", "-": "minus", ":": "colon", "_": "underscore"}
        await self.press(*(names.get(letter, letter) for letter in text))

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for a condition; one that never comes true fails with what is on the screen."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"never came true; the screen:\n{self.screen()}")
            await asyncio.sleep(0.02)  # a pause of the pilot asks every widget whether it is idle
        await self.pilot.pause()

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.screen())

    async def rests(self) -> None:
        """Wait until all stands that follows: beside a list its row is told once the cursor rests, and in a sheet its
        last line after its text. A picture holds what is told in the end.
        """
        await self.pilot.pause()
        await self.until(lambda: all(panel.is_at_rest for panel in self.app.query(SidePanel)))
        await self.until(lambda: all(sheet.is_at_rest for sheet in self.app.query(Sheet)))

    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def screen(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines())

    def region(self, selector: str) -> str:
        """The text of one widget."""
        region = self.app.screen.query_one(selector, Widget).region
        return "\n".join(line[region.x : region.right] for line in self.lines()[region.y : region.bottom])


@dataclass
class Driven(Shown):
    """A running console on in-memory figures."""

    source: FakeSource

    async def counted(self) -> None:
        """Wait until every collection is counted."""
        await self.until(lambda: self.app.matrix._left is None and self.app.matrix._counts)

    def names(self) -> list[str]:
        return self.app.matrix.grid.table.names()

    def under_cursor(self) -> str:
        row = self.app.matrix.grid.row_at_cursor()
        assert row is not None
        return row.facts.collection


@dataclass
class OnData(Shown):
    """A running console on a real database."""

    database: Database

    async def settled(self) -> None:
        """Wait until no work that an action started is under way."""
        await self.until(lambda: not self.app.work._under_way)


Scenario = Callable[[Driven], Awaitable[None]]


def drive(
    scenario: Scenario,
    source: FakeSource,
    size: tuple[int, int] = (80, 24),
    *,
    await_refresh: bool = True,
    keymap: Keymap | None = None,
) -> None:
    """Run a scenario; by default after the first look."""

    async def run() -> None:
        app = ConsoleApp(source, StillClock(), keymap)
        async with app.run_test(size=size) as pilot:
            await app.complete()
            driven = Driven(app, pilot, source)
            try:
                if await_refresh:
                    await driven.until(lambda: app.matrix.grid.table.total)
                await scenario(driven)
            finally:
                app.poller.stop()
                source.close()

    asyncio.run(run())


def drive_real(
    scenario: Callable[[OnData], Awaitable[None]],
    database: Database,
    login: str = "operator1",
    size: tuple[int, int] = (80, 24),
    *,
    read_only: bool = False,
    clock: Clock | None = None,
    counts: bool = False,
) -> None:
    """Run a scenario on a real database, after the first look; `counts`: its rows are counted unasked, as usual."""

    async def run() -> None:
        settings = Settings(dsn=database.dsn(login), schema=SCHEMA, login=login, read_only=read_only)
        source = SessionSource(settings)
        app = ConsoleApp(source, clock or StillClock())
        async with app.run_test(size=size) as pilot:
            await app.complete()
            driven = OnData(app, pilot, database)
            try:
                await driven.until(lambda: app.state.readiness is not None and app.matrix.grid.table.total)
                await scenario(driven)
            finally:
                app.poller.stop()
                app.poller.ended(DEADLINE_SECONDS)
                source.close()

    with patch.object(missing_text, "COUNTED_ALONE", missing_text.COUNTED_ALONE if counts else -1):
        asyncio.run(run())
