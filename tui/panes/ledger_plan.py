"""Which collections to plan: marked ones, or all."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from core.domain.compatibility import MatrixRow
from core.domain.visible import visible
from tui.widgets.filter import Filter
from tui.widgets.grid import Grid
from tui.widgets.table import Column, Table
from tui.words import sign

COLUMNS: tuple[Column[MatrixRow], ...] = (
    Column(
        "collection", "collection", lambda r: visible(r.facts.collection), lambda r: r.facts.collection, 0, limit=40
    ),
    Column("strategy", "strategy", lambda r: sign(r.facts.strategy).text, lambda r: r.facts.strategy, 1, 14),
    Column("identity", "identity", lambda r: visible(r.facts.identity or "-"), lambda r: r.facts.identity, 2, limit=40),
)


class ChoosePlan(ModalScreen[tuple[str, ...] | None]):
    """Answers with the marked collections, none for all of them, or None after escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+c", "cancel", show=False, priority=True),
        Binding("enter", "answer", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("space", "mark", show=False, priority=True),
        Binding("asterisk", "mark_shown", show=False, priority=True),
    ]

    def __init__(self, rows: Sequence[MatrixRow]) -> None:
        super().__init__()
        self._rows = list(rows)
        self.grid: Grid[MatrixRow] = Grid(Table(COLUMNS, lambda row: row.facts.collection))

    def compose(self) -> ComposeResult:
        """A line to filter by, over the collections that can be planned."""
        with Vertical(classes="palette") as box:
            box.border_title = " Plan "
            box.border_subtitle = " space marks · * all shown · enter plans · esc cancels "
            yield Input(placeholder="type a part of a collection's name", compact=True, select_on_focus=False)
            yield self.grid
            yield Static(id="chosen", markup=False)

    def on_mount(self) -> None:
        """List everything, ready to type."""
        self.grid.can_focus = False
        self.query_one(Input).cursor_blink = False
        self.grid.load(self._rows)
        self._show_choice()

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches."""
        self.grid.show_only(Filter(event.value))

    def action_move(self, step: int) -> None:
        """Go to another collection."""
        self.grid.move_to(self.grid.cursor + step)

    def action_mark(self) -> None:
        """Mark the collection under the cursor, or take its mark away, and go on."""
        if len(self.grid.table):
            self.grid.mark_only(self.grid.marked ^ {self.grid.table.name(self.grid.cursor)})
            self.grid.move_down()
            self._show_choice()

    def action_mark_shown(self) -> None:
        """Mark all that are shown; where they are, take their marks away."""
        shown = set(self.grid.table.names())
        self.grid.mark_only(self.grid.marked - shown if shown <= self.grid.marked else self.grid.marked | shown)
        self._show_choice()

    def action_answer(self) -> None:
        """Plan what is marked; without a mark, all."""
        self.dismiss(tuple(sorted(self.grid.marked)))

    def action_cancel(self) -> None:
        """Plan nothing."""
        self.dismiss(None)

    def _show_choice(self) -> None:
        chosen = len(self.grid.marked)
        what = f"plans {chosen} marked" if chosen else f"plans all {len(self._rows)}"
        text = f"enter {what}; an older plan of the same collections is superseded"
        self.query_one("#chosen", Static).update(Content.styled(text, "$text-muted"), layout=False)
