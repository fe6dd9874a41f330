"""The line to type a filter in, below the rows that it filters."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static


class FilterLine(Horizontal):
    """Hidden until it is opened. Its Input's messages go to the widget that holds the rows."""

    DEFAULT_CSS = """
    FilterLine { height: 1; padding-left: 1; display: none; }
    FilterLine Static { width: 1; }
    FilterLine Input.-textual-compact { width: 1fr; height: 1; padding: 0 1 0 0; }
    """

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """A slash, and what follows it."""
        yield Static("/", markup=False)
        yield Input(placeholder=self._placeholder, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        """Draw nothing while nothing is typed."""
        self._entry.cursor_blink = False

    @property
    def _entry(self) -> Input:
        return self.query_one(Input)

    def open(self) -> None:
        """Show it, and type in it."""
        self.display = True
        self.screen.set_focus(self._entry)

    def leave(self, text: str) -> None:
        """Hold a text, and be seen only where there is one. Who has the focus is the caller's."""
        self._entry.value = text
        self.display = bool(text)
