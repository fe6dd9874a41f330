"""Staged decisions outlive the console: they are kept on this machine, and staged again at the next start."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.domain.classify import staged
from core.errors import ConsoleError
from tui.actors import Actor
from tui.classify import messages, service_calls
from tui.classify.queue_view import QueueView
from tui.classify.staged import StagedDecisions
from tui.runtime.poller import is_lost

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.domain.classify.blocker import Blocker
    from core.domain.classify.staged import Kept, StagedDecision
    from core.services.local_state.staged_decisions import Found, StagedFile


class StagedStore:
    """Asks once for each login what came back. It is staged when the queue shows what still waits, never saved."""

    def __init__(self, pane: Actor, staging: StagedDecisions) -> None:
        self._pane, self._staging = pane, staging
        self._file: StagedFile | None = None
        self._back: list[Kept] = []
        self._has_asked = self._has_failed = False

    def ask(self, queue: QueueView) -> None:
        """Read what consoles of this login that ended have staged; where there is something, read the queue."""
        host = self._pane.host

        def took(answer: "tuple[StagedFile, Found]") -> None:
            self._file, found = answer
            self._has_asked = True
            self._back += found.kept
            for problem in found.problems:
                host.tell(problem)
            if self._back:
                queue.reload()
            else:
                self._settle()

        def failed(error: ConsoleError) -> None:
            # A lost server is reported already; the next refresh asks again.
            if not is_lost(error):
                self._has_asked = True
                host.tell(error)

        if not self._has_asked:
            host.work.start("staged", lambda: service_calls.recall(host.source, self._file), took, failed)

    def ask_again(self) -> None:
        """Another login has other files."""
        self._has_asked = False

    def stage(self, queue: QueueView, blockers: "list[Blocker]") -> None:
        """Stage what came back, as one change, where it still waits as it did."""
        if not self._back:
            return
        found = staged.restorable(self._back, blockers, self._staging.choices)
        self._back.clear()
        if found is not None and found.choices:
            choices: dict[str, StagedDecision | None] = {each.collection: each for each in found.choices}
            self._staging.stage(choices)
            queue.decided(choices)
        self._settle()
        if found is not None and (found.choices or found.overtaken):
            self._pane.host.say(messages.back(found, datetime.now().astimezone().date()))

    def keep(self) -> None:
        """Keep the decisions that are staged now."""
        self._keep(self._staging.choices.values())

    def drop(self) -> None:
        """Keep nothing: the operator quit, and discarded what was staged."""
        self._keep(())

    def close(self) -> None:
        """Leave what is kept to the next console."""
        if self._file is not None:
            self._file.close()

    def _settle(self) -> None:
        """Keep here what was kept elsewhere; only then may it go there."""
        self.keep()
        if self._file is not None and not self._has_failed:
            self._file.settle()

    def _keep(self, choices: "Collection[StagedDecision]") -> None:
        if self._file is None:
            return
        try:
            self._file.keep(choices)
        except OSError as error:
            if not self._has_failed:
                hint = "Staged decisions are lost when you quit. Press w to save them."
                self._pane.host.tell(ConsoleError(f"staged decisions cannot be kept: {error}", hint=hint))
            self._has_failed = True
        else:
            self._has_failed = False
