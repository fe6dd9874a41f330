"""The Classify pane: the queue of blockers, their evidence, and decisions that are staged until `w` saves them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from core.domain.classify.staged import StagedDecision
from core.domain.text import visible
from tui.actions import bindings
from tui.classify import evidence_text, messages, save_list, service_calls
from tui.classify.decisions import Decisions
from tui.classify.evidence_dialog import EvidenceDialog
from tui.classify.prompts import Prompts
from tui.classify.queue_rows import QueueRow
from tui.classify.queue_view import QueueView
from tui.classify.save import Saver
from tui.classify.save_list import SaveDialog
from tui.classify.staged import StagedDecisions
from tui.classify.staged_store import StagedStore
from tui.pane import Pane
from tui.runtime.state import ConsoleState
from tui.widgets.dialog import Dialog
from tui.widgets.digit_key import DigitKey
from tui.widgets.grid import Grid
from tui.widgets.rows import Rows
from tui.widgets.side_panel import SidePanel
from tui.widgets.signs import count_of

if TYPE_CHECKING:
    from core.domain.classify.suggestion import Candidate
    from core.domain.overview.readiness import Readiness
    from core.services.classify.history import Version

REST_SECONDS = 0.08  # the evidence is what the next key is about: it is there sooner than what only stands beside


class ClassifyPane(Pane, Vertical, can_focus=False, inherit_bindings=False):
    """Only `w` saves; staged decisions survive lost connections and other panes."""

    TITLE = "Classify"
    PLACES = ("classify",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "A safe: one column, declared unique or as good   B likely   C open\n"
        "✓ declared unique   · observed   ✗ refuted by the sample   x rejected\n"
        "● staged (w: save, u: undo)   ! refused (the reason is on the right)\n"
        "The right side shows the candidate under ▸: a stages exactly that one, i explains it.\n"
        "enter explains the first one, and stages one that was gone to (tab, arrows, ' and a digit)."
    )

    def __init__(self) -> None:
        super().__init__(id="classify")
        self.decisions = Decisions()
        self.store = StagedStore(self, self.staging)
        self.staging.changed = self.store.keep
        self.queue = QueueView(self.decisions, self._show_staged, lambda found: self.store.stage(self.queue, found))
        self.panel = SidePanel(self._evidence, id="evidence", rest_seconds=REST_SECONDS)
        self.prompts = Prompts(self, self._take_answer)
        self.saver = Saver(self, self.staging, self.queue)
        self._entered = False
        self._seen: Readiness | None = None  # the figures that were shown last

    @property
    def staging(self) -> StagedDecisions:
        """The decisions that are not saved."""
        return self.decisions.staging

    @property
    def grid(self) -> Grid[QueueRow]:
        """The queue's."""
        return self.queue.grid

    def compose(self) -> ComposeResult:
        """The queue beside the evidence, above the staged decisions."""
        with Horizontal():
            yield self.queue
            yield self.panel
        yield Static(id="staged", markup=False)

    def show(self, state: ConsoleState) -> None:
        """After a refresh: stage restored decisions; where figures changed or sampling failed, read the queue again."""
        if state.fault is not None or state.refreshing or state.readiness is None:
            return
        self.store.ask(self.queue)
        is_new, self._seen = state.readiness is not self._seen, state.readiness
        is_other = state.readiness.metrics["identity_unclassified_blockers"] != self.queue.listed
        if self._entered and (is_other or (is_new and self.queue.is_incomplete)):
            self.queue.reload()

    def enter(self) -> None:
        """Take the focus; the first time, read the queue."""
        self.take_focus(self.grid)
        if not self._entered:
            self._entered = True
            self.queue.reload()

    def relogin(self) -> None:
        """Another login has other rights; staged decisions stay."""
        self.decisions.rights = None
        self.store.ask_again()
        if self._entered:
            self.queue.reload()

    def unsaved(self) -> str:
        """What would be lost if the console were quit now: how many staged decisions, or nothing."""
        count = len(self.staging.choices)
        return count_of(count, "staged decision") if count else ""

    def drop_unsaved(self) -> None:
        """Nothing of it comes back."""
        self.store.drop()

    def on_unmount(self) -> None:
        """Decisions that are staged when the console is cut off are restored."""
        self.store.close()

    def why_not(self, action_id: str) -> str:
        """Say what is missing: a row, a candidate, a right, something staged."""
        if action_id == "save" and self.saver.is_under_way:
            return "a save is running"
        return self.decisions.why_not(action_id, self.grid.row_at_cursor(), self.queue.waiting, self.grid.marked)

    def twin(self, action_id: str) -> str:
        """The command that does the same about the collection under the cursor."""
        return self.decisions.twin(action_id, self.grid.row_at_cursor())

    # Actions that stage

    def accept(self) -> None:
        """Stage the candidate under the second cursor, the one whose evidence is shown, and go on."""
        row = self.grid.row_at_cursor()
        here = None if row is None else self.decisions.candidate(row)
        if row is not None and here is not None:
            self._stage([self.decisions.chosen(row, here)])
            self.decisions.look_at(row, None)  # from now on the staged one is shown
            if here.rank > 1:
                self.host.say(f"{row.name}: candidate {here.rank} staged. u: undo")
            self.queue.advance()

    def next_candidate(self) -> None:
        """Show the evidence of the next candidate."""
        self._walk(1)

    def previous_candidate(self) -> None:
        """Show the evidence of the candidate before."""
        self._walk(-1)

    def jump_to_candidate(self) -> None:
        """Take a digit, and show the evidence of that candidate."""
        row = self.grid.row_at_cursor()

        def jumped(rank: int | None) -> None:
            if row is not None and rank is not None and rank <= len(row.candidates):
                self.decisions.look_at(row, row.candidates[rank - 1])
                self._moved()
            elif rank is not None:
                self.host.say(f"no candidate {rank}")

        self.host.push_screen(DigitKey(), jumped)

    def _walk(self, step: int) -> None:
        row = self.grid.row_at_cursor()
        if row is not None:
            self.decisions.walk(row, step)
            self._moved()

    def accept_safe(self) -> None:
        """Stage the first candidate of everything in tier A."""
        choices = self.decisions.accepted(self.decisions.safe(self.queue.waiting))
        self._stage(choices)
        self.host.say(f"{len(choices)} staged. w: save, u: undo")
        self.queue.advance(here=True)

    def choose_for_marked(self) -> None:
        """Stage the identity of the same columns for every marked collection that has such a candidate."""
        row = self.grid.row_at_cursor()
        if row is not None:
            marked = [each for each in self.queue.waiting if each.name in self.grid.marked]
            choices = self.decisions.same(row, marked)
            self._stage(choices)
            without = len(marked) - len(choices)
            self.host.say(f"{len(choices)} staged" + (f", {without} without such a candidate" if without else ""))

    def reject(self) -> None:
        """Set the candidate under the second cursor aside: the best of the others is then accepted by `a`."""
        row = self.grid.row_at_cursor()
        here = None if row is None else self.decisions.candidate(row)
        if row is not None and here is not None:
            self.decisions.reject(row, here)
            self.queue.decided([row.name])

    def edit_template(self) -> None:
        """Type an identity."""
        row = self.grid.row_at_cursor()
        if row is not None:
            self.prompts.template(row, self.decisions.identity(row))

    def exempt(self) -> None:
        """Stage an exemption, with its reason."""
        row = self.grid.row_at_cursor()
        if row is not None:
            self.prompts.exemption(row)

    def undo(self) -> None:
        """Discard a decision under the cursor that another session overtook; else undo the latest staged change.

        When there is none, offer to undo the latest classification.
        """
        row = self.grid.row_at_cursor()
        if row is not None and row.overtaken:
            self.queue.taken_back([row.name])
        elif self.staging.can_undo:
            self.queue.taken_back(self.staging.undo())
        else:
            self.saver.undo()

    def _take_answer(self, choice: StagedDecision) -> None:
        self._stage([choice])
        self.queue.advance()

    def _stage(self, choices: Iterable[StagedDecision]) -> None:
        staged: dict[str, StagedDecision | None] = {each.collection: each for each in choices}
        self.staging.stage(staged)
        self.queue.decided(staged)

    # Actions that save or show

    def save(self) -> None:
        """List the staged decisions; then prove and save them, each with its own result."""
        rows = [row for row in self.queue.waiting if row.choice is not None]
        listed = save_list.text(rows, min(self.app.size.width, save_list.WIDEST) - save_list.EDGES)
        self.host.push_screen(SaveDialog(listed, len(rows)), lambda yes: self.saver.save() if yes else None)

    def show_history(self) -> None:
        """Who decided what about the collection under the cursor, when and why."""
        row, source = self.grid.row_at_cursor(), self.host.source
        if row is None:
            return

        def told(versions: "list[Version]") -> None:
            self.host.push_screen(Dialog(f"History of {visible(row.name)}", messages.history(versions)))

        self.host.work.start(
            "history", lambda: service_calls.versions(source, row.name), told, self.host.tell, "history"
        )

    def take_or_explain(self) -> None:
        """Take the candidate that the second cursor was put on; explain the one where it is by itself."""
        row = self.grid.row_at_cursor()
        if row is not None and self.decisions.is_walked(row) and not self.why_not("accept"):
            self.accept()
        else:
            self.open_evidence()

    def open_evidence(self) -> None:
        """Explain the candidate under the second cursor on the whole screen, and those that are walked to there."""
        row, width = self.grid.row_at_cursor(), min(self.app.size.width, 80) - 6
        if row is not None:
            accept = None if self.why_not("accept") else self._accept_explained
            dialog = EvidenceDialog(row, self.decisions, width, accept)
            self.host.push_screen(dialog, lambda _: self.panel.follow())

    def _accept_explained(self, row: QueueRow, explained: "Candidate | None") -> None:
        now = self.grid.row_at_cursor()
        if now is None or now.name != row.name or self.decisions.candidate(now) != explained:
            self.host.say("the evidence changed since it was shown. enter: refresh it")
        elif reason := self.why_not("accept"):
            self.host.say(reason)
        else:
            self.accept()

    # What is shown

    @on(Rows.Changed)
    @on(Grid.Highlighted)
    def _moved(self) -> None:
        self.panel.follow()

    def _evidence(self, width: int) -> Content:
        row = self.grid.row_at_cursor()
        if self.queue.is_settling:
            return messages.settling(self.queue.waiting)
        if row is None:
            return messages.nothing_here(self.grid.table.total, is_read=self.decisions.rights is not None)
        return self._evidence_of(row, width)

    def _evidence_of(self, row: QueueRow, width: int) -> Content:
        here, height = self.decisions.candidate(row), self.panel.size.height
        return evidence_text.beside(row, self.decisions.rejected(row), width, height, here)

    def _show_staged(self) -> None:
        self.query_one("#staged", Static).update(messages.staged(len(self.staging.choices), self.queue.waiting))
        self.host.show_keys()
        self.panel.follow()
