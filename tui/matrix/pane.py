"""The compatibility matrix: every collection, whether its rows can be identified, and what is missing."""

from collections.abc import Iterable
from dataclasses import replace
from shlex import join
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from core.domain.overview.matrix import COMPATIBLE, EXEMPT, REQUIRED, Counts, MatrixRow
from core.errors import ConsoleError
from tui.actions import bindings
from tui.matrix import summary
from tui.matrix.columns import COLUMNS
from tui.matrix.contract_panel import ContractPanel
from tui.matrix.contract_screen import ContractScreen
from tui.matrix.retire import Retiring
from tui.pane import Pane
from tui.runtime.poller import is_lost
from tui.runtime.state import ConsoleState
from tui.runtime.tally import Tally, tally
from tui.widgets.grid import Grid
from tui.widgets.rows import MarkedRows, Rows
from tui.widgets.table import GridTable

# What another pane goes on with: classified collections or unclassified ones, and the reason where there are none.
HANDED = {"plan_these": (True, "can be planned"), "classify_these": (False, "is unclassified")}


class MatrixPane(Pane, Vertical, can_focus=False, inherit_bindings=False):
    """The grid, the filter, a line that says what is on the screen, and totals that read like the packet."""

    TITLE = "Matrix"
    PLACES = ("matrix",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "/text rows that contain it   /!text rows that do not\n"
        "/-f txt names with these letters in this order\n"
        "▪ column   ▫ synthetic   ? unclassified   - exempt\n"
        "rows: - no identity yet   … not counted yet   ! count failed"
    )

    class CountsWanted(Message):
        """The pane wants these collections counted."""

        def __init__(self, collections: list[str]) -> None:
            super().__init__()
            self.collections = collections

    class Handed(Message):
        """Another pane is to go on with these collections."""

        def __init__(self, pane: str, collections: list[str]) -> None:
            super().__init__()
            self.pane = pane
            self.collections = collections

    def __init__(self) -> None:
        super().__init__(id="matrix")
        self.rows: MarkedRows[MatrixRow] = MarkedRows(
            GridTable(COLUMNS, lambda row: row.facts.collection), id="collections"
        )
        self.failures: dict[str, ConsoleError] = {}
        self.panel = ContractPanel(self, self.grid.row_at_cursor, self.failures.get)
        self._counts: dict[str, Counts] = {}
        self._left: int | None = None
        self._exempt = 0
        self._entered = False
        self.retiring = Retiring(self)

    def compose(self) -> ComposeResult:
        """The grid above its lines; on a wide screen the contract stands beside it."""
        with Horizontal():
            yield self.rows
            yield self.panel
        yield Static(id="view", markup=False)
        yield Static(id="totals", markup=False)

    @property
    def grid(self) -> Grid[MatrixRow]:
        """The grid of the collections."""
        return self.rows.grid

    def show(self, state: ConsoleState) -> None:
        """After a refresh, count what a lost connection left uncounted."""
        if self._entered and state.fault is None and self._left is None:
            self._want(self._uncounted())

    def enter(self) -> None:
        """Take the focus; the first time, start to count."""
        self.take_focus(self.grid)
        self.begin_to_count()
        self.panel.follow()

    def begin_to_count(self) -> None:
        """Count what is listed, and from now on what comes to be."""
        if not self._entered:
            self._entered = True
            self._want(self._uncounted())

    def tally(self) -> Tally:
        """What the counts say so far."""
        return tally(self.grid.table.rows(), self._counts, self.failures, self._left or 0)

    def relogin(self) -> None:
        """Forget what another login could count."""
        self._counts.clear()
        self.failures.clear()
        self.grid.load([replace(row, counts=None, reasons=_without_failure(row)) for row in self.grid.table.rows()])
        self._show_totals()

    def load(self, rows: Iterable[MatrixRow]) -> None:
        """Show other rows. Counts of collections whose facts are the same stay."""
        fresh = []
        for row in rows:
            known = self.grid.table.get(row.facts.collection)
            if known is not None and known.facts != row.facts:
                self._counts.pop(row.facts.collection, None)
                self.failures.pop(row.facts.collection, None)
            fresh.append(replace(row, counts=self._counts.get(row.facts.collection)))
        self.grid.load(fresh)
        self._show_totals()
        if self._entered:
            self._want(self._uncounted())

    def recount(self) -> None:
        """Count everything again; the old figures stay until the new ones are there."""
        self.failures.clear()
        self.panel.forget()
        if self._entered:
            self._want(self._countable())

    def counted(self, results: dict[str, Counts | ConsoleError], left: int) -> None:
        """Take some counts; what could not be counted says so at its own row."""
        rows: dict[str, MatrixRow] = {}
        for name, result in results.items():
            row = self.grid.table.get(name)
            if row is None or is_lost(result):
                continue
            if isinstance(result, ConsoleError):
                self.failures[name] = result
                rows[name] = replace(row, counts=None, reasons=(*_without_failure(row), f"uncounted:{result.message}"))
            else:
                self._counts[name] = result
                rows[name] = replace(row, counts=result, reasons=_without_failure(row))
        self._left = left if left and not any(map(is_lost, results.values())) else None
        self.grid.replace(rows)
        if self._left is None and self.grid.table.sorted_by.id in ("source_rows", "registered", "missing"):
            self.grid.sort(self.grid.table.sorted_by, descending=self.grid.table.descending)
        self._show_totals()
        self._show_view()
        self.panel.follow()

    def why_not(self, action_id: str) -> str:
        """A row is needed to open one."""
        if action_id == "details" and self.grid.row_at_cursor() is None:
            return "no collection is under the cursor"
        if action_id == "retire":
            return self.retiring.why_not(self.grid.row_at_cursor())
        if action_id in HANDED and not self._handed(action_id):
            return (
                f"no marked collection {HANDED[action_id][1]}"
                if self.grid.marked
                else "mark collections with space first"
            )
        return ""

    def twin(self, action_id: str) -> str:
        """The command that shows the collection under the cursor."""
        row = self.grid.row_at_cursor()
        if action_id in HANDED:
            command = ["plan"] if action_id == "plan_these" else ["suggest"]
            return join(["birth-console", *command, *(self._handed(action_id) or ["COLLECTION"])])
        if action_id == "retire":
            return self.retiring.twin(row)
        if action_id != "details" or row is None:
            return ""
        return join(["birth-console", "columns", row.facts.collection])

    # Actions

    def open_details(self) -> None:
        """Show everything known of the collection under the cursor."""
        row = self.grid.row_at_cursor()
        if row is not None:
            self.host.push_screen(ContractScreen(self, row, self.failures.get(row.facts.collection)))

    def retire(self) -> None:
        """Retire the identity of the collection under the cursor."""
        row = self.grid.row_at_cursor()
        if row is not None:
            self.retiring.ask(row)

    def plan_these(self) -> None:
        """Plan the marked collections that can be planned."""
        self.post_message(self.Handed("ledger", self._handed("plan_these")))

    def classify_these(self) -> None:
        """Classify the marked collections that need it."""
        self.post_message(self.Handed("classify", self._handed("classify_these")))

    def _handed(self, action_id: str) -> list[str]:
        """The marked REQUIRED collections that another pane can go on with."""
        strategy_is_known, _ = HANDED[action_id]
        found = (row for name in sorted(self.grid.marked) if (row := self.grid.table.get(name)) is not None)
        return [
            row.facts.collection
            for row in found
            if row.facts.requirement == REQUIRED
            and (row.verdict == COMPATIBLE if strategy_is_known else "identity_unclassified" in row.reasons)
        ]

    # Events

    @on(Rows.Changed)
    @on(Grid.Highlighted)
    def _follow(self) -> None:
        self.panel.follow()

    @on(Rows.Changed)
    def _show_view(self) -> None:
        self._set("#view", Content.styled(summary.view(self.rows, self._left, self._exempt), "$text-muted"))

    def _show_totals(self) -> None:
        rows = list(self.grid.table.rows())
        self._exempt = sum(row.facts.requirement == EXEMPT for row in rows)
        self._set("#totals", summary.totals(rows))

    def _set(self, place: str, content: Content) -> None:
        line = self.query_one(place, Static)
        if line.content != content:
            line.update(content, layout=False)

    def _countable(self) -> list[str]:
        """What can be counted, beginning with what is on the screen."""
        table = self.grid.table
        shown = table.names()
        hidden = [row.facts.collection for row in table.rows() if table.index(row.facts.collection) is None]
        return [name for name in (*shown, *hidden) if (row := table.get(name)) is not None and row.facts.table]

    def _uncounted(self) -> list[str]:
        return [name for name in self._countable() if name not in self._counts and name not in self.failures]

    def _want(self, names: list[str]) -> None:
        if names:
            self._left = len(names)
            self.post_message(self.CountsWanted(names))


def _without_failure(row: MatrixRow) -> tuple[str, ...]:
    return tuple(each for each in row.reasons if not each.startswith("uncounted:"))
