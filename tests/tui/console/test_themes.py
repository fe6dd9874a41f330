"""What operators see of Readiness and Matrix, as pictures: one running console poses for all of them at each size."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from core.domain.classify.identity import Proof
from core.domain.overview.activity import LastSeen, LedgerEvent
from core.domain.overview.burndown import Burndown, Point
from core.domain.overview.contract import ReadableSql, Terms, contract
from core.domain.overview.matrix import Facts, judge
from core.domain.overview.readiness import Claim, Readiness
from core.errors import NotAllowed
from core.services.overview.presence import Present
from tests.tui.conftest import Baselines
from tests.tui.driving import Driven
from tests.tui.fakes import GONE, FakeSource, StillClock, readiness
from tui.app import ConsoleApp
from tui.matrix.contract_screen import ContractScreen
from tui.readiness.pane import ReadinessPane
from tui.runtime.dashboard_context import DashboardContext
from tui.runtime.state import figures

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
MARKUP, CONTROL = "[bold red]not markup[/]", "\x1b[31m\u202eevil"
DAY = datetime(2026, 6, 6, 8, 0, tzinfo=UTC)
Pose = Callable[[str], Awaitable[None]]


@pytest.fixture(autouse=True)
def _no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console that tries again while it poses would show another time."""
    monkeypatch.setattr("tui.runtime.poller.FIRST_RETRY", 60.0)


def pose(
    source: FakeSource,
    snapshot: SnapshotAssertion,
    size: tuple[int, int],
    scenario: Callable[[Driven, Pose], Awaitable[None]],
) -> None:
    """Run a scenario that asks for pictures by name."""
    album = snapshot.use_extension(Baselines)

    async def run() -> None:
        app = ConsoleApp(source, StillClock())
        async with app.run_test(size=size) as pilot:
            await app.complete()

            async def picture(name: str) -> None:
                await driven.rests()
                assert app.export_screenshot() == album(name=name)

            driven = Driven(app, pilot, source)
            try:
                await scenario(driven, picture)
            finally:
                app.poller.stop()
                source.close()

    asyncio.run(run())


def around(dashboard: Readiness) -> DashboardContext:
    """A day's work: two logins classified, a gatekeeper opened a permit, a run was planned and half applied."""

    def event(minutes: int, actor: str, kind: str, subject: str, became: str = "") -> LedgerEvent:
        return LedgerEvent(minutes, DAY + timedelta(minutes=minutes), actor, kind, subject, became)

    return DashboardContext(
        head=99,
        events=(
            event(350, "operator1", "steered", "run-1", "pause"),
            event(340, "operator1", "planned", "run-1"),
            event(300, "gatekeeper1", "permit_opened", "permit 1"),
            event(290, "gatekeeper1", "policy_decided", "iu_staging_payload", "EXEMPT"),
            event(242, "operator2", "identity_classified", "doc_reviews"),
            event(241, "operator2", "identity_classified", "knowledge_documents"),
        ),
        others=(Present("operator2", "71@bastion", 2, None), Present("operator1", "80@bastion", 1, 1)),
        burndown=Burndown(
            tuple(
                Point(step, max(43 - step, 0), None if step < 30 else 90_000 - 1_500 * (step - 30))
                for step in range(60)
            )
        ),
        last=LastSeen(1, figures(dashboard)),
    )


@SIZES
def test_readiness(source: FakeSource, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    source.open_gate.clear()
    source.progress = ["starting PostgreSQL…"]

    async def look(console: Driven) -> None:
        before = source.looks
        await console.press("r")
        await console.until(lambda: source.looks > before and not console.app.state.refreshing)

    async def scenario(console: Driven, picture: Pose) -> None:
        pane = console.app.query_one(ReadinessPane)
        await console.shows("starting PostgreSQL…")
        await picture("connecting")
        source.open_gate.set()
        await console.until(lambda: console.app.matrix.grid.table.total)
        await picture("normal")
        before, source.dashboard = source.dashboard, readiness(resolvable=74, permits=1)
        await look(console)
        console.app.state.changes.clear()
        pane._heard(around(before))
        await picture("after-a-day")
        source.who = replace(source.who, login="viewer1", read_only=True, word="PRODUCTION")
        await look(console)
        await picture("read-only")
        source.who = replace(source.who, login=CONTROL, database=MARKUP)
        claims = tuple(Claim(text, text, text, text, text) for text in (MARKUP, CONTROL))
        source.dashboard = replace(before, metrics={**before.metrics, "qt001_gate": CONTROL}, claims=claims)
        event = LedgerEvent(100, DAY, CONTROL, MARKUP, CONTROL)
        await look(console)
        pane._heard(DashboardContext(100, (event,), (Present(MARKUP, "", 1, None),), None))
        await picture("hostile")
        source.failure = GONE
        await console.press("r")
        await console.shows("STALE since")
        await picture("lost")

    pose(source, snapshot, size, scenario)


@SIZES
def test_matrix(source: FakeSource, snapshot: SnapshotAssertion, size: tuple[int, int]) -> None:
    source.counts["agents"] = NotAllowed("permission denied for table agents")
    usual = source.rows

    async def load(console: Driven, rows: int) -> None:
        await console.press("r")
        await console.until(lambda: console.app.matrix.grid.table.total == rows and not console.app.state.refreshing)
        await console.until(lambda: console.app.matrix._left is None)

    async def scenario(console: Driven, picture: Pose) -> None:
        await console.until(lambda: console.app.matrix.grid.table.total)
        await console.press("2")
        await console.counted()
        await console.press("j", "j")
        await picture("normal")
        await console.press("space", "space", "v", "j", "j")
        await picture("marks")
        await console.press("v", "l", "l", "l", "l", "l")
        await picture("sideways")
        await console.press("escape", "escape", "slash")
        await console.type("!unclassified")
        await picture("filtered")
        await console.type("zzz")
        await console.press(*["left"] * 3, *["backspace"] * 13)
        await picture("no-match")
        await console.press("escape", "g", "j", "enter")
        await picture("uncounted")
        screen = console.app.screen
        assert isinstance(screen, ContractScreen)
        facts = Facts("agents", "governed", "REQUIRED", "column", "code", True, "agents", "enabled")  # noqa: FBT003 - a fact
        proof = Proof(14, 0, 0, 13, 0, 9, 0, 0, 0, duplicate_examples=({"code": "A-1", "rows": 2},))
        screen._found(
            contract(
                Terms(facts, register_function=True, bound=True, proof=proof),
                (ReadableSql("counts source and registered rows", f'SELECT count(*)\nFROM "{MARKUP}" -- 3'),),
            )
        )
        await console.press("plus")
        await picture("contract")
        await console.press("escape")
        source.rows = [
            judge(Facts(name, name, name, name, name, True, name, name))  # noqa: FBT003 - eight of one kind
            for name in (MARKUP, CONTROL)
        ]
        await load(console, 2)
        await picture("hostile")
        source.rows = []
        await load(console, 0)
        await picture("empty")
        source.rows = usual
        source.who = replace(source.who, login="viewer1", read_only=True)
        await load(console, len(usual))
        source.failure = GONE
        await console.press("r")
        await console.shows("STALE since")
        await picture("lost-read-only")

    pose(source, snapshot, size, scenario)
