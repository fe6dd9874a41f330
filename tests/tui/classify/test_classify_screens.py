"""What the Classify pane looks like, as pictures, on the demo's blockers: one console poses for many."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from core.services.session import Server
from core.settings import Settings
from tests.databases import SCHEMA, Database, TestServer, a_clone
from tests.tui.classify.test_classify_pane import go_to, opened
from tests.tui.conftest import Baselines
from tests.tui.driving import OnData
from tests.tui.fakes import StillClock
from tui.app import ConsoleApp
from tui.runtime.source import OnProgress, SessionSource
from tui.widgets.key_line import KeyLine

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
_HOSTILE = r"""
SET session_replication_role = replica;
UPDATE public.os_tasks SET name = E'A \x1b[31mred\u202e [bold]code[/]'
    WHERE id IN (SELECT id FROM public.os_tasks ORDER BY id LIMIT 7);
UPDATE public.os_tasks SET name = E'[@click=app.leave]q[/]\ttab\u200b'
    WHERE id IN (SELECT id FROM public.os_tasks ORDER BY id DESC LIMIT 6);
"""
Picture = Callable[[str], Awaitable[None]]
Scenario = Callable[[OnData, Picture], Awaitable[None]]
Pose = Callable[..., None]


class Steady(SessionSource):
    """A source whose server has the same name in every run."""

    def open(self, progress: OnProgress) -> Server:
        return replace(super().open(progress), database="demo", word="DEMO")


@pytest.fixture(scope="module")
def demo(server: TestServer, template: str) -> Iterator[Database]:
    """A clone that is only looked at; some tasks of it have the same hostile name."""
    with a_clone(server, template) as database:
        database.run(_HOSTILE)
        yield database


@pytest.fixture
def pose(demo: Database, snapshot: SnapshotAssertion) -> Pose:
    album = snapshot.use_extension(Baselines)

    def posing(scenario: Scenario, size: tuple[int, int], login: str = "operator1", *, read_only: bool = False) -> None:
        async def run() -> None:
            source = Steady(Settings(dsn=demo.dsn(login), schema=SCHEMA, login=login, read_only=read_only))
            app = ConsoleApp(source, StillClock())
            async with app.run_test(size=size) as pilot:
                await app.complete()
                console = OnData(app, pilot, demo)

                async def picture(name: str) -> None:
                    await console.settled()
                    app.screen_stack[0].query_one(KeyLine).hush()
                    await pilot.pause()
                    assert app.export_screenshot() == album(name=name)

                try:
                    await console.until(lambda: app.state.readiness is not None and app.matrix.grid.table.total)
                    await opened(console)
                    await scenario(console, picture)
                finally:
                    app.poller.stop()
                    app.poller.ended(20)
                    source.close()

        asyncio.run(run())

    return posing


@SIZES
def test_an_operator_decides(pose: Pose, size: tuple[int, int]) -> None:
    async def scenario(console: OnData, picture: Picture) -> None:
        await go_to(console, "os_items")
        await picture("evidence")
        await go_to(console, "os_tasks")
        await console.press("i")
        await picture("all-evidence")
        await console.press("escape", "t")
        await console.settled()
        await console.press("ctrl+u")
        await console.type("name")
        await console.shows("7 rows give")
        await picture("hostile")
        await console.press("escape")
        await go_to(console, "os_items")
        await console.press("tab", "a", "g", "A", "a", "a")
        await go_to(console, "os_items")
        await picture("staged")
        await console.press("w")
        await console.shows("enter: prove and save")
        await picture("to-be-saved")
        await console.press("escape")
        await go_to(console, "iu_staging_payload")
        await picture("no-table")

    pose(scenario, size)


@pytest.mark.parametrize("size", [(80, 24)], ids=["80x24"])
def test_a_viewer_looks(pose: Pose, size: tuple[int, int]) -> None:
    async def scenario(console: OnData, picture: Picture) -> None:
        await go_to(console, "team")
        await picture("viewer")

    pose(scenario, size, "viewer1")


@pytest.mark.parametrize("size", [(120, 36)], ids=["120x36"])
def test_a_session_is_read_only(pose: Pose, size: tuple[int, int]) -> None:
    async def scenario(console: OnData, picture: Picture) -> None:
        await go_to(console, "team")
        await picture("read-only")

    pose(scenario, size, read_only=True)
