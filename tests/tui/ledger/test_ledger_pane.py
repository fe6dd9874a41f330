"""The acceptance line from the console alone, on real databases: what each key does, and why it does nothing."""

import pytest
from textual.widget import Widget

from core.domain.filter import Filter
from core.services.backfill import control
from tests import line, small
from tests.databases import Database
from tests.tui.driving import OnData
from tests.tui.on_ledger import BATCHES, answer, on, opened, reason
from tui.actions import BY_ID
from tui.ledger.live_runs import NOT_READ, LiveRuns
from tui.ledger.run_actions import RunActions
from tui.widgets.confirm import Confirm
from tui.widgets.dialog import Dialog
from tui.widgets.prompt import Prompt

WIDE = (120, 36)

pytestmark = pytest.mark.usefixtures("a_home")


async def plans_and_reconciles(console: OnData) -> None:
    ledger = await opened(console)
    await console.shows("no run yet. p: plan")
    assert reason(console, "run_reconcile") == "there is no run"
    await console.press("p")
    await console.shows("enter: plan all 3")
    await console.press("slash")
    await console.type("code")  # the identity of goods and notes
    await console.press("enter", "asterisk")
    await console.shows("enter: plan 2 marked")
    await console.press("G", "space")  # not notes
    await console.shows("enter: plan 1 marked")
    await console.press("enter")
    await console.until(lambda: ledger.run is not None and ledger.seen is not None)
    assert ledger.run is not None
    assert [entry.collection for entry in ledger.run.entries] == ["goods"]
    await console.until(lambda: "not reconciled" in reason(console, "run_apply"))
    assert reason(console, "run_certify") == "needs birth_reviewer"
    assert reason(console, "run_pause") == "no session applies it"
    await console.press("c")
    await answer(console, Prompt, "equal")
    await console.shows("equal: 300 rows planned, 300 missing in the source")
    closed = "no open permit covers it; the QT-001 gate is blocked"
    await console.until(lambda: reason(console, "run_apply") == closed)
    await console.press("A")
    await console.shows("Apply: no open permit covers it")


async def apply_with(console: OnData, effort: str) -> None:
    await console.press("A")
    await console.until(lambda: isinstance(console.app.screen, Confirm))
    await console.press("tab", *["backspace"] * len("auto"))
    await console.type(effort)
    await console.press("tab")


async def applies_in_two_workers(console: OnData) -> None:
    await opened(console)
    assert reason(console, "run_apply") == ""
    await apply_with(console, "2 50")
    for fact in (
        "300 rows of run-1",
        f"{'goods':<26}{300:>10}   all  G-000001",
        "expected    no rate measured yet",
        "as operator1",
        "permit 1 by gatekeeper1",
        "2 workers, batches of 50",
    ):
        await console.shows(fact)
    await console.press("enter")  # Cancel is what enter means
    await console.until(lambda: not isinstance(console.app.screen, Confirm))
    assert console.database.value("SELECT status FROM birth.birth_backfill_run") == "reconciled"
    await apply_with(console, "65")
    await answer(console, Confirm, "run-1", shown="300 rows of run-1")
    await console.shows("invalid: auto or 1 to 64 workers")
    await console.press("tab", *["backspace"] * 2)
    await console.type("2 50")
    await console.press("enter", "enter")  # to the other line, where the name stands
    await console.shows("✓ applied")
    await console.shows("300 planned = 300 registered")
    await console.until(lambda: reason(console, "run_apply") == "the run is applied")


async def verifies_and_certifies(console: OnData) -> None:
    ledger = await opened(console)
    assert reason(console, "run_plan") == "needs birth_operator"
    assert reason(console, "run_certify") == "verify the run first"
    assert reason(console, "run_gates") == "verify it first (V)"
    await console.press("V")
    await console.until(lambda: ledger.shows == "gates")
    assert console.region("#gates").count("✓ passed") == 14
    await console.press("enter", "G")
    await console.shows("planned_by operator1")
    await console.press("escape", "escape")
    await console.press("C")
    await answer(console, Confirm, "all ten")
    await answer(console, Confirm, "run-1", shown="certifies   run-1, 300 rows registered")
    await console.until(lambda: ledger.seen is not None and ledger.seen.certificate is not None)
    digest = console.database.value("SELECT evidence_digest FROM birth.birth_backfill_certificate")
    head = console.database.value("SELECT encode(hash, 'hex') FROM birth.birth_ledger_head")
    for shown in (digest, head, '"all ten"', "★ certified"):
        await console.shows(shown)
    assert reason(console, "run_certify") == "already certified"
    await console.press("a")
    await console.shows("the chain is whole")


def test_three_logins_walk_the_whole_line(small_: Database) -> None:
    small.fill(small_, goods=300, parts=40)
    on(small_, plans_and_reconciles)
    line.open_permit(small_)
    on(small_, applies_in_two_workers)
    on(small_, verifies_and_certifies, "reviewer1")


def test_a_run_that_a_filter_brings_under_the_cursor_is_read_although_another_answer_showed_it_first(
    small_: Database,
) -> None:
    small.done(small_, small.a_run(small_, "goods", goods=20))
    small.fill(small_, notes=5)
    small.reconciled(small_, "notes")

    async def look(console: OnData) -> None:
        ledger = await opened(console)
        await console.until(lambda: ledger.seen is not None and ledger.seen.run.run == 2)
        ledger.runs.grid.show_only(Filter("run-1"))
        ledger.doing("")
        await console.until(lambda: ledger.seen is not None and ledger.seen.run.run == 1)
        await console.shows("20 planned = 20 registered")

    on(small_, look)


def test_what_changed_since_the_reviewer_verified_is_not_certified(small_: Database) -> None:
    run = small.a_run(small_, goods=20)
    small.done(small_, run)

    async def late(console: OnData) -> None:
        await opened(console)
        await console.press("V")
        await console.shows("verified gates")
        small_.run("UPDATE birth.birth_backfill_batch SET claimed_person = 'somebody else'")
        await console.press("C")
        await answer(console, Confirm, "looked")
        await answer(console, Confirm, "run-1")
        await console.shows("evidence_changed")
        assert small_.value("SELECT count(*) FROM birth.birth_backfill_certificate") == 0

    on(small_, late, "reviewer1")


def test_who_had_a_hand_in_a_run_is_told_so_and_a_viewer_may_only_look(small_: Database) -> None:
    small_.run("GRANT birth_reviewer TO operator1")
    run = small.a_run(small_)
    small.done(small_, run)

    async def both(console: OnData) -> None:
        await opened(console)
        assert "you planned this run" in reason(console, "run_certify")
        assert "you applied this run" in reason(console, "run_certify")

    async def viewer(console: OnData) -> None:
        await opened(console)
        for action in ("run_plan", "run_reconcile", "run_apply", "run_pause", "run_cancel", "run_resize"):
            assert reason(console, action) == "needs birth_operator"
            await console.press(BY_ID[action].keys[0])
            await console.shows(f"{BY_ID[action].title}: needs birth_operator")
        for action in ("run_verify", "audit", "run_diff", "run_sql", "run_open"):
            assert reason(console, action) == ""
        await console.press("i")
        await console.shows("-- plan of goods")

    async def reader(console: OnData) -> None:
        await opened(console)
        assert reason(console, "run_plan") == "this session is read-only"

    try:
        on(small_, both)
    finally:
        small_.run("REVOKE birth_reviewer FROM operator1")
    on(small_, viewer, "viewer1")
    on(small_, reader, read_only=True)


def test_a_run_that_another_process_applies_is_followed_paused_resized_and_cancelled(small_: Database) -> None:
    small.registering(small_, before=small.AT_ROW_120 + small.AT_ROW_170)
    run = small.a_run(small_, goods=300)

    async def steer(console: OnData) -> None:
        ledger = await opened(console)
        await console.until(lambda: small.is_waited_for(small_, 7))
        await console.press("r")
        await console.shows("33%  100 of 300 rows")
        await console.shows("1 worker applying")
        assert reason(console, "run_reconcile") == "the run is applying"
        await console.press("space")
        await console.shows("‖ paused by operator2")
        await console.until(lambda: reason(console, "run_apply") == "paused by operator2: resume it first")
        await console.press("b")
        await answer(console, Prompt, "")  # 0 as it stands
        await console.until(lambda: not isinstance(console.app.screen, Prompt))
        await console.press("b", "end", "backspace")
        await answer(console, Prompt, "40", shown="Rows per batch")
        await console.shows("batches of 40 (set)")
        await console.press("space")
        await console.until(lambda: reason(console, "run_apply") == "")
        await console.press("K")
        await answer(console, Confirm, "run-2")  # a wrong name: enter does nothing
        await console.shows("does not match `run-1`")
        await console.shows("esc: Keep it running")
        await console.press("escape")
        await console.press("K")
        await answer(console, Confirm, "run-1", shown="Registered rows stay registered")
        await console.shows("✗ cancelled")
        assert reason(console, "run_cancel") == "already cancelled"
        assert ledger.run is not None

    with small.a_lock(small_, 7) as holder:
        with small.driving(small_, run, BATCHES) as driven:
            on(small_, steer, "operator2")
            holder.execute("SELECT pg_advisory_unlock(7)")
        assert driven.code.endswith("cancelled")
    assert small_.value("SELECT batch_size FROM birth.birth_backfill_control") == 40


@pytest.mark.long
def test_permits_that_do_not_cover_the_rest_are_told_where_an_apply_stopped_and_before_the_next(
    small_: Database,
) -> None:
    line.open_permit(small_, 120)
    small.fill(small_, goods=300)
    small.drive(small_, small.reconciled(small_, "goods"), BATCHES)

    async def look(console: OnData) -> None:
        await opened(console)
        await console.shows("no workers are running: only 20 of 200 to go are admitted (P)")
        await console.press("A")
        await console.shows("! 20 rows of 200 admitted. Then it stops until another")
        await console.press("escape")
        line.open_permit(small_, 180)
        await console.press("r")
        await console.shows("no workers are running. A: resume")
        await console.press("A")
        await console.shows("permit 2 by gatekeeper1: 180 rows left")
        assert "admitted" not in console.screen()

    on(small_, look)


def test_a_cancel_is_taken_back_by_typing_and_nothing_goes_on_by_itself(small_: Database) -> None:
    run = small.a_run(small_, goods=20)
    with small_.connect("operator1") as operator:
        control.send(operator, run, "cancel")

    async def revive(console: OnData) -> None:
        await opened(console)
        await console.shows("✗ cancelled by operator1")
        await console.press("space", "enter")
        assert small_.value("SELECT command FROM birth.birth_backfill_control") == "cancel"
        await console.press("space")
        await answer(console, Confirm, "run-1", shown="No row is registered until an operator applies it")
        await console.shows("run-1: resumed. No workers are running. A: apply")
        await console.until(lambda: reason(console, "run_apply") != NOT_READ)
        await console.until(lambda: "cancelled by" not in console.screen())

    on(small_, revive)


def test_the_run_goes_on_while_the_console_has_lost_the_server_and_it_catches_up(small_: Database) -> None:
    small.registering(small_, before=small.AT_ROW_120 + small.AT_ROW_170)
    run = small.a_run(small_, goods=300)

    async def lose(console: OnData) -> None:
        ledger = await opened(console)
        await console.until(lambda: small.is_waited_for(small_, 7))
        await console.press("r")
        await console.shows("100 of 300 rows")
        # No role may come in: as if the network were gone for this console, but not for the apply.
        small_.run("ALTER ROLE viewer1 NOLOGIN")
        small_.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'viewer1' AND datname = current_database()"
        )
        await console.shows("STALE")
        await console.shows("100 of 300 rows")
        holder.execute("SELECT pg_advisory_unlock(7)")
        await console.until(lambda: small.is_waited_for(small_, 8))
        small_.run("ALTER ROLE viewer1 LOGIN")
        await console.shows("150 of 300 rows")
        second.execute("SELECT pg_advisory_unlock(8)")
        await console.shows("✓ applied")
        await console.shows("300 planned = 300 registered")
        await console.until(lambda: not ledger._lost)

    try:
        with small.a_lock(small_, 7) as holder, small.a_lock(small_, 8) as second, small.driving(small_, run, BATCHES):
            on(small_, lose, "viewer1")
    finally:
        small_.run("ALTER ROLE viewer1 LOGIN")


def test_a_gate_that_closes_between_the_question_and_the_answer_is_named(small_: Database) -> None:
    small.a_run(small_)

    async def refused(console: OnData) -> None:
        await opened(console)
        await console.press("A")
        await console.shows("300 rows of run-1")
        small_.run("UPDATE birth.birth_admission_permit SET expires_at = clock_timestamp() - interval '1 s'")
        await console.type("run-1")
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, Dialog))
        await console.shows("permit_in_scope")
        await console.press("escape")
        await console.until(lambda: "no open permit" in reason(console, "run_apply"))

    on(small_, refused)


def test_the_card_follows_the_cursor_also_where_a_filter_or_an_order_moves_it(small_: Database) -> None:
    small.a_run(small_, "goods")
    small.reconciled(small_, "notes")

    async def follow(console: OnData) -> None:
        ledger = await opened(console)
        await console.shows("operator1, 0 rows of 1 collection")
        await console.press("slash")
        await console.type("goods")
        await console.press("enter")
        await console.shows("operator1, 300 rows of 1 collection")
        await console.press("escape", "S")
        assert ledger.run is not None
        await console.press("g")
        await console.shows("operator1, 300 rows of 1 collection")
        await console.press("j")
        await console.shows("operator1, 0 rows of 1 collection")

    on(small_, follow)


def test_nothing_is_asked_of_the_server_and_nothing_is_painted_while_nothing_is_applied(small_: Database) -> None:
    small.a_run(small_)

    async def idle(console: OnData) -> None:
        ledger = await opened(console)
        await console.settled()
        assert ledger.card._timer is None

    on(small_, idle)


def test_every_action_names_its_twin_on_the_command_line(small_: Database) -> None:
    small.a_run(small_)

    async def twins(console: OnData) -> None:
        ledger = await opened(console)
        for action in BY_ID.values():
            if action.place == "ledger" and action.id != "run_back":
                assert ledger.twin(action.id).startswith("birth-console "), action.id
            if action.place == "diff":
                assert ledger.diff.twin(action.id).startswith("birth-console ledger diff"), action.id
        assert ledger.twin("run_apply") == "birth-console apply 1 --detach"

    on(small_, twins)


@pytest.mark.parametrize("part", [RunActions, LiveRuns])
def test_a_part_of_the_pane_that_leaves_something_open_cannot_be_built(part: type[Widget]) -> None:
    with pytest.raises(TypeError, match="abstract"):
        part(id="ledger")
