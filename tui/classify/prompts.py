"""Decisions of the Classify pane that are typed: an identity, and the reason of an exemption."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.domain.classify.staged import StagedDecision
from core.domain.text import visible
from tui.actors import Actor
from tui.classify import service_calls
from tui.classify.decisions import read_identity
from tui.classify.queue_rows import QueueRow
from tui.classify.template_prompt import template_prompt
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from core.domain.classify.column_statistics import SampledTable
    from core.domain.classify.identity import Identity

NO_TABLE = "PostgreSQL has no table of this name"


class Prompts:
    """Asks about a row, and hands on what was decided; escape decides nothing."""

    def __init__(self, pane: Actor, decided: Callable[[StagedDecision], None]) -> None:
        self._pane, self._decided = pane, decided
        self._reason = ""  # of the latest exemption: those that follow are often for the same one

    def template(self, row: QueueRow, identity: "Identity | None") -> None:
        """Ask for an identity, beginning with one that is at hand; what the sample shows follows every letter."""
        host = self._pane.host

        def answered(text: str | None) -> None:
            if text is not None:
                self._decided(StagedDecision(row.name, read_identity(row.name, text), row.blocker.version))

        def sampled(found: "SampledTable") -> None:
            self._pane.host.push_screen(template_prompt(row.name, found, identity), answered)

        call = lambda: service_calls.sample(host.source, row.name)  # noqa: E731 - as short as its use
        host.work.start("template", call, sampled, host.tell, f"sampling {visible(row.name)}")

    def exemption(self, row: QueueRow) -> None:
        """Ask for the reason of an exemption."""

        def answered(reason: str | None) -> None:
            if reason is not None:
                self._reason = reason
                self._decided(StagedDecision(row.name, None, row.blocker.version, reason))

        measured = "" if row.blocker.has_table else NO_TABLE
        question = f"Why do rows of {visible(row.name)} need no registry row?"
        prompt = Prompt("Exempt the collection", question, default=self._reason or measured)
        self._pane.host.push_screen(prompt, answered)
