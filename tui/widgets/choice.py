"""A short list to choose from: by its key where it has one, else with the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from core.domain.text import harmless, visible
from tui.widgets.grid import Grid
from tui.widgets.table import GridColumn, GridTable


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `value` is the answer. What has a reason in `why_not` cannot be chosen.

    `is_visible`: the texts were made visible before, and would be escaped twice.
    """

    value: str
    title: str
    detail: str = ""
    key: str = ""
    why_not: str = ""
    is_visible: bool = False


WIDEST_DETAIL = 50


def _shown(option: Option, text: str) -> str:
    return harmless(text) if option.is_visible else visible(text)


def _columns(options: Sequence[Option]) -> tuple[GridColumn[Option], ...]:
    details = max((len(each.why_not or each.detail) for each in options), default=0)
    return (
        GridColumn("title", "", lambda each: _shown(each, each.title), lambda _: "", 0, is_prose=True),
        GridColumn("key", "", lambda each: each.key, lambda _: "", 1, 1),
        GridColumn(
            "detail",
            "",
            lambda each: _shown(each, each.why_not or each.detail),
            lambda _: "",
            2,
            min(details, WIDEST_DETAIL) or 1,
            is_prose=True,
            tone=lambda each: "faint" if each.why_not else "",
        ),
    )


class ChoiceDialog(ModalScreen[str | None]):
    """Answers with the value of the chosen option, or None after escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close"),
        Binding("ctrl+c", "close", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    def __init__(self, title: str, options: Sequence[Option]) -> None:
        super().__init__()
        self._title, self._options = title, list(options)
        # The order is that of the list: the names are numbers.
        self._numbers = {id(option): f"{number:04}" for number, option in enumerate(self._options)}
        self._grid = Grid(GridTable(_columns(self._options), lambda option: self._numbers[id(option)]))

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(classes="palette") as box:
            box.border_title = Content(f" {self._title} ")
            box.styles.height = min(len(self._options) + 4, 20)
            box.border_subtitle = " enter: choose · esc: close "
            yield self._grid

    def on_mount(self) -> None:
        """List everything."""
        self._grid.can_focus = False
        self._grid.load(self._options)

    def on_key(self, event: events.Key) -> None:
        """Choose by key."""
        for option in self._options:
            if option.key and event.character == option.key:
                event.stop()
                self._answer(option)
                return

    def action_move(self, step: int) -> None:
        """Go to another option."""
        self._grid.move_to(self._grid.cursor + step)

    def action_choose(self) -> None:
        """Answer with the option under the cursor."""
        option = self._grid.row_at_cursor()
        if option is not None:
            self._answer(option)

    def action_close(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)

    def _answer(self, option: Option) -> None:
        if not option.why_not:
            self.dismiss(option.value)
