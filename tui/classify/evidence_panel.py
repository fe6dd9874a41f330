"""Where the Classify pane shows what is known of the collection under the cursor: beside the queue, and over it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from textual.timer import Timer

REST_SECONDS = 0.08  # it follows the cursor when that rests: a held key must not repaint half the screen
NARROWEST = 20


class EvidencePanel(VerticalScroll, can_focus=False):
    """Shows what `text` says for a width. It asks when the cursor rests."""

    def __init__(self, text: Callable[[int], Content]) -> None:
        super().__init__(id="evidence")
        self._text = text
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """A text that may be longer than the panel."""
        yield Static(id="evidence-text", markup=False)

    def on_resize(self) -> None:
        """Fold it again."""
        self.follow()

    def follow(self) -> None:
        """Show another text, unless the cursor goes on at once."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._show)

    def _show(self) -> None:
        self._resting = None
        panel = self.query_one("#evidence-text", Static)
        found = self._text(max(panel.size.width, NARROWEST))
        if panel.content != found:
            panel.update(found)


class EvidenceDialog(Dialog):
    """The same on the whole screen. Where the candidate may be accepted, enter or `a` does so, and closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,a", "accept", show=False)]

    def __init__(self, text: Content, accept: Callable[[], None] | None) -> None:
        super().__init__("Evidence", text)
        self._accept = accept

    def on_mount(self) -> None:
        """Say what the keys do."""
        keys = "" if self._accept is None else "enter: accept · "
        self.query_one(".dialog", VerticalScroll).border_subtitle = Content(f" {keys}j k: scroll · esc: close ")

    async def action_accept(self) -> None:
        """Back to the pane, with or without a decision."""
        await self.dismiss()
        if self._accept is not None:
            self._accept()
