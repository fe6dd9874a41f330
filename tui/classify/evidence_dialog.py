"""The evidence of the candidate in question over the whole screen, where others are walked to and one is accepted."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from core.domain.classify.suggestion import Candidate
from core.domain.text import visible
from tui.classify import evidence_text
from tui.classify.decisions import Decisions
from tui.classify.queue_rows import QueueRow
from tui.widgets.dialog import Dialog
from tui.widgets.sheet import Sheet

Accept = Callable[[QueueRow, Candidate | None], None]


class EvidenceDialog(Dialog):
    """What stands beside the queue, and more of it. Where the login may, enter or `a` accepts what is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,a", "accept", show=False),
        Binding("tab,right,l", "walk(1)", show=False),
        Binding("shift+tab,left,h", "walk(-1)", show=False),
    ]

    def __init__(self, row: QueueRow, decisions: Decisions, width: int, accept: Accept | None) -> None:
        keys = ["tab: next"] if len(row.candidates) > 1 else []
        keys += ["esc: close"] if accept is None else ["enter: accept", "esc: close"]
        self._row, self._decisions, self._width, self._accept = row, decisions, width, accept
        super().__init__(f"Evidence: {visible(row.name)}", self._explained(), " · ".join(keys))

    def _explained(self) -> Content:
        self._here = self._decisions.candidate(self._row)
        rejected = self._decisions.rejected(self._row)
        return evidence_text.evidence(self._row, rejected, self._width, self._here)

    def action_walk(self, step: int) -> None:
        """Explain the next candidate, or the one before."""
        if self._row.candidates:
            self._decisions.walk(self._row, step)
            self.query_one(Static).update(self._explained())
            self.query_one(Sheet).scroll_home(animate=False)

    async def action_accept(self) -> None:
        """Back to the pane, with or without a decision."""
        await self.dismiss()
        if self._accept is not None:
            self._accept(self._row, self._here)
