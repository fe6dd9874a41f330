"""A text over the panes, to read and to close."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class Dialog(ModalScreen[None]):
    """Shows `text` under `title`. Neither is parsed as markup."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close"),
        Binding("ctrl+c", "app.do('quit')", show=False),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("pagedown,ctrl+d,space", "scroll(10)", show=False),
        Binding("pageup,ctrl+u", "scroll(-10)", show=False),
        Binding("g,home", "scroll(-10000)", show=False),
        Binding("G,end", "scroll(10000)", show=False),
    ]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """A box with the text, and how to leave."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            # A str would be parsed as markup.
            box.border_title = Content(f" {self._title} ")
            box.border_subtitle = " esc: close "
            yield Static(self._text, markup=False)

    def action_close(self) -> None:
        """Back to the pane."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.query_one(".dialog").scroll_relative(y=lines, animate=False)
