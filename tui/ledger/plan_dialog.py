"""Which collections to plan: marked ones, or all."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.domain.overview.matrix import MatrixRow
from core.domain.text import visible
from tui.actions import BY_ID
from tui.runtime.tally import Tally
from tui.widgets.rows import MarkedRows, Rows
from tui.widgets.signs import number, rows_of, sign
from tui.widgets.table import GridColumn, GridTable

UNCOUNTED = "…"


def columns(missing: Callable[[str], int | None]) -> tuple[GridColumn[MatrixRow], ...]:
    """The collections, how their rows are identified, and how many are missing, where they are counted."""

    def text(row: MatrixRow) -> str:
        rows = missing(row.facts.collection)
        return UNCOUNTED if rows is None else number(rows)

    return (
        GridColumn(
            "collection", "collection", lambda r: visible(r.facts.collection), lambda r: r.facts.collection, 0, limit=40
        ),
        GridColumn("missing", "missing", text, lambda r: missing(r.facts.collection), 1, 10, right=True),
        GridColumn("strategy", "strategy", lambda r: sign(r.facts.strategy).text, lambda r: r.facts.strategy, 2, 14),
        GridColumn(
            "identity", "identity", lambda r: visible(r.facts.identity or "-"), lambda r: r.facts.identity, 3, limit=40
        ),
    )


class PlannableRows(MarkedRows[MatrixRow]):
    """The collections, with the keys of every list; they ask this list alone whether they are possible."""

    def action_do(self, action_id: str) -> None:
        """Do it, or leave escape to the question where there is nothing to clear."""
        if not self.why_not(action_id):
            getattr(self, BY_ID[action_id].handler)()
        elif action_id == "unfilter":
            raise SkipAction


class ChoosePlan(ModalScreen[tuple[str, ...] | None]):
    """Answers with the marked collections, none for all of them, or None after escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+c", "cancel", show=False, priority=True),
        Binding("enter", "answer", show=False),
    ]

    def __init__(self, marked: Iterable[str], counted: Tally | None) -> None:
        super().__init__()
        self._marked = frozenset(marked)
        self._missing = {} if counted is None else counted.known
        self._rows: list[MatrixRow] | None = None
        self.choice = PlannableRows(GridTable(columns(self._missing.get), lambda row: row.facts.collection))

    def compose(self) -> ComposeResult:
        """The collections that can be planned, over what enter would do."""
        with Vertical(classes="palette") as box:
            box.border_title = " Plan "
            box.border_subtitle = " space: mark · *: all · /: filter · enter: plan · esc: cancel "
            yield self.choice
            yield Static(id="chosen", markup=False)

    def on_mount(self) -> None:
        """Be ready for keys before the collections are there."""
        self.set_focus(self.choice.grid)
        self._show_choice()

    def offer(self, rows: list[MatrixRow]) -> None:
        """List what can be planned, once it is read."""
        self._rows = rows
        self.choice.grid.load(rows)
        self.choice.grid.mark_only(self._marked & {row.facts.collection for row in rows})
        self._show_choice()

    def action_answer(self) -> None:
        """Plan what is marked; without a mark, all."""
        if self._rows:
            self.dismiss(tuple(sorted(self.choice.grid.marked)))

    def action_cancel(self) -> None:
        """Plan nothing."""
        self.dismiss(None)

    @on(Rows.Changed)
    def _show_choice(self) -> None:
        chosen = self.choice.grid.marked
        what = f"plan {len(chosen)} marked" if chosen else f"plan all {len(self._rows or ())}"
        counts = [
            self._missing.get(row.facts.collection)
            for row in self._rows or ()
            if not chosen or row.facts.collection in chosen
        ]
        rows = "" if None in counts else f", {rows_of(sum(each or 0 for each in counts))}"
        text = f"enter: {what}{rows}. Older plans of the same collections are superseded."
        if not self._rows:
            text = (
                "reading what can be planned…" if self._rows is None else "no collection can be planned: classify one"
            )
        line = self.query_one("#chosen", Static)
        content = Content.styled(text, "$text-muted")
        if line.content != content:
            line.update(content, layout=False)
