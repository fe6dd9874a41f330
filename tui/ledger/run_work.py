"""What the actions of a run have in common: which run is meant, and work that is done for it in a thread."""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.domain.backfill.runs import Run
from core.domain.text import visible
from core.errors import ConsoleError
from tui.ledger import dialog_text
from tui.ledger.reads import RunDetails
from tui.pane import Pane, Unfinished
from tui.runtime.source import NO_ANSWER, Link
from tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from core.domain.steps import Step
    from core.services.trust.verify import Verification

Result = TypeVar("Result")


class RunWork(Pane, metaclass=Unfinished):
    """The pane says which run is meant, and shows what came of it."""

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

    def _meant(self) -> Run:
        assert self.run is not None  # noqa: S101 - an action without a run is disabled
        return self.run

    def _phrase(self, run: Run) -> str:
        """What to type: the run's name, and the word of a database that is not the demo."""
        return self.host.state.phrase(run.name)

    def _told(self, text: str) -> None:
        self.host.say(text)
        self.read_again()

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
