"""The list of the Classify pane: it reads the queue and its evidence, and shows what is staged for each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from core.errors import ConsoleError
from tui.actions import bindings
from tui.classify import service_calls
from tui.classify.decisions import Decisions
from tui.classify.queue_rows import COLUMNS, NAME, STATE, QueueRow
from tui.widgets.grid import NOWHERE
from tui.widgets.rows import MarkedRows
from tui.widgets.table import GridTable

if TYPE_CHECKING:
    from core.domain.classify.blocker import Blocker, CandidateEvidence, Rights

OVERTAKEN = "another session decided it since your last refresh"


class QueueView(MarkedRows[QueueRow], inherit_bindings=False):
    """One row for each blocker, and for each staged decision that another session has overtaken.

    Where a row belongs shows when its evidence is there. Until all of it is, the cursor is nowhere and the rows stand
    by name: then the clearest come first, and the cursor goes there. Moved before, it keeps the order by name:
    nothing may move away under a key. Left and right walk the candidates beside it.
    """

    PLACES: ClassVar[tuple[str, ...]] = ("rows", "marks")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)

    def __init__(
        self, decisions: Decisions, changed: Callable[[], None], was_read: "Callable[[list[Blocker]], None]"
    ) -> None:
        super().__init__(GridTable(COLUMNS, lambda row: row.name), id="queue")
        self._decisions, self._tell, self._was_read = decisions, changed, was_read
        self.grid.cursor = NOWHERE

    @property
    def waiting(self) -> list[QueueRow]:
        """Every row, shown or not."""
        return list(self.grid.table.rows())

    @property
    def listed(self) -> int:
        """How many rows stand for what the database holds as a blocker."""
        return sum(not row.overtaken for row in self.grid.table.rows())

    @property
    def is_settling(self) -> bool:
        """Whether the rows are still to be put in order."""
        return self.grid.cursor == NOWHERE and bool(self.grid.table.total)

    @property
    def is_incomplete(self) -> bool:
        """Whether some rows could not be sampled."""
        return any(row.tier == "!" for row in self.waiting)

    # Reading

    def reload(self, after: str = "") -> None:
        """Read the queue, then the evidence of what has none yet. A failure keeps in sight what was said before."""
        source = self.host.source

        def failed(error: ConsoleError) -> None:
            hint = "Press r to refresh."
            self.host.tell(ConsoleError(f"{after}; then: {error.message}", evidence=error.evidence, hint=hint))

        self.host.work.start(
            "queue",
            lambda: service_calls.queue(source),
            lambda found: self._take(*found),
            failed if after else self.host.tell,
        )

    def _take(self, found: "list[Blocker]", rights: "Rights") -> None:
        self._decisions.rights = rights
        known = {row.name: row for row in self.grid.table.rows()}
        rows = [_listed(each, known.get(each.collection)) for each in found]
        names = {row.name for row in rows}
        overtaken = [known[name] for name in self._decisions.staging.choices if name not in names and name in known]
        rows += [replace(each, fault=each.fault or OVERTAKEN, overtaken=True) for each in overtaken]
        self.grid.load(rows)
        self._was_read(found)
        self._tell()
        if unseen := [row.name for row in rows if row.evidence is None and row.blocker.has_table]:
            self._read_evidence(unseen)
        else:
            self._settle()

    def _read_evidence(self, names: list[str]) -> None:
        source, work = self.host.source, self.host.work

        def tell(found: "tuple[CandidateEvidence, ...]") -> None:
            work.deliver(lambda: self._found(found))

        def failed(error: ConsoleError) -> None:
            left = [row.name for row in self.waiting if row.name in names and row.evidence is None]
            self._change(left, lambda row: replace(row, unsampled=error.message))
            self._settle()
            self.host.tell(error)

        work.start("evidence", lambda: service_calls.evidence(source, names, tell), lambda _: self._settle(), failed)

    def _found(self, evidence: "Iterable[CandidateEvidence]") -> None:
        told = {each.suggestion.collection: each for each in evidence}
        self._change(told, lambda row: replace(row, evidence=told[row.name]))
        self._tell()

    def _settle(self) -> None:
        """Put the rows in order, and begin with the first, or with the first of those that another pane marked."""
        if self.is_settling:
            table = self.grid.table
            self.grid.sort(STATE if table.sorted_by is NAME else table.sorted_by, descending=table.descending)
            marked = (index for name in self.grid.marked if (index := self.grid.table.index(name)) is not None)
            self.grid.move_to(min(marked, default=0))
        self._tell()

    # Deciding

    def decided(self, names: Iterable[str]) -> None:
        """Show what is staged for some collections."""
        choices = self._decisions.staging.choices
        self._change(names, lambda row: replace(row, choice=choices.get(row.name), fault=""))
        self._tell()

    def taken_back(self, names: Iterable[str]) -> None:
        """Show that changes were taken back; what another session decided leaves the list with its decision."""
        names = set(names)
        gone = {row.name for row in self.waiting if row.overtaken and row.name in names}
        if gone:
            self._decisions.staging.forget(gone)
            self.grid.load([row for row in self.waiting if row.name not in gone])
        self.decided(names - gone)

    def saved(self, done: Collection[str], refused: Mapping[str, str]) -> None:
        """Let go of what is saved; what was refused says why."""
        self.grid.load(
            [replace(row, fault=refused.get(row.name, "")) for row in self.grid.table.rows() if row.name not in done]
        )
        self._tell()

    def advance(self, *, here: bool = False) -> None:
        """Go to the next row without a decision; stay where there is none below."""
        cursor = max(self.grid.cursor, 0)
        below = range(cursor + (0 if here else 1), len(self.grid.table))
        self.grid.move_to(next((at for at in below if self.grid.table.row(at).choice is None), cursor))

    def _change(self, names: Iterable[str], change: Callable[[QueueRow], QueueRow]) -> None:
        rows = {name: row for name in names if (row := self.grid.table.get(name)) is not None}
        self.grid.replace({name: change(row) for name, row in rows.items()})


def _listed(blocker: "Blocker", known: QueueRow | None) -> QueueRow:
    if known is None:
        return QueueRow(blocker)
    fault = "" if known.overtaken else known.fault
    return replace(known, blocker=blocker, fault=fault, unsampled="", overtaken=False)
