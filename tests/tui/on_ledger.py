"""What the tests of the Ledger pane share: a console on real data, with the pane open."""

from collections.abc import Awaitable, Callable

from core.services.backfill.apply_options import Options
from tests.databases import Database
from tests.tui.driving import OnData, drive_real
from tui.actions import BY_ID
from tui.ledger.pane import LedgerPane

BATCHES = Options(batch_size=50, patience=60)


def pane(console: OnData) -> LedgerPane:
    return console.app.screen_stack[0].query_one(LedgerPane)


async def opened(console: OnData) -> LedgerPane:
    """Go to the ledger, and wait until the run under the cursor is read."""
    await console.press("4")
    ledger = pane(console)
    await console.until(lambda: ledger._login is not None and (ledger.run is None or ledger.seen is not None))
    return ledger


async def answer(console: OnData, screen: type, text: str, shown: str = "") -> None:
    """Type a line into the question on the screen, and give it."""
    await console.until(lambda: isinstance(console.app.screen, screen))
    if shown:
        await console.shows(shown)
    await console.type(text)
    await console.press("enter")


def reason(console: OnData, action: str) -> str:
    return console.app.reason(BY_ID[action])


def on(
    database: Database, scenario: Callable[[OnData], Awaitable[None]], login: str = "operator1", **options: object
) -> None:
    drive_real(scenario, database, login, **options)  # type: ignore[arg-type]  # handed on as they are
