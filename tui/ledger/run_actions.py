"""The acceptance line from the keyboard: plan and reconcile here, and all that follows."""

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.domain.backfill import next_actions
from core.errors import ConsoleError
from tui.ledger import run_calls
from tui.ledger.apply_actions import ApplyActions
from tui.ledger.plan_dialog import ChoosePlan
from tui.ledger.proof_actions import ProofActions
from tui.widgets.prompt import Prompt
from tui.widgets.signs import count_of, rows_of

if TYPE_CHECKING:
    from core.services.backfill.plan import Plan

# Which reason of the domain forbids which action.
FORBIDDEN = {
    "run_plan": next_actions.PLAN,
    "run_reconcile": next_actions.RECONCILE,
    "run_apply": next_actions.APPLY,
    "run_pause": next_actions.PAUSE,
    "run_cancel": next_actions.CANCEL,
    "run_resize": next_actions.RESIZE,
    "run_certify": next_actions.CERTIFY,
    "run_rehearse": next_actions.REHEARSE,
    "run_withdraw": next_actions.WITHDRAW,
}
NOTE = "Note: what did you compare?"


class RunActions(ApplyActions, ProofActions):
    """What each key of the line does, and the command that does the same."""

    def plan(self) -> None:
        """Ask which collections, then plan them."""
        self.plan_these(())

    def plan_these(self, marked: Iterable[str]) -> None:
        """The same, with some of them marked to begin with."""
        choice = ChoosePlan(marked, self.host.state.tally)

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self._write("planning", lambda link: run_calls.plan(link, names, self._step), self._planned)

        def failed(error: ConsoleError) -> None:
            if choice.is_current:
                choice.dismiss(None)
            self._tell("Plan", error)

        self.host.push_screen(choice, chosen)
        read = lambda: self.host.source.read("ledger", run_calls.plannable)  # noqa: E731 - as short as its use
        self.host.work.start("ledger choice", read, choice.offer, failed, "reading the collections")

    def _planned(self, found: "Plan") -> None:
        skipped = f"; {count_of(len(found.skipped), 'broken collection')} skipped" if found.skipped else ""
        collections = count_of(len(found.run.entries), "collection")
        self.host.say(f"{found.run.name}: {rows_of(found.run.missing)} of {collections}{skipped}")
        self.read_again(found.run.run)

    def reconcile(self) -> None:
        """Ask for a note, then recount."""
        run = self._meant()

        def noted(note: str | None) -> None:
            if note is not None:
                self._write(
                    f"recounting {run.name}",
                    lambda link: run_calls.reconcile(link, run.run, note, self._step),
                    self._told,
                )

        self.host.push_screen(Prompt(f"Reconcile {run.name}", NOTE), noted)

    def line_twin(self, action_id: str) -> str:
        """The command line that does the same as a step of the line."""
        run = self.run
        number = "RUN" if run is None else str(run.run)
        paused = self.seen is not None and self.seen.progress.command != "run"
        return {
            "run_plan": "birth-console plan --all",
            "run_reconcile": f"birth-console reconcile {number} --note {shlex.quote('what you compared')}",
            "run_apply": f"birth-console apply {number} --detach",
            "run_pause": f"birth-console control {number} {'resume' if paused else 'pause'}",
            "run_cancel": f"birth-console control {number} cancel",
            "run_resize": f"birth-console control {number} --batch-size 500",
            "run_verify": f"birth-console verify {number}",
            "run_certify": f"birth-console certify {number} --note {shlex.quote('what you checked')}",
            "run_rehearse": f"birth-console apply {number} --dry-run",
            "run_withdraw": f"birth-console withdraw {number} --reason {shlex.quote('why')}",
            "audit": "birth-console audit",
        }.get(action_id, "")
