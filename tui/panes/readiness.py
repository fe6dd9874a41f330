"""The readiness dashboard: metrics, what opens the gate, stated claims against live ones, and what changed."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid as Boxes
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.actions import bindings
from tui.panes import cards
from tui.panes.pane import Pane
from tui.state import State

TITLES = {
    "metrics": "Readiness",
    "gate": "What opens the gate",
    "claims": "Live evidence wins",
    "changes": "Since you last looked",
}


class Card(Widget):
    """One box. Its text is made for the width it has, when it is painted."""

    def __init__(self, name: str, text: Callable[[State, int], Content]) -> None:
        super().__init__(id=name, classes="box")
        self.border_title = TITLES[name]
        self._text = text
        self._state = State()
        self._shown = ""

    def show(self, state: State) -> None:
        """Show another state. A text that stays is not painted again: a quiet dashboard sends nothing."""
        self._state = state
        if self._made() != self._shown:
            self.refresh()

    def render(self) -> Content:
        """The text for the width of now."""
        text, self._shown = self._content(), self._made()
        return text

    def _content(self) -> Content:
        width, height = self.content_size
        return cards.clipped(self._text(self._state, max(width, 20)), height)

    def _made(self) -> str:
        # Two contents are equal when their letters are; here colours count as well.
        return repr(self._content())


class ReadinessPane(Pane, VerticalScroll, can_focus=True, inherit_bindings=False):
    """Four boxes; on a small screen the pane scrolls."""

    TITLE = "Readiness"
    PLACES = ("readiness", "list")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "The figures are read live every 30 seconds, and at r.\n"
        "✗ and ✓ a condition of the gate   ≠ and = a stated figure against the live one\n"
        "↑ ↓ ~ a figure that changed while you watched"
    )

    def __init__(self) -> None:
        super().__init__(id="readiness")

    def compose(self) -> ComposeResult:
        """Two boxes above two boxes."""
        with Boxes(id="boxes"):
            yield Card("metrics", cards.metrics)
            yield Card("gate", cards.gate)
            yield Card("claims", cards.claims)
            yield Card("changes", cards.changes)

    def show(self, state: State) -> None:
        """Show another state."""
        for card in self.query(Card):
            card.show(state)

    def move_down(self) -> None:
        """One line down."""
        self.scroll_relative(y=1, animate=False)

    def move_up(self) -> None:
        """One line up."""
        self.scroll_relative(y=-1, animate=False)

    def move_page_down(self) -> None:
        """One page down."""
        self.scroll_page_down(animate=False)

    def move_page_up(self) -> None:
        """One page up."""
        self.scroll_page_up(animate=False)

    def move_first(self) -> None:
        """To the top."""
        self.scroll_home(animate=False)

    def move_last(self) -> None:
        """To the bottom."""
        self.scroll_end(animate=False)
