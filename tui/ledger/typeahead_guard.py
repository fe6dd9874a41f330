"""Between two questions: what is typed ahead must not reach the pane below as commands."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class TypeaheadGuard(ModalScreen[None]):
    """Says what is waited for; escape goes back without it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text
        self.is_left = False

    def compose(self) -> ComposeResult:
        """A box with one line."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = Content(f" {self._title} ")
            box.border_subtitle = " esc cancels "
            yield Static(Content(self._text), markup=False)

    def action_leave(self) -> None:
        """Wait no longer."""
        self.is_left = True
        self.dismiss()
