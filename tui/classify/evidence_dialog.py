"""The evidence of the candidate in question over the whole screen, where it may be accepted."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.widgets.dialog import Dialog


class EvidenceDialog(Dialog):
    """What stands beside the queue. Where the candidate may be accepted, enter or `a` does so, and closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,a", "accept", show=False)]

    def __init__(self, name: str, text: Content, accept: Callable[[], None] | None) -> None:
        super().__init__(f"Evidence: {name}", text, "esc: close" if accept is None else "enter: accept · esc: close")
        self._accept = accept

    async def action_accept(self) -> None:
        """Back to the pane, with or without a decision."""
        await self.dismiss()
        if self._accept is not None:
            self._accept()
