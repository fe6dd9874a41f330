"""A server that stops answering: it is told, and no key takes effect late. The server really is at a standstill."""

import psycopg
import pytest

from tests.databases import Database
from tests.standstill import at_a_standstill
from tests.tui.driving import OnData
from tests.tui.on_ledger import answer, on, opened, reason
from tui.runtime import poller
from tui.runtime import source as sources
from tui.runtime.poller import Clock
from tui.widgets.dialog import Dialog
from tui.widgets.prompt import Prompt

pytestmark = pytest.mark.usefixtures("a_home")


class QuickClock(Clock):
    step = 0.2


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console's own times, twenty times as short."""
    monkeypatch.setattr(poller, "PULSE_SECONDS", 0.3)
    monkeypatch.setattr("tui.console.app_actions.SILENT_SECONDS", 0.5)
    monkeypatch.setattr(poller, "SILENT_SECONDS", 0.5)
    monkeypatch.setattr(sources, "ANSWER_SECONDS", 0.4)


async def meets_a_standstill(console: OnData) -> None:
    await opened(console)
    await console.press("p")
    await console.shows("enter: plan all 3")
    await console.press("enter")
    await console.until(lambda: reason(console, "run_reconcile") == "")
    await console.settled()
    await console.press("c")
    await console.until(lambda: isinstance(console.app.screen, Prompt))
    with at_a_standstill(console.database):
        # Nothing is known yet: the key is sent only to a server that answers.
        await answer(console, Prompt, "too late")
        await console.shows("NO ANSWER since")
        assert "QT-001 was ✗ BLOCKED" in console.screen()
        await console.until(lambda: isinstance(console.app.screen, Dialog))
        await console.shows("No answer: recounting run-1")
        await console.press("escape")
        # Now it is known: it is said at once, and of each key.
        await console.until(lambda: "no answer from the server since" in reason(console, "run_verify"))
        await console.press("V")
        await console.shows("Verify: not sent: no answer from the server since")
        await console.press("1")
        await console.shows("Gate conditions")
    await console.until(lambda: "NO ANSWER" not in console.screen() and console.app.state.silent_since is None)
    assert "QT-001 ✗ BLOCKED" in console.region("#status")
    await console.press("4")
    await console.until(lambda: reason(console, "run_reconcile") == "" and not console.app.work.waiting())
    assert console.database.value("SELECT status FROM birth.birth_backfill_run") == "planned"
    assert console.database.value("SELECT count(*) FROM birth.birth_ledger_event WHERE kind = 'reconciled'") == 0


def test_a_server_at_a_standstill_is_told_and_a_key_pressed_meanwhile_has_no_late_effect(small_: Database) -> None:
    on(small_, meets_a_standstill, clock=QuickClock())


async def waits_for_what_was_sent(console: OnData) -> None:
    """A write that is on its way when the server stops answering: its outcome is unknown, and then told."""
    await opened(console)
    with psycopg.connect(console.database.dsn("postgres")) as locked:
        locked.execute("SELECT 1 FROM birth.birth_ledger_head FOR UPDATE")
        await console.press("p")
        await console.shows("enter: plan all 3")
        await console.press("enter")
        await console.until(console.app.work.waiting)
        await console.until(lambda: locked.execute(WAITING).fetchone() == (1,))
        with at_a_standstill(console.database):
            await console.shows("NO ANSWER since")
            await console.shows("outcome unknown")
            await console.shows("Its outcome is not known yet.")
            await console.press("escape")
        locked.rollback()
        await console.until(lambda: any("it took effect" in each.text for each in console.app.said))
    await console.shows("run-1")


WAITING = "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def test_the_outcome_of_a_write_that_was_sent_is_unknown_until_the_server_answers(small_: Database) -> None:
    on(small_, waits_for_what_was_sent, clock=QuickClock())
