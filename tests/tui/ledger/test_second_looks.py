"""A dry run, a withdrawal and a retirement from the console: what each key asks, does, and why it does nothing."""

import pytest

from core.domain.overview.matrix import MatrixRow
from tests import small
from tests.databases import Database
from tests.tui.driving import OnData
from tests.tui.on_ledger import answer, on, opened, reason
from tui.matrix.pane import MatrixPane
from tui.widgets.confirm import Confirm
from tui.widgets.dialog import Dialog

pytestmark = pytest.mark.usefixtures("a_home")


async def tries_the_apply(console: OnData) -> None:
    ledger = await opened(console)
    await console.until(lambda: reason(console, "run_rehearse") == "")
    assert reason(console, "run_withdraw") == "it has registered nothing"
    assert ledger.twin("run_rehearse") == "birth-console apply 1 --dry-run"
    await console.press("R")
    await console.until(lambda: isinstance(console.app.screen, Dialog))
    await console.shows("29 would register, 1 would be refused")
    await console.shows("! goods G-000007 22023 no G-000007 here")
    assert console.database.value("SELECT count(*) FROM birth.birth_registry") == 0


async def withdraws(console: OnData) -> None:
    ledger = await opened(console)
    off = "off: an administrator runs `birth-console init --allow-withdraw`"
    await console.until(lambda: reason(console, "run_withdraw") == off)
    console.database.run("SELECT birth._birth_withdraw_allow()")
    await console.press("r")
    await console.until(lambda: reason(console, "run_withdraw") == "")
    assert ledger.twin("run_withdraw") == "birth-console withdraw 1 --reason why"
    await console.press("W")
    await answer(console, Confirm, "wrong column")
    await answer(console, Confirm, "run-1", shown="the registry rows that run-1 wrote")
    await console.shows("run-2 takes back 30 rows")
    await console.until(lambda: ledger.run is not None and ledger.run.run == 2 and ledger.seen is not None)
    await console.until(lambda: reason(console, "run_rehearse") == "a withdrawal registers nothing")
    assert reason(console, "run_withdraw") == "it withdraws run-1 itself: plan again"
    await console.press("d")
    await console.shows("to withdraw")


async def retires(console: OnData) -> None:
    await console.press("2")
    matrix = console.app.screen_stack[0].query_one(MatrixPane)

    def row() -> MatrixRow | None:
        return matrix.grid.row_at_cursor()

    await console.until(lambda: (here := row()) is not None and here.counts is not None)
    assert reason(console, "retire") == ""  # goods
    assert matrix.twin("retire") == "birth-console classify goods --retire --reason why"
    await console.press("x")
    await answer(console, Confirm, "its numbers are reused")
    await answer(console, Confirm, "goods", shown="keeps    the codes of registered rows, 30 of them")
    await console.until(lambda: reason(console, "retire") == "the collection has no identity")
    actions = "SELECT string_agg(action, ' ' ORDER BY version) FROM birth.birth_identity_history"
    assert console.database.value(f"{actions} WHERE collection_name = 'goods'").endswith("retired")
    await console.press("j")
    await console.until(lambda: reason(console, "retire") == "no row is registered under it")


async def withdraws_and_retires(console: OnData) -> None:
    await withdraws(console)
    await retires(console)


def test_an_apply_is_tried_a_run_withdrawn_and_an_identity_retired_by_a_key(small_: Database) -> None:
    small_.run("CREATE TABLE public.unwanted AS SELECT 'G-000007' AS code; GRANT SELECT ON public.unwanted TO PUBLIC")
    small.registering(
        small_,
        before="IF EXISTS (SELECT FROM public.unwanted AS u WHERE u.code = p_entity_code) THEN"
        " RAISE 'no % here', p_entity_code USING ERRCODE = '22023'; END IF;",
    )
    run = small.a_run(small_, "goods", goods=30)
    on(small_, tries_the_apply)
    small_.run("DELETE FROM public.unwanted")
    small.done(small_, run)
    on(small_, withdraws_and_retires)
