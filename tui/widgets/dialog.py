"""A text over the panes, to read and to close."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.widgets.sheet import Reading, Sheet


class Dialog(Reading[None]):
    """Shows `text` under `title`. Neither is parsed as markup. What must not be overlooked is `whole` at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close"),
        Binding("ctrl+c", "app.do('quit')", show=False),
    ]

    def __init__(self, title: str, text: Content, keys: str = "esc: close", *, whole: bool = False) -> None:
        super().__init__()
        self._title, self._text, self._keys, self._is_whole = title, text, keys, whole

    def compose(self) -> ComposeResult:
        """A box with the text, and how to leave."""
        with Sheet(self._title, self._keys, whole=self._is_whole):
            yield Static(self._text, markup=False)

    def action_close(self) -> None:
        """Back to the pane."""
        self.dismiss()
