"""A question with several lines to fill in: enter goes on to the next that lacks something, and then accepts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

# What is to say of all fields as they stand; the name of the field that is wrong, or an empty text.
Check = Callable[[Mapping[str, str]], tuple[Content, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One line: its name in the answer, its label, and what it holds to begin with."""

    name: str
    label: str
    value: str = ""
    hint: str = ""


class Form(ModalScreen[dict[str, str] | None]):
    """Answers with the texts by field, or None after escape. `check` comments on them with every letter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+c", "cancel", show=False, priority=True),
        Binding("enter", "answer", show=False, priority=True),
        Binding("tab,down", "move(1)", show=False, priority=True),
        Binding("shift+tab,up", "move(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Form .field { height: 1; }
    Form .field Static { width: 14; }
    Form .field Input { width: 1fr; }
    """

    def __init__(self, title: str, fields: Sequence[Field], check: Check) -> None:
        super().__init__()
        self._title, self._fields, self._check = title, list(fields), check

    def compose(self) -> ComposeResult:
        """Labels beside lines, the comment below them."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = Content(f" {self._title} ")
            box.border_subtitle = " tab: next · enter: accept · esc: cancel "
            for field in self._fields:
                with Horizontal(classes="field"):
                    yield Static(Content(field.label), markup=False)
                    yield Input(field.value, field.hint, id=f"field-{field.name}", compact=True, select_on_focus=False)
            yield Static(id="comment", markup=False)

    def on_mount(self) -> None:
        """Begin with the first field that lacks something."""
        for line in self.query(Input):
            line.cursor_blink = False
        names = [field.name for field in self._fields]
        wrong = self._check(self.values)[1]
        self._go(names.index(wrong) if wrong else 0)
        self._comment()

    def on_key(self, event: events.Key) -> None:
        """Take letters that were typed before a line had the focus."""
        if event.character is not None and event.is_printable and self.focused is None:
            list(self.query(Input))[self._place].insert_text_at_cursor(event.character)

    def on_input_changed(self) -> None:
        """Comment on the texts as they stand."""
        self._comment()

    def action_cancel(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        """Go to another field, from the last to the first."""
        self._go((self._place + step) % len(self._fields))

    def action_answer(self) -> None:
        """Answer, or go to the field that is wrong; from there on to the next, if it is wrong already."""
        wrong = self._check(self.values)[1]
        if not wrong:
            self.dismiss(self.values)
            return
        self._go([field.name for field in self._fields].index(wrong))

    @property
    def values(self) -> dict[str, str]:
        """The texts by field."""
        return {field.name: self.query_one(f"#field-{field.name}", Input).value.strip() for field in self._fields}

    @property
    def _place(self) -> int:
        lines = list(self.query(Input))
        return lines.index(self.focused) if isinstance(self.focused, Input) else 0

    def _go(self, place: int) -> None:
        self.set_focus(list(self.query(Input))[place])

    def _comment(self) -> None:
        self.query_one("#comment", Static).update(Content("\n") + self._check(self.values)[0])
