"""An apply from the keyboard: begin it, pause or resume it, cancel it, and set its batch size."""

from typing import TYPE_CHECKING

from core.domain.backfill.runs import Run
from core.errors import ConsoleError
from tui.ledger import dialog_text, run_calls
from tui.ledger.apply_dialog import ApplyDialog
from tui.ledger.run_work import RunWork
from tui.widgets.confirm import Confirm
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from core.domain.backfill.progress import Effort
    from core.services.backfill.background import Detached
    from core.services.backfill.control import Control

CONTROLLING = {"pause": "pausing", "resume": "resuming", "cancel": "cancelling", None: "setting the batch size of"}
SIZE = "Rows per batch (1 to 10,000; 0: adaptive):"


class ApplyActions(RunWork):
    """Of the run under the cursor."""

    def apply(self) -> None:
        """Show what it would do, with how many workers, and have it confirmed; then start it."""
        run, server = self._meant(), self.host.state.server
        question = ApplyDialog(run, self._phrase(run), server.word if server else "")

        def failed(error: ConsoleError) -> None:
            if question.is_current:
                question.dismiss(False)  # noqa: FBT003 - the answer
                self._tell(f"Apply {run.name}", error)

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the answer
            if yes:
                self._begin(run, question.effort)

        self.host.push_screen(question, answered)
        read = lambda: self.host.source.read("ledger", lambda link: run_calls.intent(link, run.run))  # noqa: E731 - as said
        self.host.work.start(
            f"ledger intent {run.run}", read, question.offer, failed, "reading what the apply would do"
        )

    def _begin(self, run: Run, effort: "Effort") -> None:
        options = {"workers": effort.workers, "batch_size": effort.batch_size}

        def started(found: "Detached") -> None:
            self.has_started(run.run)
            self.host.say(f"{run.name} runs in the background (process {found.pid}). Events: {found.log}")
            self.read_again()

        self._work(f"starting {run.name}", lambda: self.host.source.detach(run.run, options), started, writes=True)

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

    def _control(self, run: Run, command: str | None, batch_size: int | None) -> None:
        before = self.seen.progress if self.seen is not None else None

        def controlled(found: "Control") -> None:
            self._told(f"{run.name}: {dialog_text.controlled(found, before, command)}")

        self._write(
            f"{CONTROLLING[command]} {run.name}",
            lambda link: run_calls.control(link, run.run, command, batch_size),
            controlled,
        )
