"""A short list to choose from: by its key where it has one, else with the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

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

    @property
    def shown_title(self) -> str:
        """The title as it may be shown."""
        return harmless(self.title) if self.is_visible else visible(self.title)

    @property
    def shown_detail(self) -> str:
        """What stands beside the title: why it cannot be chosen, or else its detail."""
        text = self.why_not or self.detail
        return harmless(text) if self.is_visible else visible(text)


WIDEST, MARGIN = 110, 4  # cells
NARROWEST_DETAIL = 12
LINES = 3  # title, header and keys
SPACES = 10  # padding, the cursor's mark, the gaps between columns and a key
KEYS = "enter: choose · esc: close"


class ChoiceDialog(ModalScreen[str | None]):
    """Answers with the value of the chosen option, or None after escape.

    Titles are whole. A detail that is cut is whole below the list, while the cursor is on its option.
    """

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
        self._titles = max((cell_len(each.shown_title) for each in self._options), default=0)
        self._details = max((cell_len(each.shown_detail) for each in self._options), default=0)

    def compose(self) -> ComposeResult:
        """The list, and what is cut in it."""
        room = min(WIDEST, self.app.size.width - MARGIN)
        detail = max(min(self._details, room - self._titles - SPACES), min(self._details, NARROWEST_DETAIL))
        is_cut = detail < self._details
        with Vertical(classes="palette choice -cut" if is_cut else "palette choice") as box:
            box.border_title = Content(f" {self._title} ")
            box.styles.height = len(self._options) + LINES + is_cut
            box.styles.width = min(max(self._titles + detail + SPACES, len(KEYS) + MARGIN), room)
            self._grid = Grid(GridTable(self._columns(detail), lambda option: self._numbers[id(option)]))
            self._grid.can_focus = False
            yield self._grid
            if is_cut:
                yield Static(classes="whole", markup=False)

    def on_mount(self) -> None:
        """List everything."""
        self._grid.load(self._options)
        self._tell()

    def on_key(self, event: events.Key) -> None:
        """Choose by key."""
        for option in self._options:
            if option.key and event.character == option.key:
                event.stop()
                self._answer(option)
                return

    def on_resize(self) -> None:
        """Say how many of the options there is room for."""
        self.call_after_refresh(self._tell)

    def action_move(self, step: int) -> None:
        """Go to another option."""
        self._grid.move_to(self._grid.cursor + step)
        self._tell()

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

    def _tell(self) -> None:
        """Say where the cursor is, if not all options are on the screen, and what is cut of its option."""
        box, option = self.query_one(".palette"), self._grid.row_at_cursor()
        place = f"{self._grid.cursor + 1} of {len(self._options)} · " if self._grid.page < len(self._options) else ""
        box.border_subtitle = Content(f" {place}{KEYS} ")
        for line in self.query(".whole").results(Static):
            line.update(Content(option.shown_detail if option else ""))

    def _columns(self, detail: int) -> tuple[GridColumn[Option], ...]:
        return (
            GridColumn(
                "title", "", lambda each: each.shown_title, lambda _: "", 0, limit=max(self._titles, 1), is_prose=True
            ),
            GridColumn("key", "", lambda each: each.key, lambda _: "", 1, 1),
            GridColumn(
                "detail",
                "",
                lambda each: each.shown_detail,
                lambda _: "",
                2,
                detail or 1,
                is_prose=True,
                tone=lambda each: "faint" if each.why_not else "",
            ),
        )
