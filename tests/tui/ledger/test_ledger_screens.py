"""What the ledger looks like, as pictures, on a real database brought into each state once."""

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from core.domain.backfill.preview import Rate
from core.services.backfill import control
from core.services.backfill.apply_options import Options
from core.services.backfill.next_actions import Intent
from core.services.session import Server
from core.settings import Settings
from tests import small
from tests.databases import SCHEMA, Database, TestServer, a_clone
from tests.tui.driving import OnData
from tests.tui.fakes import GONE, StillClock
from tests.tui.on_ledger import opened
from tui.actions import BY_ID
from tui.app import ConsoleApp
from tui.ledger import live_runs
from tui.runtime import poller
from tui.runtime.source import Link, OnProgress, Result, SessionSource

Compare = Callable[..., bool]
Steps = Callable[[OnData], Awaitable[None]]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
_HOSTILE = r"""
SET session_replication_role = replica;
INSERT INTO public.goods VALUES (900, E'A \x1b[31mred\u202e [bold]code', 1), (901, E'A\ttab\u200b', 1);
"""
_POISON = r"IF p_entity_code LIKE 'A%%tab%%' THEN RAISE E'no [red]room\x1b[2J\u202e' USING ERRCODE = '23514'; END IF;"


class Steady(SessionSource):
    """A source whose server has the same name in every run."""

    def open(self, progress: OnProgress) -> Server:
        return replace(super().open(progress), database="demo", word="DEMO")

    def read(self, use: str, call: Callable[[Link], Result]) -> Result:
        found = super().read(use, call)
        if not isinstance(found, Intent):
            return found
        rate = Rate(batches=20, slow=2_000, fast=4_000)
        return replace(found, preview=replace(found.preview, database="demo", rate=rate))


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(live_runs, "QUIET_SECONDS", 0.2)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="module")
def prepared(server: TestServer, small_template: str) -> Iterator[Database]:
    """A superseded plan, an applied run with hostile rows, and one that is paused on its way."""
    with a_clone(server, small_template) as database:
        small.registering(database, before=_POISON.replace("%%", "%"))
        small.a_run(database, "goods", goods=40)
        database.run(_HOSTILE)
        second = small.reconciled(database, "goods")
        for _ in range(2):  # what the canary sets aside stops the run; it is looked at, and goes on
            small.drive(database, second, Options(batch_size=20, patience=20))
        small.fill(database, parts=300, notes=3)
        small.reconciled(database, "notes")
        fourth = small.reconciled(database, "parts")
        small.drive(database, fourth, Options(batch_size=100, max_batches=1, patience=20))
        with database.connect("operator2") as steering:
            control.send(steering, fourth, "pause", 100, "lunch")
        database.run(
            "SET session_replication_role = replica;"
            "UPDATE birth.birth_backfill_run SET planned_at = '2026-06-06 14:02Z';"
            "UPDATE birth.birth_admission_permit SET expires_at = '2036-06-06 14:02Z'"
        )
        yield database


def look(
    database: Database, steps: Steps, login: str, *, read_only: bool = False
) -> tuple[ConsoleApp, Callable[[Pilot[None]], Awaitable[None]], SessionSource]:
    source = Steady(Settings(dsn=database.dsn(login), schema=SCHEMA, login=login, read_only=read_only))
    app = ConsoleApp(source, StillClock())

    async def before(pilot: Pilot[None]) -> None:
        console = OnData(app, pilot, database)
        await console.until(lambda: app.state.readiness is not None)
        await opened(console)
        await steps(console)
        await console.settled()
        await console.rests()

    return app, before, source


@pytest.fixture
def seen(snap_compare: Compare) -> Callable[..., None]:
    def compare(
        database: Database, steps: Steps, size: tuple[int, int], login: str = "operator1", *, read_only: bool = False
    ) -> None:
        app, before, source = look(database, steps, login, read_only=read_only)
        try:
            assert snap_compare(app, run_before=before, terminal_size=size)
        finally:
            app.poller.stop()
            app.poller.ended(20)
            source.close()

    return compare


async def nothing(_: OnData) -> None:
    """As it opens."""


@SIZES
def test_a_run_that_is_paused(prepared: Database, seen: Callable[..., None], size: tuple[int, int]) -> None:
    seen(prepared, nothing, size)


def test_an_empty_ledger(small: Database, seen: Callable[..., None]) -> None:
    seen(small, nothing, (80, 24))


@SIZES
def test_gates_as_verified(prepared: Database, seen: Callable[..., None], size: tuple[int, int]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("j", "j", "V")
        await console.shows("verified gates")
        await console.press("j", "j")

    seen(prepared, steps, size, "reviewer1")


@SIZES
def test_rows_with_hostile_codes(prepared: Database, seen: Callable[..., None], size: tuple[int, int]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("j", "j", "d")
        await console.shows("to item")

    seen(prepared, steps, size, "viewer1")


def test_only_what_was_set_aside(prepared: Database, seen: Callable[..., None]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("j", "j", "d", "exclamation_mark")
        await console.shows("23514")

    seen(prepared, steps, (80, 24), read_only=True)


def test_a_plan_beside_the_one_before_it(prepared: Database, seen: Callable[..., None]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("j", "j", "D")
        await console.shows("rows")

    seen(prepared, steps, (120, 36))


def test_entries(prepared: Database, seen: Callable[..., None]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("j", "j", "enter")

    seen(prepared, steps, (80, 24))


def test_runs_filtered_by_a_gatekeeper(prepared: Database, seen: Callable[..., None]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("slash")
        await console.type("superseded")
        await console.press("enter")
        await console.settled()
        await console.press("r")
        await console.shows("40 planned = 0 registered + 40 to go")

    seen(prepared, steps, (80, 24), "gatekeeper1")


def test_a_lost_server(prepared: Database, seen: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(console: OnData) -> None:
        def lost(*_: object) -> None:
            raise GONE

        monkeypatch.setattr(poller, "FIRST_RETRY", 60.0)
        monkeypatch.setattr(console.app.source, "read", lost)
        await console.press("r")
        await console.shows("STALE:")

    seen(prepared, steps, (80, 24))


@SIZES
def test_the_question_before_an_apply(prepared: Database, seen: Callable[..., None], size: tuple[int, int]) -> None:
    async def steps(console: OnData) -> None:
        await console.press("j")
        await console.until(lambda: not console.app.reason(BY_ID["run_apply"]))
        await console.press("A")
        await console.shows("under")

    seen(prepared, steps, size)
