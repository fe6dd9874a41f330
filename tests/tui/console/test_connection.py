from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import ConsoleError
from tests.tui.driving import Driven, drive
from tests.tui.fakes import GONE, FakeSource, StillClock
from tui.runtime.background import Finished
from tui.runtime.poller import EVERY_SECONDS, MatrixRead, Poller, Progressed, Refreshed, RefreshFailed
from tui.runtime.row_counter import Counted
from tui.widgets.notice import Notice

if TYPE_CHECKING:
    from textual.message import Message


def test_the_frame_is_painted_while_the_connection_is_still_being_made(source: FakeSource) -> None:
    source.open_gate.clear()
    source.progress = ["starting PostgreSQL…"]

    async def scenario(console: Driven) -> None:
        await console.shows("starting PostgreSQL…")
        assert "birth_required_total" in console.screen()
        assert "1 Readiness" in console.screen()
        await console.press("2", "1")
        source.open_gate.set()
        await console.shows("QT-001 ✗ BLOCKED")
        assert "starting PostgreSQL" not in console.screen()

    drive(scenario, source, await_refresh=False)


def test_an_unreachable_server_is_told_with_its_hint_and_tried_again(source: FakeSource) -> None:
    source.failure = GONE

    async def scenario(console: Driven) -> None:
        await console.shows("NOT CONNECTED: server closed the connection unexpectedly")
        assert "Check that the server runs and can be reached." in console.screen()
        source.failure = None
        await console.shows("QT-001 ✗ BLOCKED")
        assert "NOT CONNECTED" not in console.screen()

    drive(scenario, source, await_refresh=False)


def test_a_lost_connection_keeps_the_figures_and_marks_them_stale(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        source.failure = GONE
        await console.press("r")
        await console.shows("STALE since 14:02:09: server closed the connection unexpectedly")
        assert "Next retry" in console.screen()
        assert "identity_unclassified_blockers      43" in console.screen()
        await console.press("2")
        assert len(console.names()) == 75
        assert "✗ STALE" in console.region("#status")
        source.failure = None
        await console.press("r")
        await console.until(lambda: "STALE" not in console.screen())
        assert not console.app.screen.query_one(Notice).display

    drive(scenario, source)


def test_retries_come_ever_later_but_never_end(source: FakeSource) -> None:
    source.failure = GONE
    told: list[Message] = []
    watch = Poller(source, told.append, StillClock())
    watch.painted()
    asked = [watch._refresh() for _ in range(10)]
    assert asked == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    faults = [each for each in told if isinstance(each, RefreshFailed)]
    assert [(each.retry_at - each.at).total_seconds() for each in faults] == asked
    source.failure = None
    assert watch._refresh() == EVERY_SECONDS
    source.failure = GONE
    assert watch._refresh() == 1


def test_a_defect_below_is_told_in_one_line_instead_of_ending_the_console(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        source.failure = ZeroDivisionError("division by zero")
        await console.press("r")
        await console.shows("STALE since 14:02:09: ZeroDivisionError: division by zero")
        assert "Traceback" not in console.screen()

    drive(scenario, source)


def test_a_read_only_session_and_its_environment_are_said_in_words(source: FakeSource) -> None:
    source.who = replace(source.who, word="PRODUCTION", read_only=True)

    async def scenario(console: Driven) -> None:
        assert " PRODUCTION " in console.region("#status")
        assert " READ-ONLY " in console.region("#status")

    drive(scenario, source, size=(120, 36))


def test_the_badges_stay_on_a_narrow_screen_and_the_reasons_give_way(source: FakeSource) -> None:
    source.who = replace(source.who, word="PRODUCTION", read_only=True)

    async def scenario(console: Driven) -> None:
        first = console.region("#status").splitlines()[0]
        assert " PRODUCTION " in first
        assert " READ-ONLY " in first
        assert "✗ BLOCKED" in first
        assert len(first) == 80

    drive(scenario, source)


def test_the_age_of_the_last_look_is_shown_and_a_look_makes_it_new(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        assert "12 ms  ↻ now" in console.region("#status")
        console.app.state.age = "10 s ago"
        await console.press("2", "j", "1")
        assert "12 ms  ↻ 10 s ago" in console.region("#status")
        await console.press("r")
        await console.shows("↻ now")

    drive(scenario, source)


def test_a_failed_refresh_ends_with_the_key_free_again(source: FakeSource) -> None:
    async def scenario(console: Driven) -> None:
        source.open_gate.clear()
        await console.press("r", "r")
        assert "Refresh: a refresh is already running" in console.screen()
        source.failure = ConsoleError("not now")
        source.open_gate.set()
        await console.shows("not now")
        source.failure = None
        await console.press("r")
        await console.until(lambda: console.app.state.fault is None)

    drive(scenario, source)


def test_what_a_thread_tells_after_the_console_was_left_is_dropped(source: FakeSource) -> None:
    left: list[Driven] = []

    async def scenario(console: Driven) -> None:
        left.append(console)

    drive(scenario, source)
    app, now = left[0].app, StillClock().now()
    before = app.state.refreshed_at
    app._finished(Finished(lambda: app.say("too late")))
    app._progressed(Progressed("too late"))
    app._refreshed(Refreshed(source.who, source.dashboard, now, 1.0))
    app._refresh_failed(RefreshFailed(GONE, now, now))
    app._matrix_read(MatrixRead([]))
    app._counted(Counted({}, 0))
    assert (app.state.refreshed_at, app.state.fault, app.state.progress) == (before, None, "")
