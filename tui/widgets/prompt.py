"""A question with a line to type the answer in."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from core.domain.text import visible

# What is to say of the text as it stands; and whether it may be an answer.
Check = Callable[[str], tuple[Content, bool]]


def anything(text: str) -> tuple[Content, bool]:
    """Accept whatever is not blank."""
    return Content(""), bool(text.strip())


class Prompt(ModalScreen[str | None]):
    """Answers with the text, or None after escape. `check` comments on it with every letter.

    `default` stands in the empty line, and is the answer of an empty one: what is typed takes its place.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+c", "cancel", show=False, priority=True),
        Binding("enter", "answer", show=False, priority=True),
    ]

    def __init__(self, title: str, label: str, value: str = "", check: Check = anything, *, default: str = "") -> None:
        super().__init__()
        self._title, self._label, self._value, self._check = title, label, value, check
        self._default = default

    def compose(self) -> ComposeResult:
        """The label above the line, the comment below it."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = Content(f" {self._title} ")
            accept = "enter: accept this text, or type another" if self._default else "enter: accept"
            box.border_subtitle = Content(f" {accept} · esc: cancel ")
            yield Static(Content(self._label), markup=False)
            yield Input(self._value, visible(self._default), compact=True, select_on_focus=False)
            yield Static(id="comment", markup=False)

    def on_mount(self) -> None:
        """Comment on what is there to begin with."""
        self.query_one(Input).cursor_blink = False
        self._comment()

    def on_key(self, event: events.Key) -> None:
        """Take letters that were typed before the line had the focus."""
        if event.character is not None and event.is_printable:
            self.query_one(Input).insert_text_at_cursor(event.character)

    def on_input_changed(self) -> None:
        """Comment on the text as it stands."""
        self._comment()

    def action_cancel(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)

    def action_answer(self) -> None:
        """Answer with the text, if it may be an answer."""
        text = self._text
        if self._check(text)[1]:
            self.dismiss(text)

    @property
    def _text(self) -> str:
        return self.query_one(Input).value or self._default

    def _comment(self) -> None:
        comment, _ = self._check(self._text)
        self.query_one("#comment", Static).update(comment)
