"""What the ledger shows of a run: the list of runs, its entries, its verified gates, its rows; and the ways between."""

from abc import abstractmethod

from textual.content import Content
from textual.widgets import ContentSwitcher

from core.domain.backfill.diff import Cursor, View
from core.domain.backfill.runs import Run
from core.domain.names import run_name
from tui.actors import Actor
from tui.ledger import columns, dialog_text, reads
from tui.ledger.columns import EntryRow, GateRow, RunRow
from tui.ledger.diff_view import DiffView
from tui.ledger.list import List
from tui.ledger.live_runs import LiveRuns
from tui.ledger.second_looks import SecondLooks
from tui.runtime.source import Link
from tui.widgets.dialog import Dialog
from tui.widgets.rows import Rows
from tui.widgets.side_panel import SidePanel
from tui.widgets.table import GridColumn, GridTable


class RunViews(LiveRuns, SecondLooks):
    """One of four views is on the screen; `enter` goes further into a run, `escape` back."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - as every widget names it
        super().__init__(id=id)
        self.explanation = SidePanel(self._explained, id="gate-explained")
        self.entries: List[EntryRow] = List(GridTable(columns.ENTRIES, lambda row: row.entry.collection), id="entries")
        self.gates: List[GateRow] = List(
            GridTable(columns.gates(0), lambda row: row.gate.id), self.explanation.follow, id="gates"
        )
        self.diff = DiffView()

    @abstractmethod
    def _show_card(self) -> None:
        """Show what is known of the run under the cursor."""

    def actors(self) -> tuple[Actor, ...]:
        """The pane, and the list that is on the screen."""
        shown = self.diff if self.shows == "diff" else self._list
        return (self, shown, shown.grid)

    def show_gates(self) -> None:
        """Bring the gates of the last verify to the screen."""
        found = self.verified.get(self.run.run) if self.run is not None else None
        if found is not None:
            table = GridTable(self._gates_columns, lambda row: row.gate.id)
            self.gates.grid.show_table(table)
            self.gates.grid.load([GateRow(place, gate) for place, gate in enumerate(found.gates, 1)])
            self._go("gates")
            # What did not pass is what is looked for.
            self.gates.grid.move_to(next((at for at, gate in enumerate(found.gates) if not gate.passed), 0))
            self.explanation.follow()

    def on_resize(self) -> None:
        """Give the evidence of gates the room that there is."""
        self.gates.grid.show_columns(self._gates_columns)

    @property
    def _gates_columns(self) -> tuple[GridColumn[GateRow], ...]:
        """A wide screen explains the gate under the cursor beside the list."""
        width = self.app.size.width
        beside = width >= columns.WIDE
        return columns.gates(width // 2 if beside else width, beside=beside)

    def _explained(self, _: int) -> Content:
        row = self.gates.grid.row_at_cursor()
        return Content("") if row is None else dialog_text.gate_details(row.gate)

    # Actions that go somewhere

    def open_further(self) -> None:
        """From a run to its entries, from an entry to its rows, from a gate or a row to all that is known of it."""
        if self.shows == "runs":
            self._go("entries")
        elif self.shows == "entries":
            row = self.entries.grid.row_at_cursor()
            if row is not None:
                self._open_diff(None, Cursor(row.entry.ledger_id))
        elif self.shows == "gates":
            judged = self.gates.grid.row_at_cursor()
            if judged is not None:
                self.host.push_screen(Dialog("Gate", dialog_text.gate_details(judged.gate)))
        elif (item := self.diff.grid.row_at_cursor()) is not None:
            self.host.push_screen(Dialog("Row", dialog_text.item(item, compared=self.diff.view.before is not None)))

    def go_back(self) -> None:
        """Back to where the screen came from."""
        self._go("entries" if self.shows == "diff" and self.diff.view.before is None else "runs")

    def open_diff(self) -> None:
        """Every row of the run."""
        self._open_diff(None, None)

    def open_comparison(self) -> None:
        """The rows of this plan beside those of the one before it."""
        before = self._previous()
        if before is not None:
            self._open_diff(before.run, None)

    def open_sql(self) -> None:
        """The SQL that plan and batches run."""
        number = self._meant().run

        def show(found: Content) -> None:
            self.host.push_screen(Dialog("SQL", found))

        self._work("reading the SQL", lambda: self.host.source.read("ledger", lambda link: _sql(link, number)), show)

    def _open_diff(self, before: int | None, at: Cursor | None) -> None:
        self.diff.open(View(self._meant().run, before=before), at)
        self._go("diff")

    @property
    def shows(self) -> str:
        """The view on the screen."""
        return self.query_one("#ledger-views", ContentSwitcher).current or "runs"

    @property
    def _list(self) -> "List[RunRow] | List[EntryRow] | List[GateRow]":
        return {"entries": self.entries, "gates": self.gates}.get(self.shows, self.runs)  # type: ignore[return-value]

    @property
    def _is_empty(self) -> bool:
        grid = self.diff.grid if self.shows == "diff" else self._list.grid
        return grid.row_at_cursor() is None

    def _go(self, view: str) -> None:
        self.query_one("#ledger-views", ContentSwitcher).current = view
        self.set_class(view != "runs", "-inside")
        self.set_class(view == "gates", "-gates")
        self._focus()
        self._show_card()
        self.post_message(Rows.Changed())

    def _focus(self) -> None:
        self.take_focus(self.diff.grid if self.shows == "diff" else self._list.grid)

    def _previous(self) -> Run | None:
        rows = self.runs.grid.table.rows()
        return None if self.run is None else reads.previous([row.run for row in rows], self.run)

    def _where(self) -> str:
        """Where in the run the screen is."""
        before = self.diff.view.before
        rows = "row by row" if before is None else f"compared with {run_name(before)}"
        return {"entries": "entries", "gates": "verified gates", "diff": rows}.get(self.shows, "")

    def _show_entries(self) -> None:
        seen = self.seen
        rows = (
            []
            if seen is None
            else [EntryRow(each, seen.progress.outcomes[each.collection]) for each in seen.run.entries]
        )
        if rows != list(self.entries.grid.table.rows()):
            self.entries.grid.load(rows)


def _sql(link: Link, number: int) -> Content:
    from core.services.backfill import runs  # noqa: PLC0415 - the services bring the driver along

    return dialog_text.statements(runs.statements(link, number))
