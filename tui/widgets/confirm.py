"""A question before something that cannot be taken back: until the answer is typed, enter means no."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

MISSING = "type the text above first"
_FRAME = 2
_PHRASE = 5  # with the blank lines above it and above the answers
_ASKED = 3


class Confirm(ModalScreen[bool]):
    """Answers True only where `phrase` was typed and enter pressed; enter before that, and escape, answer False.

    `no` is what the answer no is called, where Cancel could be taken for yes. Where `asks` is the label of a reason
    or note, a line for it stands above: it must not be blank, enter goes on from it, and `text` is what was typed.
    Where something is `given` there, it stands beside its label, and the answer begins below it. However long the body
    is, what is to be typed stays in sight: only the body scrolls.
    """

    DEFAULT_CSS = """
    Confirm .said { height: auto; scrollbar-size-vertical: 1; }
    Confirm .asked { height: 1; margin-top: 1; }
    Confirm .asked Static { width: auto; }
    Confirm .asked Input { width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+c", "cancel", show=False, priority=True),
        Binding("enter", "answer", show=False, priority=True),
        Binding("tab,shift+tab,down,up", "other_line", show=False, priority=True),
        Binding("pagedown", "said('page_down')", show=False, priority=True),
        Binding("pageup", "said('page_up')", show=False, priority=True),
    ]

    def __init__(
        self, title: str, body: Content, phrase: str, verb: str, *, no: str = "Cancel", asks: str = "", given: str = ""
    ) -> None:
        super().__init__()
        self._no, self._asks, self._given = no, asks, given
        self._title, self._body, self._phrase, self._verb = title, body, phrase, verb

    def compose(self) -> ComposeResult:
        """What would happen, the lines to type in, and the two answers."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f" {self._title} ")
            with VerticalScroll(classes="said", can_focus=False):
                yield Static(self._body, id="body", markup=False)
            if self._given:
                with Horizontal(classes="asked"):
                    yield Static(Content(self._asks), markup=False)
                    yield Input(self._given, compact=True, select_on_focus=False, id="asked")
            elif self._asks:
                yield Static(Content(f"\n{self._asks}"), markup=False)
                yield Input(compact=True, select_on_focus=False, id="asked")
            yield Static(
                Content.assemble("\nType ", (self._phrase, "bold $warning"), f" to {self._verb}:"), markup=False
            )
            yield Input(compact=True, select_on_focus=False, id="phrase")
            yield Static(id="answers", markup=False)

    def on_mount(self) -> None:
        """Begin with no."""
        for line in self.query(Input):
            line.cursor_blink = False
        if self._given:
            self.set_focus(self._lines[-1])
        self.show_answers()

    def on_resize(self) -> None:
        """Leave room for what is to be typed."""
        said = self.query_one(".said", VerticalScroll)
        said.styles.max_height = max(self.size.height - _FRAME - _PHRASE - (_ASKED if self._asks else 0), 1)
        self.call_after_refresh(self._show_keys)  # once it is known whether the body fits

    def _show_keys(self) -> None:
        if not self.is_attached:
            return
        no = "cancel" if self._no == "Cancel" else self._no
        is_cut = self.query_one(".said", VerticalScroll).max_scroll_y > 0
        parts = ["pgdn: more" if is_cut else "", "tab: other line" if self._asks else "", f"esc: {no}"]
        self.query_one(".dialog").border_subtitle = Content(f" {' · '.join(part for part in parts if part)} ")

    def action_said(self, how: str) -> None:
        """Read the rest of a long body."""
        said = self.query_one(".said", VerticalScroll)
        (said.scroll_page_down if how == "page_down" else said.scroll_page_up)(animate=False)

    def on_key(self, event: events.Key) -> None:
        """Take letters that were typed before the line had the focus."""
        if event.character is not None and event.is_printable and self.focused is None:
            self._lines[-1 if self._given else 0].insert_text_at_cursor(event.character)

    def on_input_changed(self) -> None:
        """Show what enter would do now."""
        self.show_answers()

    def action_cancel(self) -> None:
        """Answer no."""
        self.dismiss(False)  # noqa: FBT003 - the answer

    def action_other_line(self) -> None:
        """Go to the other line, where there are two."""
        self.set_focus(self._lines[0 if self.focused is self._lines[-1] else -1])

    def action_answer(self) -> None:
        """Answer with what is highlighted; a phrase that is not right yet is not an answer."""
        typed, here = self._lines[-1].value, self.focused
        if self._asks and here is not self._lines[-1] and self.text:
            self.set_focus(self._lines[-1])
        elif self._asks and not self.text:
            self.set_focus(self._lines[0])
            self.show_answers(MISSING)
        elif not typed or self._is_typed:
            self.dismiss(self._is_typed)
        elif typed == self._phrase:
            self.show_answers(self.problem())
        else:
            self.show_answers(f"does not match `{self._phrase}`")

    def problem(self) -> str:
        """Why the answer cannot be yes, although the phrase is typed; or nothing."""
        return ""

    @property
    def text(self) -> str:
        """The reason or note."""
        return self._lines[0].value.strip() if self._asks else ""

    @property
    def _lines(self) -> list[Input]:
        return list(self.query(Input))

    @property
    def _is_typed(self) -> bool:
        is_whole = bool(self.text or not self._asks) and not self.problem()
        return self._lines[-1].value == self._phrase and is_whole

    def show_answers(self, problem: str = "") -> None:
        """Show what enter would do, and what forbids it."""
        chosen, other = "bold reverse", "$text-muted"
        verb = self._verb.split(" ", maxsplit=1)[0].capitalize()
        self.call_after_refresh(self._show_keys)
        self.query_one("#answers", Static).update(
            Content.assemble(
                "\n",
                (f" {self._no} ", other if self._is_typed else chosen),
                "   ",
                (f" {verb} ", f"{chosen} $error" if self._is_typed else other),
                (f"   {problem}", "bold $warning"),
            )
        )
