"""Saving of the Classify pane: staged decisions, each with its own result, and the undo of a classification."""

from typing import TYPE_CHECKING

from tui.actions import Actor
from tui.classify import messages, service_calls
from tui.classify.queue_view import QueueView
from tui.classify.staged import StagedDecisions
from tui.widgets.confirm import Confirm
from tui.widgets.signs import count_of

if TYPE_CHECKING:
    from core.services.classify.bulk import Result
    from core.services.classify.classify import Classification
    from core.services.classify.history import Version

WORK = "save"


class Saver:
    """Proves, saves and undoes, in threads; then reads the queue again."""

    def __init__(self, pane: Actor, staging: StagedDecisions, queue: QueueView) -> None:
        self._pane, self._staging, self._queue = pane, staging, queue

    @property
    def is_under_way(self) -> bool:
        """Whether a save is running."""
        return self._pane.host.work.is_under_way(WORK)

    def save(self) -> None:
        """Prove and save every staged decision."""
        host, choices = self._pane.host, list(self._staging.choices.values())
        what = f"saving {count_of(len(choices), 'decision')}"
        call = lambda: service_calls.classify(host.source, choices)  # noqa: E731 - as short as its use
        if host.work.start(WORK, call, self._saved, host.tell, what, writes=True) and self.is_under_way:
            host.say(f"proving {count_of(len(choices), 'decision')} on live data…")

    def undo(self) -> None:
        """Offer to undo the latest classification of this login."""
        host = self._pane.host

        def found(last: "Version | None") -> None:
            if last is None:
                host.say("Undo: this login has no classification in effect")
                return
            question = Confirm("Undo your latest classification", messages.undoing(last), "undo", "undo it")
            self._pane.host.push_screen(question, lambda yes: self._undo(last) if yes else None)

        host.work.start("last", lambda: service_calls.last(host.source), found, host.tell, "reading your latest save")

    def _saved(self, results: "list[Result]") -> None:
        done = {each.decision.collection for each in results if each.error is None}
        refused = {each.decision.collection: messages.why(each.error) for each in results if each.error is not None}
        self._staging.forget(done)
        self._queue.saved(done, refused)
        said = f"{len(done)} saved"
        if refused:
            first = next(iter(refused))
            said += f", {len(refused)} refused: {first}: {refused[first]}"
        self._pane.host.say(said)
        self._pane.host.refresh_now()
        self._queue.reload(said)

    def _undo(self, last: "Version") -> None:
        host = self._pane.host

        def told(done: "Classification") -> None:
            host.say(f"{done.collection} is {done.identity or done.strategy} again")
            host.refresh_now()
            self._queue.reload()

        host.work.start(WORK, lambda: service_calls.undo(host.source, last), told, host.tell, "undoing", writes=True)
