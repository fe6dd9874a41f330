"""The Classify pane: the queue of what blocks the gate, its evidence, and decisions that are staged until `w`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from core.domain.visible import visible
from core.errors import ConsoleError
from tui.actions import ACTIONS, Actor, bindings
from tui.panes import classify_calls as calls
from tui.panes import classify_words as words
from tui.panes import evidence as texts
from tui.panes.deciding import Deciding, read_identity
from tui.panes.pane import Pane
from tui.panes.queue import COLUMNS, STATE, Waiting
from tui.panes.staging import Choice, Staging
from tui.panes.template import template_prompt
from tui.state import State
from tui.widgets.confirm import Confirm
from tui.widgets.dialog import Dialog
from tui.widgets.grid import Grid
from tui.widgets.prompt import Prompt
from tui.widgets.rows import MarkedRows, Rows
from tui.widgets.table import Table

if TYPE_CHECKING:
    from textual.timer import Timer

    from core.domain.blocker import Blocker, Evidence, Rights
    from core.domain.profile import Table as Sampled
    from core.services.classify_many import Result
    from core.services.history import Version
    from core.services.identity import Classification

REST_SECONDS = 0.08  # the evidence follows the cursor when it rests: a held key must not repaint half the screen
PANES = tuple(action.id for action in ACTIONS if action.opens)
OPENING = tuple(action.id for action in ACTIONS if action.handler == "choose")[: len(PANES)]
OVERTAKEN = "somebody else has decided it since you looked"


class ClassifyPane(Pane, Vertical, can_focus=False, inherit_bindings=False):
    """Nothing is written but by `w`; what is staged survives lost connections and other panes."""

    TITLE = "Classify"
    PLACES = ("classify",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "A safe: one own column, declared or very safe   B likely   C open\n"
        "✓ declared unique   · observed   ✗ refuted by the sample   x rejected\n"
        "● staged: w writes it, u takes it back   ! refused: see why on the right\n"
        "The digits choose here: F1 to F4, [ and ] go to other panes."
    )

    def __init__(self) -> None:
        super().__init__(id="classify")
        self.rows: MarkedRows[Waiting] = MarkedRows(Table(COLUMNS, lambda row: row.name), id="queue")
        self.deciding = Deciding()
        self._resting: Timer | None = None
        self._entered = False

    @property
    def staging(self) -> Staging:
        """What is decided and not written."""
        return self.deciding.staging

    @property
    def grid(self) -> Grid[Waiting]:
        """The queue's."""
        return self.rows.grid

    def compose(self) -> ComposeResult:
        """The queue beside the evidence, above what is staged."""
        with Horizontal():
            yield self.rows
            with VerticalScroll(id="evidence", can_focus=False):
                yield Static(id="evidence-text", markup=False)
        yield Static(id="staged", markup=False)

    def on_mount(self) -> None:
        """The clearest come first."""
        self.grid.table.sort(STATE)

    def show(self, state: State) -> None:
        """After a look that found other figures, read the queue again."""
        if self._entered and state.fault is None and not state.looking and self._known(state) != len(self._listed()):
            self.reload()

    def enter(self) -> None:
        """Take the focus; the first time, read the queue."""
        self.take_focus(self.grid)
        if not self._entered:
            self._entered = True
            self.reload()

    def relogin(self) -> None:
        """Another login has other rights; what is staged stays."""
        self.deciding.rights = None
        if self._entered:
            self.reload()

    def unwritten(self) -> str:
        """What is staged is lost with the console."""
        count = len(self.staging.choices)
        return f"{count} staged decision{'s' if count > 1 else ''}" if count else ""

    def reload(self, after: str = "") -> None:
        """Read the queue, then the evidence of what has none yet. A failure keeps in sight what was said before."""
        source = self.host.source

        def failed(error: ConsoleError) -> None:
            hint = "Look again with r."
            self._failed(ConsoleError(f"{after}; then: {error.message}", evidence=error.evidence, hint=hint))

        self.host.work.start(
            "queue", lambda: calls.queue(source), lambda found: self._load(*found), failed if after else self._failed
        )

    def why_not(self, action_id: str) -> str:
        """Say what is missing: a row, a candidate, a right, something staged."""
        if action_id == "write" and self.host.work.is_under_way("write"):
            return "it is being written"
        if action_id in OPENING and not len(self.grid.table):
            return ""
        rows = list(self.grid.table.rows())
        return self.deciding.why_not(action_id, self.grid.row_at_cursor(), rows, self.grid.marked)

    def twin(self, action_id: str) -> str:
        """The command that does the same about the collection under the cursor."""
        return self.deciding.twin(action_id, self.grid.row_at_cursor())

    # Actions that stage

    def accept(self) -> None:
        """Stage the first candidate that is not rejected, and go on to what is undecided."""
        row = self.grid.row_at_cursor()
        best = None if row is None else self.deciding.best(row)
        if row is not None and best is not None:
            self._stage([self.deciding.chosen(row, best)])
            self._advance()

    def choose(self, rank: int) -> None:
        """Stage a candidate by its digit, and go on; where there is nothing to choose for, a digit opens its pane."""
        row = self.grid.row_at_cursor()
        if row is None:
            cast("Actor", self.app).action_do(PANES[rank - 1])
        elif rank > len(row.candidates):
            self.host.say(f"there is no candidate {rank}")
        else:
            self._stage([self.deciding.chosen(row, row.candidates[rank - 1])])
            self.host.say(f"{row.name}: candidate {rank} staged, u takes it back")
            self._advance()

    def accept_safe(self) -> None:
        """Stage the first candidate of everything in tier A."""
        safe = self.deciding.safe(list(self.grid.table.rows()))
        self._stage([self.deciding.chosen(row, best) for row in safe if (best := self.deciding.best(row)) is not None])
        self.host.say(f"{len(safe)} staged: w writes them, u takes them back")
        self._advance(here=True)

    def choose_for_marked(self) -> None:
        """Stage the identity of the same columns for every marked collection that has such a candidate."""
        row = self.grid.row_at_cursor()
        if row is None or row.choice is None or row.choice.identity is None:
            return
        wanted = row.choice.identity.columns
        choices, without = [], 0
        for other in [each for each in self.grid.table.rows() if each.name in self.grid.marked]:
            found = [each for each in other.candidates if each.identity.columns == wanted]
            choices += [self.deciding.chosen(other, each) for each in found[:1]]
            without += not found
        self._stage(choices)
        self.host.say(f"{len(choices)} staged" + (f", {without} have no such candidate" if without else ""))

    def reject(self) -> None:
        """Set the first candidate aside: the next one is then accepted by `a`."""
        row = self.grid.row_at_cursor()
        best = None if row is None else self.deciding.best(row)
        if row is None or best is None:
            return
        self.deciding.reject(row, best)
        self._refresh({row.name})

    def edit_template(self) -> None:
        """Write an identity by hand; what the sample shows of it follows every letter."""
        row, source = self.grid.row_at_cursor(), self.host.source
        if row is not None:
            self.host.work.start(
                "template",
                lambda: calls.sample(source, row.name),
                lambda sampled: self._ask_for_template(row, sampled),
                self._failed,
            )

    def exempt(self) -> None:
        """Stage an exemption, with its reason."""
        row = self.grid.row_at_cursor()
        if row is None:
            return

        def answered(reason: str | None) -> None:
            if reason is not None:
                self._stage([Choice(row.name, None, row.blocker.version, reason)])
                self._advance()

        self.app.push_screen(Prompt("Exempt", f"Why do rows of {visible(row.name)} need no registry row?"), answered)

    def undo(self) -> None:
        """Take the latest staged change back; when there is none, offer to undo what was written last."""
        if self.staging.can_undo:
            self._refresh(self.staging.undo())
            return
        source = self.host.source

        def found(last: "Version | None") -> None:
            if last is None:
                self.host.say("Undo: this login has no classification that still holds")
                return
            question = Confirm("Undo what was written", words.undoing(last), "undo", "undo it")
            self.app.push_screen(question, lambda yes: self._undo_written(last) if yes else None)

        self.host.work.start("last", lambda: calls.last(source), found, self._failed)

    # Actions that write or show

    def write(self) -> None:
        """Prove and record everything that is staged; each decision has its own result."""
        choices, source = list(self.staging.choices.values()), self.host.source
        if self.host.work.start("write", lambda: calls.record(source, choices), self._written, self._failed):
            self.host.say(f"proving {len(choices)} on live data…")

    def show_history(self) -> None:
        """Who decided what about the collection under the cursor, when and why."""
        row, source = self.grid.row_at_cursor(), self.host.source
        if row is None:
            return

        def told(versions: "list[Version]") -> None:
            self.app.push_screen(Dialog(f"History of {visible(row.name)}", words.history(versions)))

        self.host.work.start("history", lambda: calls.versions(source, row.name), told, self._failed)

    def open_evidence(self) -> None:
        """Show the whole evidence, on the whole screen."""
        row = self.grid.row_at_cursor()
        if row is not None:
            width = min(self.app.size.width, 80) - 6
            self.app.push_screen(Dialog("Evidence", texts.evidence(row, self.deciding.rejected(row), width)))

    # Results

    def _load(self, found: "list[Blocker]", rights: "Rights") -> None:
        self.deciding.rights = rights
        known = {row.name: row for row in self.grid.table.rows()}
        rows = [replace(known[each.collection], blocker=each) if each.collection in known else Waiting(each)
                for each in found]  # fmt: skip
        names = {row.name for row in rows}
        for name, choice in self.staging.choices.items():
            if name not in names and name in known:
                rows.append(replace(known[name], choice=choice, fault=known[name].fault or OVERTAKEN))
        self.grid.load(rows)
        self._show_staged()
        if wanted := [row.name for row in rows if row.evidence is None and row.blocker.has_table]:
            self._look(wanted)
        else:
            self._rest()

    def _look(self, names: list[str]) -> None:
        source, work = self.host.source, self.host.work

        def tell(found: "tuple[Evidence, ...]") -> None:
            work.deliver(lambda: self._found(found))

        work.start("evidence", lambda: calls.evidence(source, names, tell), lambda _: self._looked(), self._failed)

    def _found(self, found: "Iterable[Evidence]") -> None:
        rows = {}
        for each in found:
            row = self.grid.table.get(each.suggestion.collection)
            if row is not None:
                rows[row.name] = replace(row, evidence=each)
        self.grid.replace(rows)
        self._rest()

    def _looked(self) -> None:
        at_top = self.grid.cursor == 0
        self.grid.load(list(self.grid.table.rows()))
        if at_top:
            self.grid.move_first()
        self._show_staged()
        self._rest()

    def _written(self, results: "list[Result]") -> None:
        done = [each for each in results if each.error is None]
        for each in done:
            self.staging.written(each.decision.collection)
        gone = {each.decision.collection for each in done}
        refused = {each.decision.collection: each.error for each in results if each.error is not None}
        rows = [
            replace(row, choice=None if row.name in gone else row.choice, fault=words.why(refused.get(row.name)))
            for row in self.grid.table.rows()
            if row.name not in gone
        ]
        self.grid.load(rows)
        if refused:
            first = next(iter(refused))
            said = f"{len(done)} written, {len(refused)} refused: {first}: {words.why(refused[first])}"
        else:
            said = f"{len(done)} written"
        self.host.say(said)
        self._show_staged()
        self._rest()
        self.host.look_again()
        self.reload(said)

    def _undo_written(self, last: "Version") -> None:
        def told(done: "Classification") -> None:
            self.host.say(f"{done.collection} is {done.identity or done.strategy} again")
            self.host.look_again()
            self.reload()

        source = self.host.source
        self.host.work.start("write", lambda: calls.undo(source, last), told, self._failed)

    def _failed(self, error: ConsoleError) -> None:
        self.host.tell(error)

    # Staging

    def _ask_for_template(self, row: Waiting, sampled: "Sampled") -> None:
        def answered(text: str | None) -> None:
            if text is not None:
                self._stage([Choice(row.name, read_identity(row.name, text), row.blocker.version)])
                self._advance()

        self.app.push_screen(template_prompt(row.name, sampled, self.deciding.identity(row)), answered)

    def _stage(self, choices: Iterable[Choice]) -> None:
        staged: dict[str, Choice | None] = {each.collection: each for each in choices}
        self.staging.stage(staged)
        self._refresh(staged)

    def _refresh(self, names: Iterable[str]) -> None:
        rows = {}
        for name in names:
            row = self.grid.table.get(name)
            if row is not None:
                rows[name] = replace(row, choice=self.staging.choices.get(name), fault="")
        self.grid.replace(rows)
        self._show_staged()
        self._rest()

    def _advance(self, *, here: bool = False) -> None:
        """Go to the next row without a decision; stay where there is none below."""
        start = self.grid.cursor + (0 if here else 1)
        undecided = (at for at in range(start, len(self.grid.table)) if self.grid.table.row(at).choice is None)
        self.grid.move_to(next(undecided, self.grid.cursor))

    # What is shown

    @on(Rows.Changed)
    @on(Grid.Highlighted)
    def _moved(self) -> None:
        self._rest()

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._show_evidence)

    def _show_evidence(self) -> None:
        self._resting = None
        panel = self.query_one("#evidence-text", Static)
        row = self.grid.row_at_cursor()
        if row is None:
            found = Content("Every REQUIRED collection is classified." if not self.grid.table.total else "")
        else:
            width = max(panel.size.width, 20)
            found = texts.evidence(row, self.deciding.rejected(row), width)
        if panel.content != found:
            panel.update(found)

    def _show_staged(self) -> None:
        text = words.staged(len(self.staging.choices), list(self.grid.table.rows()))
        self.query_one("#staged", Static).update(text)
        self.host.show_keys()

    def _listed(self) -> list[Waiting]:
        return [row for row in self.grid.table.rows() if row.fault != OVERTAKEN]

    def _known(self, state: State) -> int:
        if state.readiness is None:
            return len(self._listed())
        return int(state.readiness.metrics["identity_unclassified_blockers"])
