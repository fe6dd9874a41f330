"""The readiness dashboard: metrics, what opens the gate, stated claims against live ones, and what changed."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from core.domain.overview.readiness import METRICS
from core.domain.text import visible
from core.errors import ConsoleError
from tui.actions import BY_ID, bindings
from tui.export import Export
from tui.pane import Pane
from tui.readiness import activity_text, metrics_text, missing_text
from tui.runtime.dashboard_context import Beside, ContextReader, DashboardContext, beside
from tui.runtime.poller import is_lost
from tui.runtime.state import ConsoleState, figures
from tui.widgets.dialog import Dialog
from tui.widgets.gate_conditions import Condition, gate_conditions

TITLES = {
    "metrics": "Readiness",
    "gate": "Gate conditions",
    "claims": "Live evidence wins",
    "burndown": "Burn-down",
    "changes": "Since your last visit",
    "missing": "Missing rows",
    "runs": "Runs and sessions",
}
EDGES = 6  # of a dialog: border, padding and scrollbar


class Card(Widget):
    """One box. Its text is made for the width it has, when it is painted."""

    def __init__(self, name: str, text: Callable[[ConsoleState, int], Content]) -> None:
        super().__init__(id=name, classes="box")
        self.border_title = Content(TITLES[name])
        self._text = text
        self._state = ConsoleState()
        self._shown = ""

    def show(self, state: ConsoleState) -> None:
        """Show another state. A text that stays is not painted again: a quiet dashboard sends nothing."""
        self._state = state
        if self._made() != self._shown:
            height = self.styles.height
            self.refresh(layout=height is not None and height.is_auto)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as every widget takes it
        """As many lines as the text has at that width."""
        return len(self._text(self._state, max(width, 20)).split("\n", allow_blank=True))

    def render(self) -> Content:
        """The text for the width of now."""
        text, self._shown = self._content(), self._made()
        return text

    def _content(self) -> Content:
        width, height = self.content_size
        return metrics_text.clipped(self._text(self._state, max(width, 20)), height)

    def _made(self) -> str:
        # Two contents are equal when their letters are; here colours count as well.
        return repr(self._content())


class ReadinessPane(Pane, VerticalScroll, can_focus=True, inherit_bindings=False):
    """Boxes in two columns; on a small screen the pane scrolls."""

    TITLE = "Readiness"
    PLACES = ("readiness", "list")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*PLACES)
    NOTES = (
        "Figures are read live every 30 seconds. r: refresh now\n"
        "✗ failed and ✓ passed gate conditions   → the key that leads there\n"
        "? a collection that cannot be planned yet: classify it (3)\n"
        "Missing rows are counted at the start, up to 5 million rows, and again by r\n"
        "≠ and = a stated figure compared with the live one\n"
        "↑ ↓ ~ a figure that changed since your last visit, with login and time\n"
        "▁ to █ from 0 to the maximum, since the first event of the ledger"
    )

    class CountsWanted(Message):
        """The collections are small enough to be counted unasked."""

    def __init__(self) -> None:
        super().__init__(id="readiness", classes="-unread")
        self._state = ConsoleState()
        self._reader = ContextReader()
        self._asked: object = None

    def compose(self) -> ComposeResult:
        """Figures on the left, what to do about them on the right."""
        with Horizontal(id="boxes"):
            with Vertical(id="figures"):
                yield Card("metrics", metrics_text.metrics)
                yield Card("claims", metrics_text.stated_figures)
                yield Card("changes", activity_text.changes)
            with Vertical():
                yield Card("gate", activity_text.gate)
                yield Card("missing", missing_text.missing)
                yield Card("burndown", activity_text.burndown)
                yield Card("runs", missing_text.runs)

    def show(self, state: ConsoleState) -> None:
        """Show another state; after a refresh, ask what goes with it."""
        self._state = state
        self.set_class(state.readiness is None and state.fault is None, "-unread")
        for card in self.query(Card):
            card.show(state)
        if self._is_unasked():
            self.call_after_refresh(self._look_around)  # what it reads would hold up the figures' own paint

    def _is_unasked(self) -> bool:
        state = self._state
        return state.readiness is not None and state.fault is None and state.refreshed_at != self._asked

    def _look_around(self) -> None:
        readiness, refreshed_at = self._state.readiness, self._state.refreshed_at
        if readiness is not None and self._is_unasked():
            source, reader = self.host.source, self._reader
            if self.host.work.start(
                "context", lambda: reader.read(source, figures(readiness)), self._heard, self._deaf
            ):
                self._asked = refreshed_at

    def relogin(self) -> None:
        """Ask again for what goes with a refresh: another login saw other things last."""
        self._asked, self._reader = None, ContextReader()

    def copied(self) -> dict[str, str]:
        """The gate's text, and every figure."""
        readiness = self._state.readiness
        return {} if readiness is None else {"gate": visible(readiness.gate), "all": self.exported().text("md")}

    def exported(self) -> Export:
        """The metrics, and the claims against them."""
        readiness = self._state.readiness
        if readiness is None:
            return super().exported()
        rows = [[name, visible(str(readiness.metrics[name])), "", ""] for name in METRICS]
        rows += [
            [visible(text) for text in (each.claim, each.live, each.stated, each.verdict)] for each in readiness.claims
        ]
        return Export("readiness", ("figure", "live", "stated", "verdict"), rows)

    def _heard(self, context: DashboardContext) -> None:
        self._state.heard(context)
        self.show(self._state)
        self.host.show_keys()
        if context.rows is not None and context.rows <= missing_text.COUNTED_ALONE:
            self.post_message(self.CountsWanted())

    def look_beside(self) -> None:
        """Once everything is counted, read what stands beside the missing rows. Without it the box says less."""
        found, state, source = self._state.tally, self._state, self.host.source
        if found is None or found.left:
            return

        def told(read: Beside) -> None:
            state.beside = read
            self.show(state)

        def call() -> Beside:
            # On a connection for counting, which is given back.
            try:
                return source.read("count 0", lambda link: beside(link, found.registered))
            finally:
                source.rest(0)

        self.host.work.start("beside", call, told, self._deaf)

    def _deaf(self, error: ConsoleError) -> None:
        # A link that is lost is told of by the refresh itself.
        if not is_lost(error):
            self.host.tell(error)

    def why_not(self, action_id: str) -> str:
        """The reason that forbids an action now: where the gate is open, no step is next."""
        return "every condition has passed" if action_id == "next_step" and self._first_closed() is None else ""

    def twin(self, action_id: str) -> str:
        """The command that cures the first closed condition."""
        condition = self._first_closed()
        return condition.command if action_id == "next_step" and condition is not None else ""

    # Actions

    def go_to_next_step(self) -> None:
        """Go where the first closed condition is cured."""
        condition = self._first_closed()
        if condition is not None and condition.action in BY_ID:
            self.host.action_do(condition.action)
        elif condition is not None:
            self.host.say(f"{condition.text}: run {condition.command}")

    def open_changes(self) -> None:
        """Show everything that changed, where the box has no room for it."""
        width = min(self.app.size.width, 80) - EDGES
        self.host.push_screen(Dialog(TITLES["changes"], activity_text.changes(self._state, width)))

    def _first_closed(self) -> Condition | None:
        if self._state.readiness is None:
            return None
        return next((condition for condition in gate_conditions(self._state.readiness) if not condition.holds), None)

    def move_down(self) -> None:
        """One line down."""
        self.scroll_relative(y=1, animate=False)

    def move_up(self) -> None:
        """One line up."""
        self.scroll_relative(y=-1, animate=False)

    def move_page_down(self) -> None:
        """One page down."""
        self.scroll_page_down(animate=False)

    def move_page_up(self) -> None:
        """One page up."""
        self.scroll_page_up(animate=False)

    def move_first(self) -> None:
        """To the top."""
        self.scroll_home(animate=False)

    def move_last(self) -> None:
        """To the bottom."""
        self.scroll_end(animate=False)
