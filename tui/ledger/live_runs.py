"""The runs of the ledger: reading them, and following those that are applied, from whatever session."""

import time
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.domain.backfill import next_actions
from core.domain.backfill.progress import ApplyProgress, Pacing
from core.domain.backfill.runs import Run
from core.domain.names import run_name
from core.errors import ConsoleError
from tui.ledger import columns, reads
from tui.ledger.columns import RunRow
from tui.ledger.list import List
from tui.ledger.reads import RunDetails, Runs
from tui.ledger.run_actions import FORBIDDEN, RunActions
from tui.ledger.run_card import RunCard
from tui.widgets.rows import Rows
from tui.widgets.table import GridTable

if TYPE_CHECKING:
    from core.domain.backfill.next_actions import Login
    from core.services.trust.verify import Verification

BUSY_SECONDS, QUIET_SECONDS, LOST_SECONDS = 1.0, 5.0, 3.0
NOT_READ = "the ledger is being read"


class LiveRuns(RunActions):
    """Holds the list of runs and what is known of each. Asks nothing while it is not on the screen."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - as every widget names it
        super().__init__(id=id)
        self.runs: List[RunRow] = List(GridTable(columns.RUNS, lambda row: row.run.name), self._chosen, id="runs")
        self.runs.grid.table.descending = True
        self.card = RunCard()
        self.verified: dict[int, Verification] = {}
        self._read: list[RunRow] = []
        self._login: Login | None = None
        self._seen: dict[int, RunDetails] = {}
        self._paces: dict[int, Pacing] = {}
        self._lost = ""
        self._then_to: int | None = None
        self._asked: Run | None = None  # the run that was read last, or is being read

    @abstractmethod
    def show_run(self) -> None:
        """Show what is known of the run under the cursor."""

    @property
    def run(self) -> Run | None:
        """The run under the cursor."""
        row = self.runs.grid.row_at_cursor()
        return None if row is None else row.run

    @property
    def seen(self) -> RunDetails | None:
        """Everything known of that run, once it is read."""
        return None if self.run is None else self._seen.get(self.run.run)

    def has_started(self, run: int) -> None:
        """Its workers are on their way."""
        self.card.started(run)

    def read_again(self, then_to: int | None = None) -> None:
        """Read the runs again, and put the cursor on one of them."""
        self._then_to = then_to if then_to is not None else self._then_to
        source = self.host.source
        self.host.work.start("ledger runs", lambda: source.read("ledger", reads.runs), self._took_runs, self._failed)

    def _took_runs(self, found: Runs) -> None:
        self._login, self._lost = found.login, ""
        if not self.runs.grid.nothing:  # before, it was not known
            self.runs.grid.nothing = "no run yet"
            self.runs.grid.refresh()
        self._measure(found.progress)
        progress = {each.run: each for each in found.progress}
        rows = [RunRow(run, progress.get(run.run)) for run in found.runs]
        if rows != self._read:
            self._read = rows
            self.runs.grid.load(rows)
        place = None if self._then_to is None else self.runs.grid.table.index(run_name(self._then_to))
        self._then_to = None
        if place is not None:
            self.runs.grid.move_to(place)
        self._chosen()
        self._follow_later()

    def _chosen(self) -> None:
        """Show the run under the cursor, and read it."""
        self._asked = self.run
        self.show_run()
        self.post_message(Rows.Changed())
        run = self.run
        if run is not None:
            source = self.host.source
            call = lambda: source.read("ledger", lambda link: reads.one_run(link, run.run))  # noqa: E731 - as short as its use
            self.host.work.start("ledger run", call, self._took_run, self._failed)

    def _took_run(self, found: RunDetails) -> None:
        self._lost = ""
        self._seen[found.run.run] = found
        if self.run is not None and found.run.run != self.run.run:
            self._chosen()  # the cursor went on while it was read
            return
        self.show_run()
        self.post_message(Rows.Changed())

    def _failed(self, error: ConsoleError) -> None:
        self._lost = error.message
        self.show_run()
        # Without limit: what was seen stays, marked stale, until the server answers again.
        self.card.call_in(LOST_SECONDS, self._retry)

    def _retry(self) -> None:
        if self.display:
            self.read_again()

    # Following

    @property
    def _followed_runs(self) -> list[ApplyProgress]:
        return [row.progress for row in self.runs.grid.table.rows() if row.progress is not None]

    def _follow_later(self) -> None:
        followed = self._followed_runs
        if followed:
            busy = any(each.workers for each in followed)
            self.card.call_in(BUSY_SECONDS if busy else QUIET_SECONDS, self._follow)

    def _follow(self) -> None:
        """Read the progress of the runs that are applied."""
        numbers = [each.run for each in self._followed_runs]
        if self.display and numbers:
            source = self.host.source
            call = lambda: source.read("follow", lambda link: reads.follow(link, numbers))  # noqa: E731 - as said
            self.host.work.start("ledger follow", call, self._took_progress, self._failed)

    def _took_progress(self, found: list[ApplyProgress]) -> None:
        self._lost = ""
        followed = len(self._followed_runs)
        at_work = {each.run for each in self._followed_runs if each.workers}
        self._measure(found)
        for progress in found:
            name = run_name(progress.run)
            row, seen = self.runs.grid.table.get(name), self._seen.get(progress.run)
            if row is not None and row.progress != progress:
                self.runs.grid.replace({name: replace(row, progress=progress)})
            if seen is not None:
                self._seen[progress.run] = replace(seen, progress=progress)
        self.show_run()
        if self.run is not None and self.seen is None:
            self._chosen()  # its read failed, and the retry gave way to this
        is_over = len(found) != followed or any(progress.status != "applying" for progress in found)
        has_stopped = any(each.run in at_work and not each.workers for each in found)
        if is_over or has_stopped or self._has_turned():
            self._read = []
            self.read_again()
        else:
            self._follow_later()

    def _has_turned(self) -> bool:
        """Whether what may be done with the run under the cursor is other than when it was read."""
        seen = self.seen
        if seen is None or seen.standing is None:
            return False
        return (seen.progress.status, seen.progress.command) != (seen.standing.status, seen.standing.command)

    def _measure(self, found: Iterable[ApplyProgress]) -> None:
        now = time.monotonic()
        for each in found:
            if each.run in self._paces:
                self._paces[each.run].observe(each, now)
            else:
                self._paces[each.run] = Pacing(each, now)

    def _reasons(self) -> dict[str, str]:
        if self._login is None or (self.run is not None and self.seen is None):
            return dict.fromkeys(FORBIDDEN.values(), self._lost or NOT_READ)
        server = self.host.state.server
        login = replace(self._login, read_only=server.read_only if server else False)
        found = self.verified.get(self.run.run) if self.run is not None else None
        standing = self.seen.standing if self.seen is not None else None
        return dict(next_actions.reasons(login, standing, verified=None if found is None else found.passed))
