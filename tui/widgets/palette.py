"""The command palette: every action of the registry that is possible from here, found by its title."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from core.domain.filter import Filter
from tui.actions import Action, WhyNot, actions_at
from tui.widgets.grid import Grid
from tui.widgets.table import GridColumn, GridTable


class Palette(ModalScreen[str | None]):
    """Answers with the id of the chosen action. One that is not possible now is listed with its reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("ctrl+c", "app.do('quit')", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("enter", "choose", show=False, priority=True),
    ]

    def __init__(self, places: Sequence[str], why_not: WhyNot) -> None:
        super().__init__()
        wanted = actions_at("console", *(place for place in places if place != "list"))
        self._actions = [action for action in wanted if action.listed]
        self._typed = ""
        self._why_not = why_not
        self._best: GridColumn[Action] = GridColumn("best", "", lambda each: each.title, self._place, 3)
        columns: tuple[GridColumn[Action], ...] = (
            GridColumn("title", "command", lambda each: each.title, lambda each: each.title, 0, 30, is_prose=True),
            GridColumn("keys", "key", lambda each: each.key_label, lambda _: "", 1, 9),
            GridColumn("why", "", why_not, lambda _: "", 2, 26, is_prose=True, tone=lambda _: "faint"),
        )
        self._grid = Grid(GridTable(columns, lambda each: each.title))

    def compose(self) -> ComposeResult:
        """A line to type in, over the commands."""
        with Vertical(classes="palette") as box:
            box.border_title = " Commands "
            yield Input(placeholder="type part of a command", compact=True, select_on_focus=False)
            yield self._grid

    def on_mount(self) -> None:
        """List everything, ready to type."""
        self._grid.can_focus = False
        self.query_one(Input).cursor_blink = False
        self._grid.load(self._actions)
        self._grid.sort(self._best)
        self._tell()

    def on_key(self, event: events.Key) -> None:
        """Take letters that were typed before the line had the focus."""
        if event.character is not None and event.is_printable:
            self.query_one(Input).insert_text_at_cursor(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches: a part, else the same letters in this order; what fits best comes first."""
        self._typed = event.value.strip().lower()
        self._grid.sort(self._best)
        self._grid.show_only(Filter(event.value))
        if not len(self._grid.table):
            self._grid.show_only(Filter(f"-f {event.value}"))
        self._grid.move_to(0)
        self._tell()

    def _place(self, action: Action) -> str:
        """Exactly what was typed comes first, even where it cannot be done: enter must not do something else then."""
        title = action.title.lower()
        fits = (title == self._typed, title.startswith(self._typed), f" {self._typed}" in f" {title}")
        place = fits.index(True) if any(fits) else len(fits)
        return f"{place > 0 and self._typed != '':d}{self._why_not(action) != '':d}{place}{title}"

    def _tell(self) -> None:
        """Where the cursor is among what matches."""
        found = len(self._grid.table)
        place = f"{self._grid.cursor + 1} of {found}" if found else "none matches"
        self.query_one(".palette").border_subtitle = Content(f" {place} · enter: run · esc: close ")

    def action_move(self, step: int) -> None:
        """Go to another command."""
        self._grid.move_to(self._grid.cursor + step)
        self._tell()

    def action_choose(self) -> None:
        """Answer with the command under the cursor."""
        chosen = self._grid.row_at_cursor()
        if chosen is not None:
            self.dismiss(chosen.id)

    def action_close(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)
