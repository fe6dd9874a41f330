"""Saving of the Classify pane: staged decisions, each with its own result, and the undo of a classification."""

from typing import TYPE_CHECKING

from core.errors import ConsoleError
from tui.actors import Actor
from tui.classify import messages, service_calls
from tui.classify.queue_view import QueueView
from tui.classify.staged import StagedDecisions
from tui.widgets.choice import ChoiceDialog, Option
from tui.widgets.confirm import Confirm
from tui.widgets.signs import count_of

if TYPE_CHECKING:
    from core.services.classify.bulk_check import Result
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
        """Offer to undo the latest classification of this login, or the whole save that it belongs to."""
        host = self._pane.host

        def found(save: "list[Version]") -> None:
            if not save:
                host.say("Undo: this login has no classification in effect")
            elif len(save) == 1:
                self._ask_about_one(save[0])
            else:
                last = max(save, key=lambda each: each.at)
                options = [
                    Option("all", f"all {len(save)} together", ", ".join(each.collection for each in save)),
                    Option("one", last.collection, f"{last.identity}, the last of them"),
                ]
                chosen = {"all": lambda: self._ask_about_all(save), "one": lambda: self._ask_about_one(last)}
                host.push_screen(ChoiceDialog("Undo", options), lambda what: chosen[what]() if what else None)

        call = lambda: service_calls.last_save(host.source)  # noqa: E731 - as short as its use
        host.work.start("last", call, found, host.tell, "reading your latest save")

    def _ask_about_one(self, last: "Version") -> None:
        question = Confirm("Undo your latest classification", messages.undoing(last), "undo", "undo it")
        self._pane.host.push_screen(question, lambda yes: self._undo(last) if yes else None)

    def _ask_about_all(self, save: "list[Version]") -> None:
        title = f"Undo your latest save of {count_of(len(save), 'decision')}"
        question = Confirm(title, messages.undoing_all(save), "undo all", "undo them")
        self._pane.host.push_screen(question, lambda yes: self._undo_all(save) if yes else None)

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

    def _undo_all(self, save: "list[Version]") -> None:
        host = self._pane.host

        def told(done: "list[Classification]") -> None:
            self._reload(f"{count_of(len(done), 'decision')} undone")

        def failed(error: ConsoleError) -> None:
            host.tell(error)
            self._reload("")

        call = lambda: service_calls.undo_all(host.source, save)  # noqa: E731 - as short as its use
        host.work.start(WORK, call, told, failed, "undoing", writes=True)

    def _reload(self, said: str) -> None:
        if said:
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
