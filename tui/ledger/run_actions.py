"""The acceptance line from the keyboard: plan, reconcile, apply, control, verify, certify, audit."""

import shlex
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from textual.content import Content

from core.domain.backfill import next_actions
from core.domain.backfill.progress import Effort
from core.domain.backfill.runs import Run
from core.domain.text import visible
from core.errors import ConsoleError
from tui.ledger import dialog_text, run_calls
from tui.ledger.plan_dialog import ChoosePlan
from tui.ledger.reads import RunDetails
from tui.ledger.typeahead_guard import TypeaheadGuard
from tui.pane import Pane, Unfinished
from tui.runtime.source import NO_ANSWER, Link
from tui.widgets.confirm import Confirm
from tui.widgets.dialog import Dialog
from tui.widgets.prompt import Prompt
from tui.widgets.signs import count_of, rows_of

if TYPE_CHECKING:
    from core.domain.steps import Step
    from core.services.backfill.background import Detached
    from core.services.backfill.control import Control
    from core.services.backfill.next_actions import Intent
    from core.services.backfill.plan import Plan
    from core.services.trust.verify import Verification

Result = TypeVar("Result")
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
CONTROLLING = {"pause": "pausing", "resume": "resuming", "cancel": "cancelling", None: "setting the batch size of"}
NOTE = "Note: what did you compare?"
STAND = "Note, kept in the certificate: what did you check?"
SIZE = "Rows per batch (1 to 10,000; 0: adaptive):"
EFFORT = "Workers (auto, or 1 to 64), then rows per batch (1 to 10,000; default adaptive):"


class RunActions(Pane, metaclass=Unfinished):
    """What each key of the line does. The pane says which run is meant, and shows what came of it."""

    verified: "dict[int, Verification]"

    @property
    @abstractmethod
    def run(self) -> Run | None:
        """The run under the cursor."""

    @property
    @abstractmethod
    def seen(self) -> RunDetails | None:
        """Everything known of that run, once it is read."""

    @abstractmethod
    def doing(self, what: str) -> None:
        """Show what is under way; an empty text ends it."""

    @abstractmethod
    def has_started(self, run: int) -> None:
        """A process was started for a run."""

    @abstractmethod
    def read_again(self, then_to: int | None = None) -> None:
        """Read the runs again; put the cursor on one of them."""

    @abstractmethod
    def show_gates(self) -> None:
        """Bring the gates of the last verify to the screen."""

    # Actions

    def plan(self) -> None:
        """Ask which collections, then plan them."""
        self.plan_these(())

    def plan_these(self, marked: Iterable[str]) -> None:
        """The same, with some of them marked to begin with."""
        choice = ChoosePlan(marked)

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

    def apply(self) -> None:
        """Read what it would do, ask for the effort, have it confirmed, then start it."""
        run, title = self._meant(), f"Apply {self._meant().name}"
        found: list[Intent | ConsoleError] = []
        wait = TypeaheadGuard(title, "reading what the apply would do…")

        def took(result: "Intent | ConsoleError") -> None:
            found.append(result)
            if wait.is_current:
                wait.dismiss()

        def chosen(text: str | None) -> None:
            if text is None:
                return
            if found:
                go_on(Effort.parse(text))
            else:
                self.host.push_screen(wait, lambda _: None if wait.is_left else go_on(Effort.parse(text)))

        def go_on(effort: Effort) -> None:
            if isinstance(found[0], ConsoleError):
                self._tell(title, found[0])
            else:
                self._confirm_apply(found[0], effort)

        # What is typed ahead goes to the question, not to the pane: it is asked while the answer to this comes.
        read = lambda: self.host.source.read("ledger", lambda link: run_calls.intent(link, run.run))  # noqa: E731 - as said
        self.host.work.start(f"ledger intent {run.run}", read, took, took, "reading what the apply would do")
        self.host.push_screen(Prompt(title, EFFORT, "1", run_calls.effort), chosen)

    def pause(self) -> None:
        """Pause or resume the run."""
        seen = self.seen
        if seen is None:
            return
        run, command = seen.run, seen.progress.command
        if command != "cancel":
            self._control(run, "pause" if command == "run" else "resume", None)
            return
        # It was meant to end: a slip of a key does not take that back.
        question = Confirm(
            f"Resume {run.name}",
            dialog_text.reviving(run, seen.progress),
            self._phrase(run),
            "resume the cancelled run",
        )
        self.host.push_screen(question, lambda yes: self._control(run, "resume", None) if yes else None)

    def cancel(self) -> None:
        """Have it confirmed, then cancel the run."""
        run = self._meant()

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the answer
            if yes:
                self._control(run, "cancel", None)

        body, keep = dialog_text.cancelling(run), "Keep it running"
        question = Confirm(f"Cancel {run.name}", body, self._phrase(run), "stop the run", no=keep)
        self.host.push_screen(question, answered)

    def resize(self) -> None:
        """Ask for the batch size, and hand it to the workers."""
        run = self._meant()

        def chosen(text: str | None) -> None:
            if text is not None:
                self._control(run, None, int(text))

        size = self.seen.progress.batch_size if self.seen is not None else None
        self.host.push_screen(Prompt(f"Set the batch size of {run.name}", SIZE, str(size or 0), run_calls.size), chosen)

    def verify(self) -> None:
        """Ask every acceptance gate."""
        run = self._meant()

        def verified(found: "Verification") -> None:
            self.verified[run.run] = found
            passed = sum(gate.passed for gate in found.gates)
            self.host.say(f"{run.name}: {passed} of {len(found.gates)} gates passed")
            self.read_again()
            self.show_gates()

        call = lambda link: run_calls.verify(link, run.run, self._step)  # noqa: E731 - as short as its use
        self._work(f"verifying {run.name}", lambda: self.host.source.read("verify", call), verified)

    def certify(self) -> None:
        """Ask for a note and have it confirmed, then certify what was verified."""
        seen, found = self.seen, self.verified[self._meant().run]
        if seen is None:
            return
        run = seen.run

        def certify(note: str) -> None:
            digest = found.evidence_digest
            self._write(
                f"certifying {run.name}", lambda link: run_calls.certify(link, run.run, note, digest), self._told
            )

        body = dialog_text.certifying(seen, found.evidence_digest, found.gates)
        question = Confirm(f"Certify {run.name}", body, self._phrase(run), "certify it", asks=STAND)
        self.host.push_screen(question, lambda yes: certify(question.text) if yes else None)

    def audit(self) -> None:
        """Verify the hash chain."""

        def show(found: Content) -> None:
            self.host.push_screen(Dialog("Audit", found, whole=True))

        self._work("auditing the chain", lambda: self.host.source.read("verify", run_calls.audit), show)

    # What they have in common

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

    def _meant(self) -> Run:
        assert self.run is not None  # noqa: S101 - an action without a run is disabled
        return self.run

    def _phrase(self, run: Run) -> str:
        """What to type: the run's name, and the word of a database that is not the demo."""
        return self.host.state.phrase(run.name)

    def _planned(self, found: "Plan") -> None:
        skipped = f"; {count_of(len(found.skipped), 'broken collection')} skipped" if found.skipped else ""
        collections = count_of(len(found.run.entries), "collection")
        self.host.say(f"{found.run.name}: {rows_of(found.run.missing)} of {collections}{skipped}")
        self.read_again(found.run.run)

    def _told(self, text: str) -> None:
        self.host.say(text)
        self.read_again()

    def _confirm_apply(self, intent: "Intent", effort: Effort) -> None:
        run = intent.run

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the answer
            if yes:
                options = {"workers": effort.workers, "batch_size": effort.batch_size}
                start = lambda: self.host.source.detach(run.run, options)  # noqa: E731 - as short as its use
                self._work(f"starting {run.name}", start, started, writes=True)

        def started(found: "Detached") -> None:
            self.has_started(run.run)
            self.host.say(f"{run.name} runs in the background (process {found.pid}). Events: {found.log}")
            self.read_again()

        word = self.host.state.server.word if self.host.state.server else ""
        body = dialog_text.applying(intent, effort, word)
        self.host.push_screen(Confirm(f"Apply {run.name}", body, self._phrase(run), "apply the run"), answered)

    def _control(self, run: Run, command: str | None, batch_size: int | None) -> None:
        before = self.seen.progress if self.seen is not None else None

        def controlled(found: "Control") -> None:
            self._told(f"{run.name}: {dialog_text.controlled(found, before, command)}")

        self._write(
            f"{CONTROLLING[command]} {run.name}",
            lambda link: run_calls.control(link, run.run, command, batch_size),
            controlled,
        )

    def _step(self, step: "Step") -> None:
        """In a thread: one more table of what is under way is done."""
        text = f"{step.text} · {visible(step.collection)}"
        # An answer may have come before this: what is over is not said to go on.
        self.host.work.deliver(lambda: self.doing(text) if self.host.work.is_under_way("ledger line") else None)

    def _tell(self, title: str, error: ConsoleError) -> None:
        self.host.push_screen(Dialog(title, dialog_text.fault(error), whole=True))

    def _write(self, what: str, call: Callable[[Link], Result], then: Callable[[Result], None]) -> None:
        self._work(what, lambda: self.host.source.write(call), then, writes=True)

    def _work(
        self, what: str, call: Callable[[], Result], then: Callable[[Result], None], *, writes: bool = False
    ) -> None:
        def done(result: Result) -> None:
            self.doing("")
            then(result)

        def failed(error: ConsoleError) -> None:
            self.doing("")
            self._tell(f"{'No answer' if error.code == NO_ANSWER else 'Failed'}: {what}", error)
            self.read_again()

        if not self.host.work.start("ledger line", call, done, failed, what, writes):
            self.host.say(f"{what}: not sent, an earlier key still waits for the server")
        elif self.host.work.is_under_way("ledger line"):
            self.doing(what)
