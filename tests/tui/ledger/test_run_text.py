"""What is said of a run: how far it is, and nothing that contradicts the counts above."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from core.domain.backfill.progress import ApplyProgress
from core.domain.backfill.runs import Accounting
from tests import small
from tests.databases import Database
from tests.tui.driving import DEADLINE_SECONDS, OnData
from tests.tui.on_ledger import on, opened
from tui.ledger import run_calls, run_text

OPEN, DONE = Accounting(40, registered=10), Accounting(40, registered=40)
IDLE = ApplyProgress(1, "applying", "run", None, "operator1", None, OPEN, {}, None, {}, ())
NOBODY = "no workers are running"


def said(progress: ApplyProgress, admitted: int | None = None, *, starting: bool = False) -> str:
    return run_text.pace(progress, None, admitted, starting=starting).plain.strip()


@pytest.mark.parametrize("status", ["applying", "planned"])
def test_of_an_apply_that_has_just_been_started_it_is_not_said_that_no_workers_are_running(status: str) -> None:
    begun = replace(IDLE, status=status)
    assert said(begun, starting=True).startswith("starting: its process connects")
    elsewhere = replace(begun, is_starting=True)
    assert said(elsewhere).startswith("starting: its process connects")


def test_without_workers_it_is_said_and_what_helps() -> None:
    assert said(IDLE) == f"{NOBODY}. A: resume"
    assert said(IDLE, 0) == f"{NOBODY}: the permits are used up (P)"
    assert said(IDLE, 20) == f"{NOBODY}: only 20 of 30 to go are admitted (P)"


def test_where_every_row_has_its_outcome_nothing_is_said_to_start_or_to_be_left() -> None:
    over = replace(IDLE, accounting=DONE)
    assert said(over, 0, starting=True) == "every row has its outcome. A: record the end"
    assert said(replace(over, is_ending=True)) == "every row has its outcome: the end is being recorded…"


def test_a_worker_is_counted_and_one_that_is_stopped_is_not_said_to_resume() -> None:
    assert said(replace(IDLE, states={"waiting": 1}), 0) == "1 worker waiting"
    assert said(replace(IDLE, command="pause")) == NOBODY


@pytest.mark.usefixtures("a_home")
def test_while_a_plan_is_made_the_pane_says_how_many_tables_and_rows_are_done(
    small_: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.fill(small_, goods=300, parts=40)
    looked_at, plan = threading.Event(), run_calls.plan

    def held(*given: Any) -> Any:  # noqa: ANN401 - as it is called
        found = plan(*given)
        looked_at.wait(DEADLINE_SECONDS)
        return found

    monkeypatch.setattr(run_calls, "plan", held)

    async def look(console: OnData) -> None:
        await opened(console)
        await console.press("p")
        await console.shows("enter: plan all 3")
        await console.press("enter")
        try:
            await console.shows("planned 3 of 3")
        finally:
            looked_at.set()
        await console.shows("run-1: 340 rows")
        assert "planned 3 of 3" not in console.screen()

    on(small_, look)
