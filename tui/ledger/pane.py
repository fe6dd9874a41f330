"""The ledger: runs and how they get on, their entries, their diff row by row, their gates, and the acceptance line."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from core.domain.text import visible
from tui.actions import bindings
from tui.export import Export
from tui.ledger import diff_export
from tui.ledger.empty_card import Beginning
from tui.ledger.run_actions import FORBIDDEN
from tui.ledger.views import RunViews
from tui.runtime.state import ConsoleState
from tui.widgets.gate_conditions import gate_conditions
from tui.widgets.rows import Rows
from tui.widgets.signs import rows_of

if TYPE_CHECKING:
    from datetime import datetime


class LedgerPane(RunViews, Vertical, can_focus=False, inherit_bindings=False):
    """A list of runs over a card of the one under the cursor; entries, gates and diff take the list's place."""

    TITLE = "Ledger"
    PLACES = ("ledger",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "A run: p plan, c reconcile, A apply, V verify, C certify. A reviewer who took no part certifies.\n"
        "+ to register   = registered   - vanished   ! quarantined   ~ late: the key shows only these rows\n"
        "An apply runs in the background. Any console can follow, pause or cancel it."
    )

    def __init__(self) -> None:
        super().__init__(id="ledger")
        self._refreshed_at: datetime | None = None
        self._doing = ""

    def compose(self) -> ComposeResult:
        """The list above the card; on a wide screen beside it."""
        with Horizontal(id="ledger-main"):
            with ContentSwitcher(initial="runs", id="ledger-views"):
                yield self.runs
                yield self.entries
                yield self.gates
                yield self.diff
            yield self.explanation
        yield self.card

    # What the console asks

    def relogin(self) -> None:
        """Another login goes on: forget what was seen and verified."""
        self._login = None
        self._seen.clear()
        self.verified.clear()
        self._go("runs")

    def exported(self) -> Export:
        """What is shown; of a diff, the rows that the window holds."""
        if self.shows == "diff":
            return diff_export.table(self._export_name, self.diff.view, self.diff.window.rows())
        return replace(super().exported(), name=self._export_name)

    def copied(self) -> dict[str, str]:
        """Of a row of a diff, the bare code is wanted."""
        row = self.diff.grid.row_at_cursor() if self.shows == "diff" else None
        if row is None:
            return super().copied()
        cells = diff_export.cells(self.diff.view, row)
        return {"row": "\t".join(cells), "cell": visible(row.code), "all": self.exported().text("md")}

    @property
    def is_partial(self) -> bool:
        """Of a diff, the window holds what is near the cursor."""
        window = self.diff.window
        return self.shows == "diff" and not (window.top is None and window.bottom is None)

    def whole(self, then: Callable[[Export], None]) -> None:
        """Page a diff to its end."""
        if not self.is_partial:
            then(self.exported())
            return
        source, work, name, view = self.host.source, self.host.work, self._export_name, self.diff.view

        def tell(rows: int) -> None:
            work.deliver(lambda: self.host.say(f"reading: {rows_of(rows)} so far…"))

        read = lambda: source.read("whole", lambda link: diff_export.read_all(link, name, view, tell))  # noqa: E731 - as said
        if not work.start("whole", read, then, self.host.tell):
            self.host.say("the rows are already being read")

    @property
    def _export_name(self) -> str:
        inside = "" if self.run is None or self.shows == "runs" else f"-{self.run.name}-{self.shows}"
        return f"ledger{inside}"

    def show(self, state: ConsoleState) -> None:
        """After a refresh, read the runs again."""
        if self.run is None and self.display:
            self._show_card()  # what there is to plan may be known now
        if state.refreshed_at != self._refreshed_at and self.display:
            self._refreshed_at = state.refreshed_at
            self.read_again()

    def enter(self) -> None:
        """Take the focus, and read what happened meanwhile."""
        self._focus()
        self.read_again()

    def take(self, collections: Collection[str]) -> None:
        """Ask whether they are to be planned."""
        self.plan_these(collections)

    def why_not(self, action_id: str) -> str:
        """What login, state or screen forbid."""
        if action_id in FORBIDDEN or action_id in ("run_verify", "audit"):
            forbidden = self._reasons()[FORBIDDEN[action_id]] if action_id in FORBIDDEN else ""
            none = "there is no run" if action_id == "run_verify" and self.run is None else ""
            return f"already {self._doing}" if self._doing else forbidden or none
        if action_id == "run_back":
            return "this is the list of runs" if self.shows == "runs" else ""
        if self.run is None:
            return "" if action_id == "ledger" else "there is no run"
        missing = {
            "run_gates": "" if self.run.run in self.verified else "verify it first (V)",
            "run_compare": "" if self._previous() else "no earlier plan shares a collection with it",
            "run_open": "no row is under the cursor" if self._is_empty else "",
        }
        return missing.get(action_id, "")

    def twin(self, action_id: str) -> str:
        """The command line that does the same."""
        run, before = self.run, self._previous()
        number = "RUN" if run is None else str(run.run)
        return {
            "ledger": "birth-console ledger",
            "run_open": f"birth-console ledger {number}",
            "run_diff": f"birth-console ledger diff {number}",
            "run_compare": f"birth-console ledger diff {before.run if before else 'RUN'} {number}",
            "run_gates": f"birth-console verify {number}",
            "run_sql": f"birth-console ledger {number} --sql",
        }.get(action_id) or self.line_twin(action_id)

    # What the acceptance line asks

    def doing(self, what: str) -> None:
        """Show what is under way."""
        self._doing = what
        self._show_card()

    # Showing

    def show_run(self) -> None:
        """Show what is known of the run under the cursor."""
        self._show_card()
        self._show_entries()

    def _show_card(self) -> None:
        row, seen = self.runs.grid.row_at_cursor(), self.seen
        found = self.verified.get(row.run.run) if row is not None else None
        pacing = self._paces.get(row.run.run) if row is not None else None
        if row is None:
            state = self.host.state
            known = () if state.readiness is None else gate_conditions(state.readiness)
            self.card.beginning = Beginning(state.tally, known, self._login is not None, self.runs.grid.table.total)
        self.set_class(self._login is not None and not self.runs.grid.table.total, "-empty")
        doing = f"{self._doing}…" if self._doing else f"STALE: {visible(self._lost)}" if self._lost else ""
        self.card.show(
            row, seen, self._reasons(), found, None if pacing is None else pacing.estimate, (self._where(), doing)
        )

    @on(Rows.Changed)
    def _changed(self) -> None:
        # A filter or an order may put the cursor on another run. Another answer may have shown it before this, unread.
        if self.run != self._asked:
            self._chosen()
