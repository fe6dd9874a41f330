"""The ledger: runs and how they get on, their entries, their diff row by row, their gates, and the acceptance line."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher

from core.domain import steps
from core.domain.diff import Cursor, View
from core.domain.ledger import Run, run_name
from core.domain.pace import Estimate
from core.domain.progress import Progress
from core.domain.visible import visible
from core.errors import ConsoleError
from tui.actions import Actor, bindings
from tui.export import Export
from tui.panes import ledger_columns as columns
from tui.panes import ledger_reading as reading
from tui.panes import ledger_words as words
from tui.panes.ledger_card import RunCard
from tui.panes.ledger_columns import EntryRow, GateRow, RunRow
from tui.panes.ledger_diff import DiffView
from tui.panes.ledger_line import FORBIDDEN, AcceptanceLine
from tui.panes.ledger_list import List
from tui.panes.ledger_reading import Runs, Seen
from tui.source import Link
from tui.state import State
from tui.widgets.dialog import Dialog
from tui.widgets.rows import Rows
from tui.widgets.table import Table

if TYPE_CHECKING:
    from datetime import datetime

    from core.domain.steps import Login
    from core.services.acceptance import Verification

BUSY_SECONDS, QUIET_SECONDS, LOST_SECONDS = 1.0, 5.0, 3.0
NOT_READ = "the ledger is being read"


class LedgerPane(AcceptanceLine, Vertical, can_focus=False, inherit_bindings=False):
    """A list of runs over a card of the one under the cursor; entries, gates and diff take the list's place."""

    TITLE = "Ledger"
    PLACES = ("ledger",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "A run: p plan, c reconcile, A apply, V verify, C certify. Who had a hand in it cannot certify it.\n"
        "+ to register   = registered   - vanished   ! quarantined   ~ late: the key shows only these rows\n"
        "An apply runs as a process of its own. Any console follows it, pauses it, or cancels it."
    )

    def __init__(self) -> None:
        super().__init__(id="ledger")
        self.runs: List[RunRow] = List(Table(columns.RUNS, lambda row: row.run.name), self._chosen, id="runs")
        self.runs.grid.table.descending = True
        self.entries: List[EntryRow] = List(Table(columns.ENTRIES, lambda row: row.entry.collection), id="entries")
        self.gates: List[GateRow] = List(Table(columns.gates(0), lambda row: row.gate.id), id="gates")
        self.diff = DiffView()
        self.card = RunCard()
        self.verified: dict[int, Verification] = {}
        self._login: Login | None = None
        self._seen: dict[int, Seen] = {}
        self._estimates: dict[int, tuple[Estimate, int]] = {}
        self._looked_at: datetime | None = None
        self._doing = ""
        self._lost = ""
        self._then_to: int | None = None

    def compose(self) -> ComposeResult:
        """The list above the card; on a wide screen beside it."""
        with ContentSwitcher(initial="runs", id="ledger-views"):
            yield self.runs
            yield self.entries
            yield self.gates
            yield self.diff
        yield self.card

    # What the console asks

    def actors(self) -> tuple[Actor, ...]:
        """The pane, and the list that is on the screen."""
        shown = self.diff if self.shows == "diff" else self._list
        return (self, shown, shown.grid)

    def relogin(self) -> None:
        """Somebody else looks on: forget what was seen and verified."""
        self._login = None
        self._seen.clear()
        self.verified.clear()
        self._go("runs")

    def exported(self) -> Export:
        """What is shown; of a diff, the rows that the window holds."""
        number = "" if self.run is None or self.shows == "runs" else f"-{self.run.name}-{self.shows}"
        return replace(super().exported(), name=f"ledger{number}")

    def show(self, state: State) -> None:
        """After a look, read the runs again."""
        if state.looked_at != self._looked_at and self.display:
            self._looked_at = state.looked_at
            self.read_again()

    def enter(self) -> None:
        """Take the focus, and read what happened meanwhile."""
        self._focus()
        self.read_again()

    def why_not(self, action_id: str) -> str:
        """What login, state or screen forbid."""
        if action_id in FORBIDDEN or action_id in ("run_verify", "audit"):
            forbidden = self._reasons()[FORBIDDEN[action_id]] if action_id in FORBIDDEN else ""
            none = "there is no run" if action_id == "run_verify" and self.run is None else ""
            return f"{self._doing} is under way" if self._doing else forbidden or none
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

    @property
    def run(self) -> Run | None:
        """The run under the cursor."""
        row = self.runs.grid.row_at_cursor()
        return None if row is None else row.run

    @property
    def seen(self) -> Seen | None:
        """Everything known of that run, once it is read."""
        return None if self.run is None else self._seen.get(self.run.run)

    def doing(self, what: str) -> None:
        """Show what is under way."""
        self._doing = what
        self._show_card()

    def read_again(self, then_to: int | None = None) -> None:
        """Read the runs again, and put the cursor on one of them."""
        self._then_to = then_to if then_to is not None else self._then_to
        source = self.host.source
        self.host.work.start("ledger runs", lambda: source.read("ledger", reading.runs), self._took_runs, self._failed)

    def show_gates(self) -> None:
        """Bring the gates of the last verify to the screen."""
        found = self.verified.get(self.run.run) if self.run is not None else None
        if found is not None:
            self.gates.grid.table = Table(columns.gates(self.app.size.width), lambda row: row.gate.id)
            self.gates.grid.load([GateRow(place, gate) for place, gate in enumerate(found.gates, 1)])
            self._go("gates")

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
                self.app.push_screen(Dialog("Gate", words.gate_details(judged.gate)))
        elif (item := self.diff.grid.row_at_cursor()) is not None:
            self.app.push_screen(Dialog("Row", words.item(item, compared=self.diff.view.before is not None)))

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
            self.app.push_screen(Dialog("SQL", found))

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
        self._focus()
        self._show_card()
        self.post_message(Rows.Changed())

    def _focus(self) -> None:
        self.take_focus(self.diff.grid if self.shows == "diff" else self._list.grid)

    def _previous(self) -> Run | None:
        rows = self.runs.grid.table.rows()
        return None if self.run is None else reading.previous([row.run for row in rows], self.run)

    # Reading

    def _took_runs(self, found: Runs) -> None:
        self._login, self._lost = found.login, ""
        progress = {each.run: each for each in found.progress}
        rows = [RunRow(run, progress.get(run.run)) for run in found.runs]
        if rows != list(self.runs.grid.table.rows()):
            self.runs.grid.load(sorted(rows, key=lambda row: row.run.run, reverse=True))
        place = None if self._then_to is None else self.runs.grid.table.index(run_name(self._then_to))
        self._then_to = None
        if place is not None:
            self.runs.grid.move_to(place)
        self._chosen()
        self._follow_later()

    def _chosen(self) -> None:
        """Show the run under the cursor, and read it."""
        self._show_card()
        self._show_entries()
        self.post_message(Rows.Changed())
        run = self.run
        if run is not None:
            source = self.host.source
            call = lambda: source.read("ledger", lambda link: reading.one(link, run.run))  # noqa: E731 - as short as its use
            self.host.work.start("ledger run", call, self._took_run, self._failed)

    def _took_run(self, found: Seen) -> None:
        self._lost = ""
        self._seen[found.run.run] = found
        if self.run is not None and found.run.run != self.run.run:
            self._chosen()  # the cursor went on while it was read
            return
        self._show_card()
        self._show_entries()
        self.post_message(Rows.Changed())

    def _failed(self, error: ConsoleError) -> None:
        self._lost = error.message
        self._show_card()
        # Without limit: what was seen stays, marked stale, until somebody answers again.
        self.card.call_in(LOST_SECONDS, self._retry)

    def _retry(self) -> None:
        if self.display:
            self.read_again()

    # Following

    def _follow_later(self) -> None:
        if any(row.progress is not None for row in self.runs.grid.table.rows()):
            rows = [row.progress for row in self.runs.grid.table.rows() if row.progress is not None]
            busy = BUSY_SECONDS if any(each.workers for each in rows) else QUIET_SECONDS
            self.card.call_in(busy, self._follow)

    def _follow(self) -> None:
        """Look how the runs get on that are applied; nothing is asked while the pane is not on the screen."""
        numbers = [row.run.run for row in self.runs.grid.table.rows() if row.progress is not None]
        if self.display and numbers:
            source = self.host.source
            call = lambda: source.read("follow", lambda link: reading.follow(link, numbers))  # noqa: E731 - as said
            self.host.work.start("ledger follow", call, self._followed, self._failed)

    def _followed(self, found: list[Progress]) -> None:
        self._lost = ""
        fresh = {}
        for progress in found:
            name = run_name(progress.run)
            row = self.runs.grid.table.get(name)
            self._measure(progress)
            if row is not None and row.progress != progress:
                fresh[name] = replace(row, progress=progress)
        is_over = any(each.status != "applying" for each in found) or len(found) != len(
            [row for row in self.runs.grid.table.rows() if row.progress is not None]
        )
        self.runs.grid.replace(fresh)
        for progress in found:
            seen = self._seen.get(progress.run)
            if seen is not None:
                self._seen[progress.run] = replace(seen, progress=progress)
        self._show_card()
        if is_over or self._has_turned(found):
            self.read_again()
        else:
            self._follow_later()

    def _has_turned(self, found: list[Progress]) -> bool:
        """Whether what may be done with the run under the cursor is other than when it was read."""
        seen = self.seen
        return (
            seen is not None
            and seen.standing is not None
            and any(
                each.run == seen.run.run
                and (each.status, each.command) != (seen.standing.status, seen.standing.command)
                for each in found
            )
        )

    def _measure(self, progress: Progress) -> None:
        now = time.monotonic()
        estimate, before = self._estimates.get(progress.run, (None, progress.done))
        if estimate is None:
            estimate = Estimate(progress.accounting.open, now)
        else:
            estimate.finished(progress.done - before, now)
        self._estimates[progress.run] = (estimate, progress.done)

    # Showing

    def _reasons(self) -> dict[str, str]:
        if self._login is None or (self.run is not None and self.seen is None):
            return dict.fromkeys(FORBIDDEN.values(), self._lost or NOT_READ)
        server = self.host.state.server
        login = replace(self._login, read_only=server.read_only if server else False)
        found = self.verified.get(self.run.run) if self.run is not None else None
        standing = self.seen.standing if self.seen is not None else None
        return dict(steps.reasons(login, standing, verified=None if found is None else found.passed))

    def _show_card(self) -> None:
        row, seen = self.runs.grid.row_at_cursor(), self.seen
        found = self.verified.get(row.run.run) if row is not None else None
        estimate = self._estimates.get(row.run.run) if row is not None else None
        doing = f"{self._doing}…" if self._doing else f"STALE: {visible(self._lost)}" if self._lost else ""
        self.card.show(
            row, seen, self._reasons(), found, None if estimate is None else estimate[0], (self._where(), doing)
        )

    def _where(self) -> str:
        """Where in the run the screen is."""
        before = self.diff.view.before
        rows = "row by row" if before is None else f"beside the plan of {run_name(before)}"
        return {"entries": "entries", "gates": "gates as verified", "diff": rows}.get(self.shows, "")

    def _show_entries(self) -> None:
        seen = self.seen
        rows = [] if seen is None else [EntryRow(each, seen.outcomes[each.collection]) for each in seen.run.entries]
        if rows != list(self.entries.grid.table.rows()):
            self.entries.grid.load(rows)

    @on(Rows.Changed)
    def _changed(self, message: Rows.Changed) -> None:
        if message.control is not None and message.control is self.runs:
            self._show_card()


def _sql(link: Link, number: int) -> Content:
    from core.services import ledger  # noqa: PLC0415 - the services bring the driver along

    return words.statements(ledger.statements(link, number))
