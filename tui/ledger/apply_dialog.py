"""What an apply would do and how hard it may work, and the question whether it is to begin: one dialog."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from core.domain.backfill.progress import Effort
from core.errors import UsageError
from tui.ledger import dialog_text
from tui.widgets.confirm import Confirm

if TYPE_CHECKING:
    from core.domain.backfill.runs import Run
    from core.services.backfill.next_actions import Intent

WORKERS = "Workers, rows per batch: "
EFFORT = "auto"
READING = "reading what the apply would do…"


class ApplyDialog(Confirm):
    """Opens at once, so that no key that is typed ahead reaches the pane below; it can be confirmed once it is read.

    `word` is the word of the database, as the status bar shows it.
    """

    def __init__(self, run: "Run", phrase: str, word: str) -> None:
        title = f"Apply {run.name}"
        super().__init__(title, Content(READING), phrase, "apply the run", asks=WORKERS, given=EFFORT)
        self._word = word
        self._intent: Intent | None = None

    def offer(self, intent: "Intent") -> None:
        """Show what would be done."""
        self._intent = intent
        self._show()

    @property
    def effort(self) -> Effort:
        """Workers and rows per batch. Raises UsageError where that is not what was typed."""
        return Effort.parse(self.text)

    def problem(self) -> str:
        """Nothing is confirmed that was not shown."""
        try:
            _ = self.effort
        except UsageError as error:
            return error.message
        return READING if self._intent is None else ""

    def on_mount(self) -> None:
        """The answer may have been sooner than the dialog."""
        self._show()

    def on_input_changed(self) -> None:
        """Show it with these workers."""
        self._show()

    def _show(self) -> None:
        if self._intent is None or not self.query("#body"):
            return  # not read yet, or closed meanwhile
        try:
            body = dialog_text.applying(self._intent, self.effort, self._word)
        except UsageError:
            return  # the last line says what is wrong; the rest stays as it was
        self.query_one("#body", Static).update(body)
        self.show_answers()
